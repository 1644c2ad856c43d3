// Bounds are checked by a visitor, in the order of the fields; rules between fields stand below, each in words of its
// own. The first message wins: a user corrects a field at a time.
#include "controller/api/validate.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/time.h"
#include "controller/api/meta_json.h"

namespace aia::api {
namespace {

using Trouble = std::optional<std::string>;  // "path: correction"

std::string in_words(Millis bound) {
  return format_duration(bound);
}

template <class Bound>
std::string in_words(Bound bound) {
  if constexpr (std::is_same_v<Bound, std::chrono::seconds>)
    return std::to_string(bound.count());
  else
    return std::to_string(bound);
}

void replace(std::string& text, std::string_view name, const std::string& by) {
  if (const auto at = text.find(name); at != std::string::npos) text.replace(at, name.size(), by);
}

/// `says` with its bounds filled in.
template <class Bound>
std::string filled(std::string says, Bound least, Bound most) {
  replace(says, "{least}", in_words(least));
  replace(says, "{most}", in_words(most));
  return says;
}

/// Checks each field below a path against its bounds, and keeps the first trouble.
class Checker {
 public:
  Checker(std::string path, Trouble& trouble) : path_(std::move(path)), trouble_(&trouble) {}

  template <class T, class... Rules>
  void required(const char* key, const T& value, const Rules&... rules) const {
    if (!*trouble_) check(path_ + "." + key, value, rules...);
  }

  template <class T, class... Rules>
  void defaulted(const char* key, const T& value, const Rules&... rules) const {
    required(key, value, rules...);
  }

  template <class T, class... Rules>
  void optional(const char* key, const T& value, const Rules&... rules) const {
    required(key, value, rules...);
  }

  void or_auto(const char* key, const std::optional<Millis>& value, const Range<Millis>& range) const {
    required(key, value, range);
  }

  void in_seconds(const char* key, const std::optional<Millis>& value, const Range<std::chrono::seconds>& range) const {
    required(key, value, range);
  }

  [[nodiscard]] Checker required_object(const char* key) const { return {path_ + "." + key, *trouble_}; }
  [[nodiscard]] Checker defaulted_object(const char* key) const { return required_object(key); }
  [[nodiscard]] Checker optional_object(const char* key) const { return required_object(key); }
  [[nodiscard]] Checker at_most_one(const char* key, const char*) const {
    return {path_ + "." + key + "[0]", *trouble_};
  }

 private:
  void fail(const std::string& path, const std::string& correction) const {
    if (!*trouble_) *trouble_ = path + ": " + correction;
  }

  template <class T, class... Rules>
  void check(const std::string& path, const T& value, const Rules&... rules) const {
    if constexpr (Listed<const T, const Checker>) {
      const Checker inner(path, *trouble_);
      T::fields(inner, value);
    } else {
      (check_leaf(path, value, rules), ...);
    }
  }

  template <class T, class... Rules>
  void check(const std::string& path, const std::optional<T>& value, const Rules&... rules) const {
    if (value) check(path, *value, rules...);
  }

  template <class T, class... Rules>
  void check(const std::string& path, const std::vector<T>& list, const Items& items, const Rules&... rules) const {
    check_count(path, list.size(), items);
    for (std::size_t i = 0; i < list.size() && !*trouble_; ++i)
      check(path + "[" + (items.numbered ? std::to_string(i) : "") + "]", list[i], rules...);
  }

  void check(const std::string& path, const std::map<std::string, std::string>& map, const Items& items,
             const Text& rule) const {
    check_count(path, map.size(), items);
    for (const auto& [key, value] : map) check_leaf(path + "." + key, value, rule);
  }

  void check_count(const std::string& path, std::size_t count, const Items& items) const {
    if (count < items.least) fail(path, filled(items.below, items.least, items.most));
    if (count > items.most) fail(path, filled(items.above, items.least, items.most));
  }

  template <class T, class Bound>
  void check_leaf(const std::string& path, const T& value, const Range<Bound>& range) const {
    if (value < range.least) fail(path, filled(range.below, range.least, range.most));
    if (value > range.most) fail(path, filled(range.above, range.least, range.most));
  }

  void check_leaf(const std::string& path, double value, const Decimal& bounds) const {
    const bool within = bounds.open ? value > bounds.least && value < bounds.most
                                    : value >= bounds.least && value <= bounds.most;  // false for NaN
    if (!within) fail(path, bounds.says);
  }

  void check_leaf(const std::string& path, const std::string& value, const Text& bounds) const {
    if (bounds.fits != nullptr && !bounds.fits(value)) {
      std::string says = filled(bounds.says, bounds.least, bounds.most);
      replace(says, "{value}", quoted(value));
      return fail(path, says);
    }
    if (value.size() > bounds.most) fail(path, filled(kTooLong, bounds.least, bounds.most));
  }

  void check_leaf(const std::string& path, const std::string& value, const Either& words) const {
    if (value != words.one && value != words.other)
      fail(path, quoted(value) + " must be " + words.one + " or " + words.other);
  }

  /// Cut to 80 bytes, because a text can be long, and the correction stands behind it.
  static std::string quoted(const std::string& text) { return "\"" + cut(text, 80) + "\""; }

  std::string path_;
  Trouble* trouble_;
};

template <class Spec>
Trouble check_bounds(const Spec& spec) {
  Trouble trouble;
  const Checker at("spec", trouble);
  Spec::fields(at, spec);
  return trouble;
}

/// A reference that lacks a part, whose own message would be about the form of a name.
template <class Reference>
Trouble check_whole(const Reference& reference, const std::string& path, const char* example) {
  if (!reference.api_version.empty() && !reference.kind.empty() && !reference.name.empty()) return std::nullopt;
  return path + ": write apiVersion, kind and name, e.g. " + example;
}

Trouble check_order(int least, int most, const std::string& what) {
  if (least <= most) return std::nullopt;
  return "spec.min" + what + ": " + std::to_string(least) + " exceeds max" + what + " " + std::to_string(most) +
         "; lower min" + what + " or raise max" + what;
}

Trouble check_demand(const DemandSpec& demand, const std::string& path) {
  static const std::string kForecastOnly =
      ": is only for metrics of kind Rate or Concurrency; remove it, or change metric.kind";
  if (demand.backlog_query && !is_forecast(demand.kind)) return path + ".backlog" + kForecastOnly;
  if (demand.running_query && demand.kind != DemandKind::Queue)
    return path + ".running: is only for metrics of kind Queue; remove it, or change metric.kind";
  if (demand.decompose && !is_forecast(demand.kind)) return path + ".metric.decompose" + kForecastOnly;
  if (demand.kind == DemandKind::Utilization && demand.capacity_per_replica > 1)
    return path +
           ".capacity.perReplica: for kind Utilization this is the target share of one replica in use; write e.g. "
           "\"0.8\"";
  return std::nullopt;
}

Trouble check_demands(const AutoscalerSpec& spec) {
  std::set<std::string> names;
  for (std::size_t i = 0; i < spec.demand.size(); ++i) {
    const DemandSpec& demand = spec.demand[i];
    const std::string path = "spec.demand[" + std::to_string(i) + "]";
    if (auto trouble = check_demand(demand, path)) return trouble;
    if (!names.insert(demand.name).second)
      return path + ".name: \"" + demand.name + "\" is there twice; give each entry a name of its own";
    if (demand.decompose && spec.forecast.model != ModelChoice::Auto)
      return path + ".metric.decompose: needs spec.forecast.model Auto; remove one of both";
  }
  return std::nullopt;
}

Trouble check_history(const ForecastSpec& forecast) {
  for (const Millis season : forecast.seasons) {
    if (forecast.history < 2 * season)
      return "spec.forecast.history: " + format_duration(forecast.history) +
             " must hold at least two seasons; write at least \"" + format_duration(2 * season) +
             "\", or shorten or remove the season";
  }
  return std::nullopt;
}

Trouble check_sizing(const AcceleratorPoolSpec& spec) {
  const bool scale = spec.sizing == Sizing::Scale;
  if (spec.min_nodes > 0 && !scale)
    return "spec.minNodes: is only for sizing.mode Scale; with CapacityBuffer set it at the node autoscaler";
  if (scale && !spec.scale_ref) return "spec.sizing.scaleRef: is required for mode Scale";
  if (!scale && spec.scale_ref) return "spec.sizing.scaleRef: is only for mode Scale; remove it, or change mode";
  return std::nullopt;
}

Status first_of(std::initializer_list<Trouble> troubles) {
  for (const Trouble& trouble : troubles)
    if (trouble) return Error{ErrorKind::Invalid, *trouble};
  return done;
}

}  // namespace

Status validate(const AutoscalerSpec& spec) {
  return first_of({check_whole(spec.target, "spec.scaleTargetRef", "apps/v1, Deployment, llama-70b"),
                   check_order(spec.min_replicas, spec.max_replicas, "Replicas"),  // says more than maxReplicas' bounds
                   check_bounds(spec), check_demands(spec), check_history(spec.forecast)});
}

Status validate(const AcceleratorPoolSpec& spec) {
  static const char* kExample = "karpenter.sh/v1, NodePool, h100";
  return first_of({spec.scale_ref ? check_whole(*spec.scale_ref, "spec.sizing.scaleRef", kExample) : std::nullopt,
                   check_bounds(spec), check_order(spec.min_nodes, spec.max_nodes, "Nodes"), check_sizing(spec)});
}

}  // namespace aia::api
