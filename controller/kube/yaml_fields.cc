// See yaml_fields.h.
#include "controller/kube/yaml_fields.h"

#include <set>

namespace aia::kube {
namespace {

constexpr int kMaxDepth = 32;
constexpr int kMaxNodes = 100'000;

void check(const YAML::Node& node, const std::string& where, int depth, int& nodes) {
  if (depth > kMaxDepth || ++nodes > kMaxNodes) throw Bad{"nested too deeply or too large at " + where};
  if (node.IsSequence()) {
    for (const YAML::Node& item : node) check(item, where + "[]", depth + 1, nodes);
  }
  if (!node.IsMap()) return;
  std::set<std::string> seen;
  for (const auto& entry : node) {
    if (!entry.first.IsScalar()) throw Bad{"a key that is not a string in " + where};
    const std::string path = where.empty() ? entry.first.Scalar() : where + "." + entry.first.Scalar();
    if (!seen.insert(entry.first.Scalar()).second) throw Bad{"the key " + path + " is there twice"};
    check(entry.second, path, depth + 1, nodes);
  }
}

Json scalar_to_json(const YAML::Node& node) {
  const std::string& text = node.Scalar();
  if (node.Tag() == "!") return text;  // it was quoted
  if (text == "true" || text == "false") return text == "true";
  if (const std::optional<Json> number = parse_json(text); number && number->is_number()) return *number;
  return text;
}

}  // namespace

Json yaml_to_json(const YAML::Node& node) {
  if (!node.IsDefined() || node.IsNull()) return nullptr;
  if (node.IsScalar()) return scalar_to_json(node);
  Json out = node.IsMap() ? Json::object() : Json::array();
  for (const auto& entry : node) {
    if (node.IsMap()) {
      out[entry.first.Scalar()] = yaml_to_json(entry.second);
    } else {
      out.push_back(yaml_to_json(entry));
    }
  }
  return out;
}

void reject_duplicates(const YAML::Node& root) {
  int nodes = 0;
  check(root, "", 0, nodes);
}

}  // namespace aia::kube
