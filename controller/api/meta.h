// The parts of metav1 that our objects share: identity, conditions and references.
// Source: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/object-meta/
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/time.h"
#include "controller/api/codes.h"
#include "controller/api/names.h"
#include "controller/api/reason.h"
#include "controller/api/words.h"

namespace aia::api {

inline constexpr const char* kGroup = "aiautoscaler.io";
inline constexpr const char* kVersion = "v1alpha1";
inline constexpr const char* kApiVersion = "aiautoscaler.io/v1alpha1";
inline constexpr const char* kFieldManager = "aiautoscaler";

/// Namespace and name: how a person names an object. Prints as "namespace/name".
struct ObjectKey {
  std::string ns;
  std::string name;
  auto operator<=>(const ObjectKey&) const = default;  // NOLINT(modernize-use-nullptr): clang-tidy 14 errs on it
  [[nodiscard]] std::string to_string() const { return ns + "/" + name; }
};

struct ObjectMeta {
  std::string ns;
  std::string name;
  std::string uid;
  std::string resource_version;
  std::int64_t generation = 0;
  WallTime created{};
  bool deleting = false;  ///< metadata.deletionTimestamp is set
  std::map<std::string, std::string> labels;
  [[nodiscard]] ObjectKey key() const { return {ns, name}; }
};

/// The scaled object: any kind with a scale subresource, in the same namespace.
struct TargetRef {
  std::string api_version;
  std::string kind;
  std::string name;
  auto operator<=>(const TargetRef&) const = default;  // NOLINT(modernize-use-nullptr): as above
  /// "apps/v1 Deployment llama-70b", as messages name it.
  [[nodiscard]] std::string to_string() const { return api_version + " " + kind + " " + name; }

  static void fields(auto& at, auto& target) {
    at.required("apiVersion", target.api_version, kApiVersionText);
    at.required("kind", target.kind, kKindText);
    at.required("name", target.name, kNameText);
  }
};

enum class ConditionStatus { True, False, Unknown };

constexpr auto words_of(ConditionStatus) {
  using enum ConditionStatus;
  return std::to_array<Word<ConditionStatus>>({{True, "True"}, {False, "False"}, {Unknown, "Unknown"}});
}
static_assert(is_complete(words_of(ConditionStatus{}), ConditionStatus::Unknown));

/// metav1.Condition. `last_transition` changes only when `status` does.
struct Condition {
  ConditionType type = ConditionType::Ready;
  ConditionStatus status = ConditionStatus::Unknown;
  Code reason = Code::Unknown;
  std::string message;
  WallTime last_transition{};
  std::int64_t observed_generation = 0;
  bool operator==(const Condition&) const = default;

  static void fields(auto& at, auto& condition) {
    at.required("type", condition.type, Text{1, 64});
    at.required("status", condition.status);
    at.required("reason", condition.reason, Text{1, 128});
    at.required("message", condition.message, Text{.most = kMaxMessage});
    at.required("lastTransitionTime", condition.last_transition);
    at.optional("observedGeneration", condition.observed_generation);
  }
};

/// `next` with transition times: the time from `previous` where the status is the same, else `now`.
std::vector<Condition> with_transition_times(std::vector<Condition> next, const std::vector<Condition>& previous,
                                             WallTime now);

}  // namespace aia::api
