// Saying what is new; see log_reporter.h.
#include "controller/serve/log_reporter.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "controller/serve/json_log.h"

namespace aia::serve {
namespace {

using Json = nlohmann::ordered_json;

template <class Number>
void put(Json& json, const char* name, const std::optional<Number>& value) {
  if (value) json[name] = *value;
}

Json demand_json(const ports::DemandReport& report) {
  Json json{{"name", report.name}};
  put(json, "now", report.now);
  put(json, "queue", report.queue);
  put(json, "ahead", report.ahead);
  put(json, "upper", report.upper);
  put(json, "queue_at_lead", report.queue_at_lead);
  put(json, "replicas", report.replicas);
  put(json, "gpus", report.gpus);
  json["lead"] = format_duration(report.lead);
  json["model"] = report.model;
  put(json, "skill", report.skill);
  return json;
}

Json decision_json(const ports::ObjectReport& object) {
  Json json{{"autoscaler", object.key.to_string()}, {"mode", api::to_string(object.mode)}, {"action", object.action}};
  put(json, "current", object.current);
  put(json, "ready", object.ready);
  put(json, "desired", object.desired);
  json["scaled"] = object.scaled;
  json["reasons"] = Json::array();
  for (const auto& reason : object.reasons)
    json["reasons"].push_back({{"code", reason.code}, {"message", reason.message}});
  json["demand"] = Json::array();
  for (const auto& report : object.demand) json["demand"].push_back(demand_json(report));
  return json;
}

Json pool_json(const ports::PoolReport& pool, const std::string& what) {
  Json json{{"pool", pool.name}, {"what", what}, {"nodes", pool.nodes}, {"ready", pool.ready}};
  put(json, "planned", pool.planned);
  json["reasons"] = Json::array();
  for (const auto& reason : pool.reasons)
    json["reasons"].push_back({{"code", reason.code}, {"message", reason.message}});
  return json;
}

/// A pool has no namespace.
Json trouble_json(const api::ObjectKey& key, const std::string& step, ErrorKind kind, const std::string& what) {
  const bool pool = key.ns.empty();
  return {{pool ? "pool" : "autoscaler", pool ? key.name : key.to_string()},
          {"step", step},
          {"kind", to_string(kind)},
          {"error", what}};
}

}  // namespace

void LogReporter::report_clock(const ports::CycleReport& cycle) {
  const bool off = cycle.clock_off != Millis(0);
  const auto seconds = [](Millis time) { return Json{{"seconds", static_cast<double>(time.count()) / 1000}}; };
  if (cycle.clock_moved != Millis(0))
    log_line(LogLevel::Warning, "the wall clock jumped and stays there: followed, windows keep their length",
             seconds(cycle.clock_moved));
  else if (off && !clock_is_off_)
    log_line(LogLevel::Warning, "the wall clock jumped: not followed until that has lasted for a minute",
             seconds(cycle.clock_off));
  else if (!off && clock_is_off_)
    log_line(LogLevel::Info, "the wall clock is back, nothing was changed by its jump");
  clock_is_off_ = off;
}

void LogReporter::report(const ports::CycleReport& cycle) {
  if (synced_ != cycle.synced) log_line(LogLevel::Info, cycle.synced ? "caches are in" : "waiting for caches");
  synced_ = cycle.synced;
  if (!cycle.synced) return;
  report_clock(cycle);
  std::map<api::ObjectKey, Decision> decisions;
  std::map<Trouble, std::string> troubles;
  for (const auto& pool : cycle.pools) {
    for (const auto& what : pool.done) log_line(LogLevel::Info, "pool sized", pool_json(pool, what));
    for (const auto& error : pool.errors)
      troubles.emplace(Trouble{{"", pool.name}, error.step, error.kind}, error.message);
  }
  for (const auto& object : cycle.objects) {
    for (const auto& error : object.errors)
      troubles.emplace(Trouble{object.key, error.step, error.kind}, error.message);
    const auto last = decisions_.find(object.key);
    if (!object.current || !object.desired) {  // nothing was decided: what was said last stays said
      if (last != decisions_.end()) decisions.insert(*last);
      continue;
    }
    const Decision decision{object.action, object.desired, cycle.leading};
    if (last == decisions_.end() || last->second != decision || object.scaled)
      log_line(cycle.leading ? LogLevel::Info : LogLevel::Debug, "decision", decision_json(object));
    decisions.emplace(object.key, decision);
  }
  for (const auto& [trouble, what] : troubles) {
    const auto& [key, step, kind] = trouble;
    if (!troubles_.contains(trouble)) log_line(LogLevel::Warning, "trouble", trouble_json(key, step, kind, what));
  }
  for (const auto& [trouble, what] : troubles_) {
    const auto& [key, step, kind] = trouble;
    if (!troubles.contains(trouble)) log_line(LogLevel::Info, "trouble is over", trouble_json(key, step, kind, what));
  }
  decisions_ = std::move(decisions);
  troubles_ = std::move(troubles);
}

}  // namespace aia::serve
