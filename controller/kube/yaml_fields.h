// Strict reading of a YAML document whose errors name the field: duplicate keys, wrong types and bad base64 are
// refused. Only for the file that parses (kubeconfig.cc): it throws Bad, as yaml-cpp throws its own, and that file
// catches both.
#pragma once

#include <yaml-cpp/yaml.h>

#include <string>
#include <utility>

#include "controller/kube/base64.h"
#include "controller/kube/json.h"

namespace aia::kube {

struct Bad {
  std::string message;
};

/// yaml-cpp keeps the first of two equal keys silently, and follows aliases for ever if asked to: throws on either.
void reject_duplicates(const YAML::Node& root);

/// As YAML 1.2's core schema reads it; quoted scalars are strings.
Json yaml_to_json(const YAML::Node& node);

/// One map of the file, its fields read with the path that messages name ("clusters[prod].server").
class Fields {
 public:
  Fields(YAML::Node node, std::string where, std::string folder)
      : node_(std::move(node)), where_(std::move(where)), folder_(std::move(folder)) {
    if (node_.IsDefined() && !node_.IsNull() && !node_.IsMap()) throw Bad{where_ + " is not a map"};
  }

  [[nodiscard]] std::string text(const char* key) const {
    const YAML::Node at = get(key);
    if (!at.IsDefined() || at.IsNull()) return "";
    if (!at.IsScalar()) throw Bad{name(key) + " is not a string"};
    return at.Scalar();
  }

  [[nodiscard]] bool truth(const char* key) const {
    const std::string value = text(key);
    if (value == "true") return true;
    if (value.empty() || value == "false") return false;
    throw Bad{name(key) + " is '" + value + "', neither true nor false"};
  }

  [[nodiscard]] std::string path(const char* key) const {
    const std::string value = text(key);
    return value.empty() || value.front() == '/' || folder_.empty() ? value : folder_ + "/" + value;
  }

  [[nodiscard]] std::string data(const char* key) const {
    const std::string value = text(key);
    const std::optional<std::string> decoded = decode_base64(value);
    if (!decoded) throw Bad{name(key) + " is not valid base64"};
    return *decoded;
  }

  /// The entries of a list of strings.
  [[nodiscard]] std::vector<std::string> texts(const char* key) const {
    std::vector<std::string> all;
    for (const YAML::Node& entry : list(key)) {
      if (!entry.IsScalar()) throw Bad{name(key) + "[] is not a string"};
      all.push_back(entry.Scalar());
    }
    return all;
  }

  /// Calls visit(fields) for each entry of a list of maps.
  template <class Visit>
  void each(const char* key, Visit visit) const {
    for (const YAML::Node& entry : list(key)) visit(Fields(entry, name(key) + "[]", folder_));
  }

  /// The map there; empty if there is none.
  [[nodiscard]] Fields map(const char* key) const { return {get(key), name(key), folder_}; }

  /// What is there, as JSON; null if nothing is.
  [[nodiscard]] Json json(const char* key) const { return yaml_to_json(get(key)); }

  [[nodiscard]] bool has(const char* key) const {
    const YAML::Node at = get(key);
    return at.IsDefined() && !at.IsNull() && !(at.IsScalar() && at.Scalar().empty());
  }

  [[nodiscard]] std::string name(const char* key) const { return where_ + "." + key; }

 private:
  [[nodiscard]] YAML::Node get(const char* key) const {
    return node_.IsDefined() && node_.IsMap() ? node_[key] : YAML::Node(YAML::NodeType::Undefined);
  }

  [[nodiscard]] YAML::Node list(const char* key) const {
    const YAML::Node at = get(key);
    if (!at.IsDefined() || at.IsNull()) return YAML::Node(YAML::NodeType::Sequence);
    if (!at.IsSequence()) throw Bad{name(key) + " is not a list"};
    return at;
  }

  YAML::Node node_;
  std::string where_, folder_;
};

/// Calls visit(name, fields of `inner`) for each named entry of a list ("clusters", "cluster").
template <class Visit>
void each_named(const YAML::Node& root, const char* list, const char* inner, const std::string& folder, Visit visit) {
  const YAML::Node entries = root[list];
  if (!entries.IsDefined() || entries.IsNull()) return;
  if (!entries.IsSequence()) throw Bad{std::string(list) + " is not a list"};
  for (const YAML::Node& entry : entries) {
    const std::string name = Fields(entry, list, folder).text("name");
    if (name.empty()) throw Bad{std::string(list) + "[].name is missing"};
    const YAML::Node fields = entry[inner];
    visit(name, Fields(fields, std::string(list) + "[" + name + "]." + inner, folder));
  }
}

}  // namespace aia::kube
