// The CRDs as they lie in crds/, for tests: the schema as JSON, cut down to what a list of fields says, too.
#pragma once

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <regex>
#include <string>
#include <vector>

#include "base/decimal.h"
#include "base/time.h"

namespace aia::api::crd {

using nlohmann::json;

inline json to_json(const YAML::Node& node) {
  if (node.IsSequence()) {
    json out = json::array();
    for (const auto& item : node) out.push_back(to_json(item));
    return out;
  }
  if (node.IsMap()) {
    json out = json::object();
    for (const auto& member : node) out[member.first.as<std::string>()] = to_json(member.second);
    return out;
  }
  const bool quoted = node.Tag() == "!";
  long integer = 0;
  if (!quoted && YAML::convert<long>::decode(node, integer)) return integer;
  return node.IsScalar() ? json(node.Scalar()) : json();
}

inline YAML::Node document(const std::string& file) {
  return YAML::LoadFile(AIA_SOURCE_DIR "/crds/" + file);
}

inline json schema(const std::string& file) {
  return to_json(document(file)["spec"]["versions"][0]["schema"]["openAPIV3Schema"]);
}

/// The bounds of the number in a text, e.g. {"< 1", "> 0.5"}, read from the CEL rules.
inline json number_bounds(const json& text) {
  static const std::regex kBound(R"((?:duration|double)\(self\) (>=|<=|>|<) (?:duration\('(\w+)'\)|([0-9.]+)))");
  std::vector<std::string> bounds;
  bool unsigned_only = false;  // a pattern that has no minus
  for (const json& validation : text.value("x-kubernetes-validations", json::array())) {
    const std::string rule = validation.at("rule");
    unsigned_only = unsigned_only || rule.find("'^[0-9]+([.][0-9]+)?$'") != std::string::npos;
    for (std::sregex_iterator found(rule.begin(), rule.end(), kBound), end; found != end; ++found) {
      const std::smatch& match = *found;
      bounds.push_back(match.str(1) + " " +
                       (match[2].matched ? format_duration(parse_duration(match.str(2)).value())
                                         : format_decimal(parse_decimal(match.str(3)).value())));
    }
  }
  const bool has_least = std::any_of(bounds.begin(), bounds.end(), [](const auto& bound) { return bound[0] == '>'; });
  if (unsigned_only && !has_least) bounds.emplace_back(">= 0");
  std::sort(bounds.begin(), bounds.end());
  return bounds;
}

/// A schema without what only people or the API server need, required fields as a map, and numbers' bounds.
inline json essence(const json& at) {
  json out = json::object();
  for (const char* key : {"type", "format", "enum", "default", "minimum", "maximum", "minLength", "maxLength",
                          "minItems", "maxItems", "minProperties", "maxProperties"})
    if (at.contains(key)) out[key] = at[key];
  for (const json& name : at.value("required", json::array())) out["required"][name.get<std::string>()] = true;
  if (at.value("type", "") == "string")
    if (const json bounds = number_bounds(at); !bounds.empty()) out["bounds"] = bounds;
  if (at.contains("items")) out["items"] = essence(at["items"]);
  if (at.contains("additionalProperties")) out["additionalProperties"] = essence(at["additionalProperties"]);
  const json properties = at.value("properties", json::object());
  for (const auto& [name, property] : properties.items()) out["properties"][name] = essence(property);
  return out;
}

}  // namespace aia::api::crd
