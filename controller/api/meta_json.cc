// Bounds status lists as the CRDs do, so that a long message never makes a status write fail.
#include "controller/api/meta_json.h"

#include <algorithm>

namespace aia::api {
namespace {

constexpr ConditionStatus kConditionStatuses[] = {ConditionStatus::True, ConditionStatus::False,
                                                  ConditionStatus::Unknown};

/// Length of the UTF-8 character at `at`; 0 if the bytes there are no character (bounds as in RFC 3629).
std::size_t character_length(const std::string& text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(at + i < text.size() ? text[at + i] : 0); };
  const auto follows = [&](std::size_t i) { return (byte(i) & 0xC0U) == 0x80U; };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF && follows(1)) return 2;
  const bool overlong_or_surrogate = (first == 0xE0 && byte(1) < 0xA0) || (first == 0xED && byte(1) > 0x9F);
  if (first >= 0xE0 && first <= 0xEF && follows(1) && follows(2) && !overlong_or_surrogate) return 3;
  const bool out_of_range = (first == 0xF0 && byte(1) < 0x90) || (first == 0xF4 && byte(1) > 0x8F);
  if (first >= 0xF0 && first <= 0xF4 && follows(1) && follows(2) && follows(3) && !out_of_range) return 4;
  return 0;
}

}  // namespace

std::string cut(const std::string& text, std::size_t limit) {
  static const std::string kEllipsis = "…";
  std::string out;
  std::size_t keep = 0;  // length of the part of `out` that leaves room for the ellipsis
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = character_length(text, at);
    out += length == 0 ? "?" : text.substr(at, length);
    at += std::max<std::size_t>(length, 1);
    if (out.size() + kEllipsis.size() <= limit) keep = out.size();
    if (out.size() > limit) return out.substr(0, keep) + (limit >= kEllipsis.size() ? kEllipsis : "");
  }
  return out;
}

ObjectMeta meta_from(const Field& metadata) {
  ObjectMeta meta;
  meta.name = metadata["name"].text();
  if (const Field ns = metadata["namespace"]; ns.present()) meta.ns = ns.text();
  if (const Field uid = metadata["uid"]; uid.present()) meta.uid = uid.text();
  if (const Field version = metadata["resourceVersion"]; version.present()) meta.resource_version = version.text();
  if (const Field generation = metadata["generation"]; generation.present()) meta.generation = generation.integer();
  if (const Field created = metadata["creationTimestamp"]; created.present()) meta.created = created.time();
  meta.deleting = metadata["deletionTimestamp"].present();
  for (const auto& [key, value] : metadata["labels"].members()) meta.labels[key] = value.text();
  return meta;
}

Result<ObjectMeta> meta_from_json(const nlohmann::json& object) {
  Problem problem;
  ObjectMeta meta = meta_from(Field(object, problem)["metadata"]);
  if (problem) return *problem;
  return meta;
}

TargetRef target_from(const Field& ref) {
  return {ref["apiVersion"].text(), ref["kind"].text(), ref["name"].text()};
}

nlohmann::json target_to_json(const TargetRef& target) {
  return {{"apiVersion", target.api_version}, {"kind", target.kind}, {"name", target.name}};
}

std::vector<Condition> conditions_from(const Field& list) {
  std::vector<Condition> out;
  for (const Field& item : list.items()) {
    const std::optional<ConditionType> type = condition_type_of(item["type"].text());
    if (!type) continue;
    Condition condition;
    condition.type = *type;
    condition.status = item["status"].one_of(kConditionStatuses);
    condition.reason = code_of(item["reason"].text());
    condition.message = item["message"].text();
    condition.last_transition = item["lastTransitionTime"].time();
    if (const Field seen = item["observedGeneration"]; seen.present()) condition.observed_generation = seen.integer();
    out.push_back(std::move(condition));
  }
  return out;
}

nlohmann::json conditions_to_json(const std::vector<Condition>& conditions) {
  nlohmann::json out = nlohmann::json::array();
  for (const Condition& condition : conditions) {
    out.push_back({{"type", to_string(condition.type)},
                   {"status", to_string(condition.status)},
                   {"reason", to_string(condition.reason)},
                   {"message", cut(condition.message, kMaxMessage)},
                   {"lastTransitionTime", format_rfc3339(condition.last_transition)},
                   {"observedGeneration", condition.observed_generation}});
  }
  return out;
}

Reasons reasons_from(const Field& list) {
  Reasons out;
  for (const Field& item : list.items()) out.push_back({code_of(item["code"].text()), item["message"].text()});
  return out;
}

nlohmann::json reasons_to_json(const Reasons& reasons) {
  nlohmann::json out = nlohmann::json::array();
  for (const Reason& reason : reasons) {
    if (out.size() == kMaxReasons) break;
    out.push_back({{"code", to_string(reason.code)}, {"message", cut(reason.message, kMaxMessage)}});
  }
  return out;
}

}  // namespace aia::api
