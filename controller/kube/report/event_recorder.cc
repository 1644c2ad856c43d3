// Patches a series while its Event exists and creates a new Event after a 404. Texts are cut to the API server's
// limits, because a longer text makes the server refuse the whole Event.
#include "controller/kube/report/event_recorder.h"

#include <algorithm>
#include <cstdio>

#include "controller/api/meta_json.h"
#include "controller/kube/client/request.h"
#include "controller/kube/client/response.h"

namespace aia::kube {
namespace {

// Limits of the API server, in bytes.
constexpr std::size_t kMaxWord = 128;
constexpr std::size_t kMaxNamePrefix = 220;  // of 253, with room for ".<time>.<number>"

const char* type_of(const ports::Event& event) {
  return event.warning ? "Warning" : "Normal";
}

std::string identity_of(const Regarding& about, const ports::Event& event) {
  return about.meta.uid + '\n' + type_of(event) + '\n' + to_string(event.reason) + '\n' + to_string(event.action) +
         '\n' + api::cut(event.note, ports::Event::kMaxNote);
}

/// Unique: the time separates this process from other and earlier processes, the number separates its own Events.
std::string event_name(const std::string& object, WallTime now, std::uint64_t number) {
  char suffix[40];
  std::snprintf(suffix, sizeof suffix, ".%llx.%llx", static_cast<unsigned long long>(now.time_since_epoch().count()),
                static_cast<unsigned long long>(number));
  return object.substr(0, kMaxNamePrefix) + suffix;
}

}  // namespace

Json event_document(const Regarding& about, const ports::Event& event, const std::string& name, WallTime now,
                    const EventRecorderOptions& options) {
  Json subject = {{"apiVersion", api::kApiVersion},
                  {"kind", about.kind},
                  {"name", about.meta.name},
                  {"uid", about.meta.uid},
                  {"resourceVersion", about.meta.resource_version}};
  if (!about.meta.ns.empty()) subject["namespace"] = about.meta.ns;
  return {{"apiVersion", "events.k8s.io/v1"},
          {"kind", "Event"},
          {"metadata", {{"name", name}, {"namespace", about.event_ns()}}},
          {"eventTime", format_rfc3339_micro(now)},
          {"reportingController", options.controller},
          {"reportingInstance", options.instance.substr(0, kMaxWord)},
          {"type", type_of(event)},
          {"reason", to_string(event.reason)},
          {"action", to_string(event.action)},
          {"note", api::cut(event.note, ports::Event::kMaxNote)},
          {"regarding", std::move(subject)}};
}

Status EventRecorder::write(const Regarding& about, const ports::Event& event, Millis deadline) {
  const std::string identity = identity_of(about, event);
  const WallTime now = clock_.now();
  if (const std::optional<Series> series = repeated(identity)) {
    const Json patch = {{"series", {{"count", series->count}, {"lastObservedTime", format_rfc3339_micro(now)}}}};
    const std::string path = object_path(kEvents, {about.event_ns(), series->name});
    const Result<Json> patched = document(transport_.send(merge_patch_request(path, patch), deadline));
    if (patched) return done;
    if (patched.error().kind != ErrorKind::NotFound)
      return patched.error().in(std::string("event ") + to_string(event.reason));
  }  // the API server drops Events, by default after an hour: create a new Event
  std::uint64_t number = 0;
  {
    const std::scoped_lock lock(mutex_);
    number = ++written_;
  }
  const std::string name = event_name(about.meta.name, now, number);
  const Json body = event_document(about, event, name, now, options_);
  const http::Request request = create_request(collection_path(kEvents, about.event_ns()), body);
  const Result<Json> created = document(transport_.send(request, deadline));
  if (!created) return created.error().in(std::string("event ") + to_string(event.reason));
  remember(identity, name);
  return done;
}

/// The series to patch, with its count raised already, if an equal Event was written within the window.
std::optional<EventRecorder::Series> EventRecorder::repeated(const std::string& identity) {
  const Millis now = clock_.steady();
  const std::scoped_lock lock(mutex_);
  const auto found = series_.find(identity);
  if (found == series_.end()) return std::nullopt;
  Series& series = found->second;
  if (now - series.last >= options_.series_window) return std::nullopt;
  ++series.count;
  series.last = now;
  return series;
}

void EventRecorder::remember(const std::string& identity, const std::string& name) {
  const Millis now = clock_.steady();
  const std::scoped_lock lock(mutex_);
  series_.insert_or_assign(identity, Series{name, 1, now});
  if (series_.size() <= options_.max_series) return;
  std::erase_if(series_, [&](const auto& entry) { return now - entry.second.last >= options_.series_window; });
  if (series_.size() <= options_.max_series) return;
  series_.erase(std::min_element(series_.begin(), series_.end(),
                                 [](const auto& a, const auto& b) { return a.second.last < b.second.last; }));
}

}  // namespace aia::kube
