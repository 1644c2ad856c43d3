// Converts YAML to the JSON that kubectl would make, and reads fields strictly, with errors that name the field. Only
// kubeconfig.cc includes this file; kubeconfig.cc catches the Bad that is thrown here. Source: the behaviour of kubectl
// 1.36, tested form by form. kubectl reads YAML 1.1 with github.com/kubernetes-sigs/yaml/goyaml.v2 (decode.go,
// resolve.go).
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "controller/http/base64.h"
#include "controller/kube/client/json.h"

namespace aia::kube {

struct Bad {
  std::string message;
};

/// The first document of `text`; null if `text` has no document. Follows aliases and merge keys (`<<`) as kubectl does.
/// Of two values of a key, written or merged, the later counts; in a list of merged maps, the earlier map wins. Tags
/// are respected. Throws Bad: no YAML; a key written twice in a map (kubectl silently takes the last); more than 32
/// levels, 100,000 values or 16 MiB of text, where each alias counts as the value behind the alias.
Json yaml_to_json(const std::string& text);

/// A map of the file. Messages name the path of a field ("clusters[prod].server"). A null field counts as absent.
/// Messages never show the value of a field, which may be a secret, except in truth() and for names of entries. The
/// JSON must outlive the Fields.
class Fields {
 public:
  Fields(const Json& map, std::string where, std::string folder)
      : map_(&map), where_(std::move(where)), folder_(std::move(folder)) {
    if (!map_->is_null() && !map_->is_object()) throw Bad{where_ + " is not a map"};
  }

  [[nodiscard]] std::string text(const char* key) const { return text_of(get(key), name(key)); }

  [[nodiscard]] bool truth(const char* key) const {
    const Json& at = get(key);
    if (at.is_null() || at == "n" || at == "N") return false;
    if (at == "y" || at == "Y") return true;
    if (!at.is_boolean()) throw Bad{name(key) + " is " + dump_json(at) + ", neither true nor false"};
    return at.get<bool>();
  }

  [[nodiscard]] std::string path(const char* key) const {
    const std::string value = text(key);
    return value.empty() || value.front() == '/' || folder_.empty() ? value : folder_ + "/" + value;
  }

  [[nodiscard]] std::string data(const char* key) const {
    const std::optional<std::string> decoded = http::decode_base64(text(key));
    if (!decoded) throw Bad{name(key) + " is not valid base64"};
    return *decoded;
  }

  /// The entries of a list of strings.
  [[nodiscard]] std::vector<std::string> texts(const char* key) const {
    std::vector<std::string> all;
    for (const Json& entry : list(key)) all.push_back(text_of(entry, name(key) + "[]"));
    return all;
  }

  /// Calls visit(fields) for each entry of a list of maps.
  template <class Visit>
  void each(const char* key, Visit visit) const {
    for (const Json& entry : list(key)) visit(Fields(entry, name(key) + "[]", folder_));
  }

  /// Calls visit(name, fields of `inner`) for each entry of a list of named maps ("clusters", "cluster"). An entry
  /// without a name has the name "".
  template <class Visit>
  void each_named(const char* key, const char* inner, Visit visit) const {
    for (const Json& entry : list(key)) {
      const Fields named(entry, name(key) + "[]", folder_);
      const std::string own = named.text("name");
      visit(own, Fields(named.get(inner), name(key) + "[" + own + "]." + inner, folder_));
    }
  }

  /// The map at `key`; empty if absent.
  [[nodiscard]] Fields map(const char* key) const { return {get(key), name(key), folder_}; }

  /// The value at `key`; null if absent.
  [[nodiscard]] const Json& json(const char* key) const { return get(key); }

  /// True if the value at `key` is neither absent, null, "" nor [].
  [[nodiscard]] bool has(const char* key) const {
    const Json& at = get(key);
    if (const auto* string = at.get_ptr<const std::string*>()) return !string->empty();
    return !at.is_null() && !(at.is_array() && at.empty());
  }

  /// True if the map is null or absent; {} is a map, so false.
  [[nodiscard]] bool empty() const { return map_->is_null(); }

  [[nodiscard]] std::string name(const char* key) const { return where_.empty() ? key : where_ + "." + key; }

 private:
  [[nodiscard]] const Json& get(const char* key) const {
    static const Json nothing;
    const auto found = map_->find(key);
    return found == map_->end() ? nothing : *found;
  }

  [[nodiscard]] const Json& list(const char* key) const {
    static const Json none = Json::array();
    const Json& at = get(key);
    if (at.is_null()) return none;
    if (!at.is_array()) throw Bad{name(key) + " is not a list"};
    return at;
  }

  static std::string text_of(const Json& at, const std::string& name) {
    if (at.is_null()) return "";
    if (at.is_structured()) throw Bad{name + " is not a string"};
    if (!at.is_string()) throw Bad{name + " is not a string but a number or a truth value: put it in quotes"};
    return at.get<std::string>();
  }

  const Json* map_;
  std::string where_, folder_;
};

}  // namespace aia::kube
