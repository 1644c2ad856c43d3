// A short check per group of fields, in the order of the object's fields; the first message wins.
#include "controller/api/validate.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <string_view>

#include "base/decimal.h"
#include "controller/api/meta_json.h"

namespace aia::api {
namespace {

using Trouble = std::optional<std::string>;  // from a group: "path: correction"

std::string within(Millis shortest, Millis longest) {
  return "must be from " + format_duration(shortest) + " to " + format_duration(longest);
}

bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// A label as RFC 1123 defines it.
bool is_dns_label(std::string_view text) {
  const auto is_inner = [](char c) { return is_lower(c) || is_digit(c) || c == '-'; };
  return !text.empty() && std::all_of(text.begin(), text.end(), is_inner) && text.front() != '-' && text.back() != '-';
}

bool is_label(const std::string& name) {
  return name.size() <= kMaxDemandName && is_dns_label(name);
}

/// Quotes a name for a message, cut to 80 bytes, because a name can be long.
std::string quoted(const std::string& text) {
  return "\"" + cut(text, 80) + "\"";
}

Trouble check_query(const std::string& query, const std::string& path) {
  if (query.find_first_not_of(" \t\r\n") == std::string::npos) return path + ": write a PromQL query, it is empty";
  if (query.size() > kMaxQuery) return path + ": is longer than " + std::to_string(kMaxQuery) + " bytes; shorten it";
  return std::nullopt;
}

bool is_prometheus_label(const std::string& name) {
  const auto is_first = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  return !name.empty() && name.size() <= kMaxLabel && is_first(name.front()) &&
         std::all_of(name.begin(), name.end(), [&](char c) { return is_first(c) || (c >= '0' && c <= '9'); });
}

Trouble check_decompose(const DemandSpec& demand, const std::string& path) {
  if (!is_forecast(demand.kind))
    return path + ": is only for metrics of kind Rate or Concurrency; remove it, or change metric.kind";
  if (!is_prometheus_label(demand.decompose->label))
    return path + ".label: \"" + demand.decompose->label + "\" must be a label of the query's series: at most " +
           std::to_string(kMaxLabel) + " letters, digits or _, not starting with a digit, e.g. client";
  if (demand.decompose->heaviest < 1 || demand.decompose->heaviest > kMostHeaviest)
    return path + ".heaviest: must be from 1 to " + std::to_string(kMostHeaviest);
  return std::nullopt;
}

Trouble check_demand(const DemandSpec& demand, const std::string& path) {
  if (!is_label(demand.name))
    return path + ".name: \"" + demand.name + "\" must be at most " + std::to_string(kMaxDemandName) +
           " lower-case letters, digits or -, starting and ending with a letter or digit";
  if (auto trouble = check_query(demand.query, path + ".metric.query")) return trouble;
  if (demand.backlog_query) {
    if (!is_forecast(demand.kind))
      return path + ".backlog: is only for metrics of kind Rate or Concurrency; remove it, or change metric.kind";
    if (auto trouble = check_query(*demand.backlog_query, path + ".backlog.query")) return trouble;
  }
  if (demand.running_query) {
    if (demand.kind != DemandKind::Queue)
      return path + ".running: is only for metrics of kind Queue; remove it, or change metric.kind";
    if (auto trouble = check_query(*demand.running_query, path + ".running.query")) return trouble;
  }
  if (demand.decompose) {
    if (auto trouble = check_decompose(demand, path + ".metric.decompose")) return trouble;
  }
  const std::string capacity = path + ".capacity.perReplica";
  if (!(std::isfinite(demand.capacity_per_replica) && demand.capacity_per_replica > 0))
    return capacity + ": must be greater than 0: what one replica sustains, e.g. \"12\"";
  if (demand.kind == DemandKind::Utilization && demand.capacity_per_replica > 1)
    return capacity + ": for kind Utilization this is the target share of one replica in use; write e.g. \"0.8\"";
  return std::nullopt;
}

Trouble check_demands(const std::vector<DemandSpec>& demands) {
  if (demands.empty()) return "spec.demand: write at least one entry";
  if (demands.size() > kMaxDemands)
    return "spec.demand: at most " + std::to_string(kMaxDemands) + " entries; remove some";
  std::set<std::string> names;
  for (std::size_t i = 0; i < demands.size(); ++i) {
    const std::string path = "spec.demand[" + std::to_string(i) + "]";
    if (auto trouble = check_demand(demands[i], path)) return trouble;
    if (!names.insert(demands[i].name).second)
      return path + ".name: \"" + demands[i].name + "\" is there twice; give each entry a name of its own";
  }
  return std::nullopt;
}

Trouble check_forecast(const ForecastSpec& forecast) {
  if (forecast.seasons.size() > 1) return "spec.forecast.seasons: at most one season; remove the others";
  if (forecast.history < kShortestHistory || forecast.history > kLongestHistory)
    return "spec.forecast.history: " + within(kShortestHistory, kLongestHistory);
  for (const Millis season : forecast.seasons) {
    if (season < kShortest || season > kLongestSeason)
      return "spec.forecast.seasons[0]: " + within(kShortest, kLongestSeason);
    if (forecast.history < 2 * season)
      return "spec.forecast.history: " + format_duration(forecast.history) +
             " must hold at least two seasons; write at least \"" + format_duration(2 * season) +
             "\", or shorten or remove the season";
  }
  if (!(forecast.quantile > 0.5 && forecast.quantile < 1))
    return std::string("spec.forecast.quantile: must be greater than 0.5 and less than 1, e.g. \"0.95\"");
  return std::nullopt;
}

Trouble check_decomposed(const AutoscalerSpec& spec) {
  if (spec.forecast.model == ModelChoice::Auto) return std::nullopt;
  for (std::size_t i = 0; i < spec.demand.size(); ++i) {
    if (spec.demand[i].decompose)
      return "spec.demand[" + std::to_string(i) +
             "].metric.decompose: needs spec.forecast.model Auto; remove one of both";
  }
  return std::nullopt;
}

Trouble check_rules(const ScalingRules& rules, const std::string& path) {
  if (rules.stabilization_window &&
      (*rules.stabilization_window < Millis{0} || *rules.stabilization_window > kLongestStabilization))
    return path + ".stabilizationWindowSeconds: must be from 0 to 3600";
  if (rules.tolerance && !(*rules.tolerance >= 0 && *rules.tolerance <= 1))
    return path + ".tolerance: must be from \"0\" to \"1\", a share of the current replicas, e.g. \"0.1\"";
  return std::nullopt;
}

Trouble check_bounds(const AutoscalerSpec& spec) {
  const auto& [api_version, kind, name] = spec.target;
  if (api_version.empty() || kind.empty() || name.empty())
    return "spec.scaleTargetRef: write apiVersion, kind and name, e.g. apps/v1, Deployment, llama-70b";
  if (auto trouble = check_reference("spec.scaleTargetRef", api_version, kind, name)) return trouble;
  if (spec.min_replicas < 1) return "spec.minReplicas: must be at least 1; scaling to zero is not supported";
  if (spec.max_replicas > kMaxReplicas) return "spec.maxReplicas: must be at most " + std::to_string(kMaxReplicas);
  if (spec.min_replicas > spec.max_replicas)
    return "spec.minReplicas: " + std::to_string(spec.min_replicas) + " exceeds maxReplicas " +
           std::to_string(spec.max_replicas) + "; lower minReplicas or raise maxReplicas";
  if (spec.lead_time && (*spec.lead_time < kShortest || *spec.lead_time > kLongestLead))
    return "spec.leadTime: " + within(kShortest, kLongestLead) + ", or \"Auto\" to measure it";
  return std::nullopt;
}

}  // namespace

bool is_dns_name(const std::string& text) {
  if (text.size() > kMaxObjectName) return false;
  std::string_view rest = text;
  for (auto dot = rest.find('.'); dot != std::string_view::npos; dot = rest.find('.')) {
    if (!is_dns_label(rest.substr(0, dot))) return false;
    rest.remove_prefix(dot + 1);
  }
  return is_dns_label(rest);
}

bool is_api_version(const std::string& text) {
  const auto slash = text.find('/');
  const std::string version = slash == std::string::npos ? text : text.substr(slash + 1);
  return text.size() <= kMaxApiVersion && (slash == std::string::npos || is_dns_name(text.substr(0, slash))) &&
         is_dns_label(version) && is_lower(version.front());
}

bool is_kind(const std::string& text) {
  std::string lower = text;
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text.size() <= kMaxKind && is_dns_label(lower) && is_lower(lower.front());
}

bool is_object_name(const std::string& text) {
  const auto is_plain = [](char c) { return c > ' ' && c <= '~' && c != '/' && c != '%'; };
  return !text.empty() && text.size() <= kMaxObjectName && text != "." && text != ".." &&
         std::all_of(text.begin(), text.end(), is_plain);
}

std::optional<std::string> check_reference(const std::string& path, const std::string& api_version,
                                           const std::string& kind, const std::string& name,
                                           bool (*is_name)(const std::string&)) {
  if (!is_api_version(api_version))
    return path + ".apiVersion: " + quoted(api_version) + " must be a version, or a group and a version, e.g. apps/v1";
  if (!is_kind(kind))
    return path + ".kind: " + quoted(kind) + " must be at most " + std::to_string(kMaxKind) +
           " letters, digits or -, starting with a letter, e.g. Deployment";
  if (is_name(name)) return std::nullopt;
  if (is_name == is_dns_name)
    return path + ".name: " + quoted(name) + " must be at most " + std::to_string(kMaxObjectName) +
           " lower-case letters, digits, - or ., each part starting and ending with a letter or digit";
  return path + ".name: " + quoted(name) + " must be the name of an object: at most " + std::to_string(kMaxObjectName) +
         " printable characters without spaces, / or %, and not . or ..";
}

Status validate(const AutoscalerSpec& spec) {
  Trouble trouble = check_bounds(spec);
  if (!trouble) trouble = check_demands(spec.demand);
  if (!trouble) trouble = check_forecast(spec.forecast);
  if (!trouble) trouble = check_decomposed(spec);
  if (!trouble) trouble = check_rules(spec.scale_up, "spec.behavior.scaleUp");
  if (!trouble) trouble = check_rules(spec.scale_down, "spec.behavior.scaleDown");
  if (trouble) return Error{ErrorKind::Invalid, *trouble};
  return done;
}

}  // namespace aia::api
