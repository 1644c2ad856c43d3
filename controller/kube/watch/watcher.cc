// The transitions of the state machine. Every failure ends in back_off(), except for the first Gone, which leads to a
// list at once. Any received line of a watch resets the count of failures and the back-off. See watcher.h.
#include "controller/kube/watch/watcher.h"

#include <algorithm>

#include "controller/kube/client/response.h"

namespace aia::kube {
namespace {

/// True for errors after which the watch can resume at the same resourceVersion. After other errors the resourceVersion
/// or the resource may be gone.
bool can_resume(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::Forbidden:
    case ErrorKind::Unauthorized:
    case ErrorKind::Throttled:
    case ErrorKind::Unavailable:
    case ErrorKind::Timeout: return true;
    default: return false;
  }
}

}  // namespace

Watcher::Watcher(WatcherOptions options)
    : options_(std::move(options)),
      limit_(options_.page_limit),
      backoff_(options_.backoff, options_.seed),
      draw_(options_.seed ^ 0x5bd1e995U) {}

Step Watcher::start() {
  return list();
}

Step Watcher::list() {
  state_ = State::Listing;
  continue_.clear();
  pages_ = objects_ = empty_ = 0;
  return next_page();
}

Step Watcher::next_page() {
  ++pages_;
  return {{}, SendList{list_request(options_.resource, options_.ns, limit_, continue_, options_.selector)}};
}

Step Watcher::on_large_page() {
  if (limit_ == 1)
    return back_off({ErrorKind::Invalid, "one object alone is a page that is too large", {}}, State::Listing);
  limit_ = std::max(1, limit_ / 2);
  return pages_ < options_.most_pages ? next_page() : without_end();
}

/// Backs off from a list beyond its limits: the server, or an aggregated API server, is broken, or there are too many
/// objects.
Step Watcher::without_end() {
  std::string why = "there are more than " + std::to_string(options_.most_pages) + " pages";
  if (objects_ >= options_.most_objects)
    why = "there are more than " + std::to_string(options_.most_objects) + " objects: delete those that nobody needs";
  if (empty_ >= options_.most_empty_pages)
    why = "it shows " + std::to_string(empty_) + " pages in a row without an object";
  return back_off({ErrorKind::Invalid, why, {}}, State::Listing);
}

Step Watcher::watch() {
  state_ = State::Streaming;
  heard_ = false;
  const std::chrono::seconds timeout(draw_.between(options_.timeout_min.count(), options_.timeout_max.count()));
  return {{}, OpenWatch{watch_request(options_.resource, options_.ns, resource_version_, timeout)}};
}

/// Whether the list is within its limits so far.
bool Watcher::may_go_on() const {
  return pages_ < options_.most_pages && objects_ < options_.most_objects && empty_ < options_.most_empty_pages;
}

Step Watcher::on_page(std::string_view body) {
  std::optional<Json> page = parse_json(body, options_.trim, Envelope::List);
  const std::string version = page ? text_at(*page, {"metadata", "resourceVersion"}) : "";
  const Json* listed = page ? find_at(*page, {"items"}) : nullptr;
  if ((version.empty() && options_.watches) || listed == nullptr || !(listed->is_array() || listed->is_null())) {
    return back_off({ErrorKind::Unavailable, "the answer to a list is not a list", {}}, State::Listing);
  }
  const bool listed_none = listed->empty();  // null is empty, too
  Step step;
  if (continue_.empty()) step.changes.emplace_back(ListBegan{});
  if (Json& items = (*page)["items"]; items.is_array()) {
    for (Json& item : items) step.changes.emplace_back(Listed{std::move(item)});
    objects_ += static_cast<int>(items.size());
  }
  empty_ = listed_none ? empty_ + 1 : 0;
  limit_ = std::min(options_.page_limit, limit_ + std::max(1, limit_ / 4));
  continue_ = text_at(*page, {"metadata", "continue"});
  if (!continue_.empty()) {
    step.next = (may_go_on() ? next_page() : without_end()).next;
    return step;
  }
  step.changes.emplace_back(ListEnded{});
  resource_version_ = version;
  failures_ = 0;
  error_.message.clear();
  step.next = watch().next;
  return step;
}

Step Watcher::on_line(std::string_view line) {
  std::optional<Json> event = parse_json(line, options_.trim, Envelope::WatchEvent);
  if (!event) return resync("a watch event is not JSON");
  const std::string type = text_at(*event, {"type"});
  const auto object = event->is_object() ? event->find("object") : event->end();
  if (object == event->end()) return resync("a watch event has no object");
  if (type == "ERROR") return on_error(error_of_status(*object, 500));

  const std::string version = text_at(*object, {"metadata", "resourceVersion"});
  if (version.empty()) return resync("a watch event has no resourceVersion");
  Step step{{}, KeepReading{}};
  if (type == "ADDED" || type == "MODIFIED") {
    step.changes.emplace_back(Upserted{std::move(*object)});
  } else if (type == "DELETED") {
    step.changes.emplace_back(Deleted{std::move(*object)});
  } else if (type != "BOOKMARK") {
    return resync("a watch event has the unknown type '" + type + "'");
  }
  resource_version_ = version;
  progress();
  return step;
}

Step Watcher::on_overflow() {
  return on_error({ErrorKind::Gone, "a watch event is too long", {}});
}

Step Watcher::on_stream_end(Millis lasted) {
  if (heard_ || lasted >= options_.healthy) {
    progress();
    return watch();
  }
  return back_off({ErrorKind::Unavailable, "the watch ended as soon as it had begun", {}}, State::Streaming);
}

Step Watcher::on_silence() {
  return list();
}

Step Watcher::on_error(const Error& error) {
  if (error.kind == ErrorKind::Gone && !relisted_) {  // normal after a pause or a restart: list at once, but only once
    relisted_ = true;
    return list();
  }
  const bool resume = state_ == State::Streaming && can_resume(error.kind);
  return back_off(error, resume ? State::Streaming : State::Listing);
}

Step Watcher::on_waited() {
  return after_wait_ == State::Streaming ? watch() : list();
}

Step Watcher::back_off(const Error& error, State then) {
  ++failures_;
  state_ = State::Backoff;
  after_wait_ = failures_ >= options_.failures_before_relist ? State::Listing : then;
  error_ = error;
  const Millis asked = std::min(error.retry_after.value_or(Millis(0)), options_.longest_wait);
  return {{}, Wait{std::max(backoff_.next(), asked)}};
}

/// After an unreadable event the watch resumes at the last readable event, so the server sends the event again. If the
/// second try fails, too, only a list gets past the event.
Step Watcher::resync(const std::string& why) {
  return back_off({ErrorKind::Unavailable, why, {}}, failures_ == 0 ? State::Streaming : State::Listing);
}

void Watcher::progress() {
  heard_ = true;
  failures_ = 0;
  error_.message.clear();
  backoff_.reset();
  relisted_ = false;
}

}  // namespace aia::kube
