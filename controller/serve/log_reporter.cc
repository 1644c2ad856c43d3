// Compares each cycle with the last logged state. A line counts as logged only if the namespace's share allowed the
// line; otherwise the old state stays, and the next cycle tries again.
#include "controller/serve/log_reporter.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "controller/api/meta_json.h"
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
  Json json{{"autoscaler", object.key.to_string()},
            {"mode", api::to_string(object.mode)},
            {"action", to_string(object.action)}};
  put(json, "current", object.current);
  put(json, "ready", object.ready);
  put(json, "desired", object.desired);
  json["scaled"] = object.scaled;
  json["reasons"] = Json::array();
  for (const auto& reason : object.reasons)
    json["reasons"].push_back({{"code", to_string(reason.code)}, {"message", reason.message}});
  json["demand"] = Json::array();
  for (const auto& report : object.demand) json["demand"].push_back(demand_json(report));
  return json;
}

Json pool_json(const ports::PoolReport& pool, const std::string& what) {
  Json json{{"pool", pool.name}, {"what", what}, {"nodes", pool.nodes}, {"ready", pool.ready}};
  put(json, "planned", pool.planned);
  json["reasons"] = Json::array();
  for (const auto& reason : pool.reasons)
    json["reasons"].push_back({{"code", to_string(reason.code)}, {"message", reason.message}});
  return json;
}

/// The fields of an error. An empty namespace means a pool.
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

/// The lines that each namespace may still write in this cycle. A line without a namespace (of a pool) is always
/// written.
class LogReporter::Share {
 public:
  void say_left_out() const {
    for (const auto& [ns, wanted] : wanted_)
      if (wanted > kMaxLines)
        log_line(LogLevel::Warning, "too many lines of one namespace in this cycle: some are left out",
                 {{"namespace", ns}, {"left_out", wanted - kMaxLines}});
  }

  /// Logs a line. False: the line is beyond the namespace's share and only counted. True also for a level that is not
  /// written.
  bool say(const std::string& ns, LogLevel level, const char* message, const Json& fields) {
    if (!is_logged(level)) return true;
    if (!ns.empty() && ++wanted_[ns] > kMaxLines) return false;
    log_line(level, message, fields);
    return true;
  }

 private:
  std::map<std::string, std::size_t> wanted_;  ///< lines, by namespace
};

void LogReporter::report(const ports::CycleReport& cycle) {
  if (synced_ != cycle.synced) log_line(LogLevel::Info, cycle.synced ? "caches are in" : "waiting for caches");
  synced_ = cycle.synced;
  if (!cycle.synced) return;
  report_clock(cycle);
  for (const auto& pool : cycle.pools)
    for (const auto& what : pool.done) log_line(LogLevel::Info, "pool sized", pool_json(pool, what));
  Share share;
  report_troubles(cycle, share);
  report_decisions(cycle, share);
  share.say_left_out();
}

/// Logs ends before begins, and logs the end only of an error whose begin was logged. So troubles_ stays bounded.
void LogReporter::report_troubles(const ports::CycleReport& cycle, Share& share) {
  std::map<Trouble, std::string> now;
  for (const auto& pool : cycle.pools)
    for (const auto& error : pool.errors) now.emplace(Trouble{{"", pool.name}, error.step, error.kind}, error.message);
  for (const auto& object : cycle.objects)
    for (const auto& error : object.errors) now.emplace(Trouble{object.key, error.step, error.kind}, error.message);
  const auto say = [&](LogLevel level, const char* message, const Trouble& trouble, const std::string& what) {
    const auto& [key, step, kind] = trouble;
    return share.say(key.ns, level, message, trouble_json(key, step, kind, what));
  };
  std::erase_if(troubles_, [&](const auto& said) {
    return !now.contains(said.first) && say(LogLevel::Info, "trouble is over", said.first, said.second);
  });
  for (const auto& [trouble, what] : now)
    if (troubles_.contains(trouble) || say(LogLevel::Warning, "trouble", trouble, what))
      troubles_[trouble] = api::cut(what, kMaxText);
}

void LogReporter::report_decisions(const ports::CycleReport& cycle, Share& share) {
  std::map<api::ObjectKey, Decision> decisions;
  for (const auto& object : cycle.objects) {
    const auto last = decisions_.find(object.key);
    if (last != decisions_.end())
      decisions.insert(*last);  // keeps the last decision where this cycle decides or logs nothing
    if (!object.current || !object.desired) continue;
    const Decision decision{object.action, object.desired, cycle.leading};
    const bool is_new = last == decisions_.end() || last->second != decision || object.scaled;
    const auto level = cycle.leading ? LogLevel::Info : LogLevel::Debug;
    if (!is_new || share.say(object.key.ns, level, "decision", decision_json(object)))
      decisions.insert_or_assign(object.key, decision);
  }
  decisions_ = std::move(decisions);
}

}  // namespace aia::serve
