// Keeps up with a resource: lists its objects in pages, watches from the resourceVersion of the list, and resumes where
// a stream ended. If the server has forgotten this resourceVersion, the Watcher lists again. The Watcher is an explicit
// state machine without I/O or clock: the caller performs `Step::next` and reports the outcome (reflector.h). So tests
// can play the server with strings. Plain list and watch, not watch-list (sendInitialEvents): pages bound the memory of
// both sides, every supported server has pages, and there is a single path to test instead of two. A page that is too
// large is requested again with half as many objects, because any user may write objects of the largest size. After
// each complete page the limit grows by a quarter. Source:
// https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "controller/http/backoff.h"
#include "controller/kube/client/request.h"

namespace aia::kube {

struct WatcherOptions {
  Resource resource;
  std::string ns;  ///< empty: all namespaces
  Trim trim;
  std::string selector{};  ///< label selector; only for lists without a watch
  bool watches = true;     ///< false: a list may lack the resourceVersion to watch from
  int page_limit = 500;
  int most_pages = 20'000;                ///< in a list, including tries of pages that were too large
  int most_empty_pages = 100;             ///< in a row; a server may send empty pages for objects outside the selector
  int most_objects = 300'000;             ///< in a list: twice the pods that Kubernetes supports
  std::chrono::seconds timeout_min{300};  ///< of a watch, drawn anew each time, so that watches do not end together
  std::chrono::seconds timeout_max{600};
  Millis healthy{1'000};           ///< a stream that lasted this long is reopened at once, even without a line
  int failures_before_relist = 5;  ///< failures in a row; then the resourceVersion may be the cause
  Millis longest_wait{60'000};     ///< caps Retry-After, because a proxy may ask for an hour
  /// From 0.8 s to 10 s. client-go waits up to 30 s, but the at most six watches of a controller are no load. After an
  /// outage the API server must be reached within two cycles of its return (reflector.h).
  http::BackoffOptions backoff{Millis(800), Millis(10'000)};
  std::uint64_t seed = 1;
};

// Changes of the collection. At ListEnded the objects since ListBegan replace all known objects. A list that fails
// half-way starts again with ListBegan.
struct ListBegan {};
struct Listed {
  Json object;
};
struct ListEnded {};
struct Upserted {
  Json object;
};
struct Deleted {
  Json object;
};
using Change = std::variant<ListBegan, Listed, ListEnded, Upserted, Deleted>;

// The caller's next action.
struct SendList {
  http::Request request;
};
struct OpenWatch {
  http::Request request;
};
struct KeepReading {};
struct Wait {
  Millis duration;
};
using Next = std::variant<SendList, OpenWatch, KeepReading, Wait>;

struct Step {
  std::vector<Change> changes;
  Next next;
};

class Watcher {
 public:
  enum class State { Listing, Streaming, Backoff };

  explicit Watcher(WatcherOptions options);

  Step start();
  Step on_page(std::string_view body);  ///< SendList was answered with 2xx
  Step on_line(std::string_view line);  ///< for any `next` but KeepReading: close the stream first
  Step on_large_page();                 ///< SendList was answered with 2xx and more than max_page_bytes
  Step on_overflow();                   ///< an event longer than allowed: only a list gets past this event
  Step on_stream_end(Millis lasted);    ///< the server ended the stream, or was silent for too long
  Step on_silence();                    ///< instead of OpenWatch: the last confirmation is too old to resume
  Step on_error(const Error& error);    ///< SendList or OpenWatch failed
  Step on_waited();

  [[nodiscard]] State state() const { return state_; }
  /// Why the last try failed; empty after a success.
  [[nodiscard]] const std::string& problem() const { return error_.message; }
  /// True if the problem is that the server does not serve this resource.
  [[nodiscard]] bool is_not_served() const { return !problem().empty() && error_.kind == ErrorKind::NotFound; }
  [[nodiscard]] const Error& error() const { return error_; }

 private:
  Step list();
  Step next_page();
  [[nodiscard]] bool may_go_on() const;
  Step without_end();
  Step watch();
  Step back_off(const Error& error, State then);
  Step resync(const std::string& why);
  void progress();

  WatcherOptions options_;
  State state_ = State::Listing;
  State after_wait_ = State::Listing;
  std::string continue_;
  std::string resource_version_;
  bool heard_ = false;     ///< the current stream has delivered a line
  bool relisted_ = false;  ///< Gone led to a list at once since the last progress
  int failures_ = 0;       ///< since the last progress
  Error error_{ErrorKind::Unavailable, ""};
  int limit_;        ///< current objects per page; kept from list to list
  int pages_ = 0;    ///< in the current list
  int objects_ = 0;  ///< in the current list
  int empty_ = 0;    ///< newest pages of the current list in a row without an object
  http::Backoff backoff_;
  http::Draw draw_;
};

}  // namespace aia::kube
