// Keeps up with one resource: list it in pages, then watch from there, resume where a stream ended, list again when the
// server has forgotten that point. An explicit state machine without I/O or clock: the caller does what `Step::next`
// says and reports what came of it (reflector.h), so that tests play the server with strings. Plain list + watch, not
// watch-list (sendInitialEvents): pages bound our memory and the server's alike, every supported server has them, and
// there is one path to test instead of two. A page that is too large is asked for again with half as many objects, and
// each page that comes whole lets the next one have a quarter more: anybody may write objects of the largest size.
// Source: https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "controller/http/backoff.h"
#include "controller/kube/request.h"

namespace aia::kube {

struct WatcherOptions {
  Resource resource;
  std::string ns;  ///< empty: all namespaces
  Trim trim;
  std::string selector{};  ///< of labels; for lists that are not watched
  bool watches = true;     ///< false: a list need not name the version to watch from
  int page_limit = 500;
  int most_pages = 20'000;                ///< of one list; tries of pages that were too large count
  int most_empty_pages = 100;             ///< in a row; a server may show none of those that a selector leaves out
  int most_objects = 300'000;             ///< of one list: twice the pods that Kubernetes supports
  std::chrono::seconds timeout_min{300};  ///< of a watch, drawn anew each time, so that many do not end together
  std::chrono::seconds timeout_max{600};
  Millis healthy{1'000};           ///< a stream that lasted this long is reopened at once, even if it said nothing
  int failures_before_relist = 5;  ///< resuming failed this often in a row: the point itself may be the problem
  Millis longest_wait{60'000};     ///< even if a Retry-After asks for more: a proxy may ask for an hour
  /// The longest wait is a third of client-go's: four watches of one controller are no load, and after an outage the
  /// API server must be seen within two cycles of its return (reflector.h).
  http::BackoffOptions backoff{Millis(800), Millis(10'000)};
  std::uint64_t seed = 1;
};

// What happened to the collection. Objects between ListBegan and ListEnded replace all that was known, at ListEnded; a
// list that fails half-way begins again.
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

// What to do next.
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
  Step on_line(std::string_view line);  ///< anything but KeepReading: close the stream, then do it
  Step on_large_page();                 ///< SendList was answered with 2xx and more bytes than are taken
  Step on_overflow();                   ///< an event longer than allowed: only a list gets past it
  Step on_stream_end(Millis lasted);    ///< by the server, or silent for too long
  Step on_silence();                    ///< instead of OpenWatch: too long since anything was heard to resume
  Step on_error(const Error& error);    ///< SendList or OpenWatch failed
  Step on_waited();

  [[nodiscard]] State state() const { return state_; }
  /// Why the last try failed; empty while all is well.
  [[nodiscard]] const std::string& problem() const { return error_.message; }
  /// The problem is that the server does not have this resource.
  [[nodiscard]] bool is_not_served() const { return !problem().empty() && error_.kind == ErrorKind::NotFound; }
  [[nodiscard]] const Error& error() const { return error_; }

 private:
  Step list();
  Step next_page();
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
  bool heard_ = false;     ///< this stream has delivered a line
  bool relisted_ = false;  ///< a Gone was answered with a list, since the last progress
  int failures_ = 0;       ///< since the last progress
  Error error_{ErrorKind::Unavailable, ""};
  int limit_;        ///< objects of a page, now; kept from list to list
  int pages_ = 0;    ///< of this list
  int objects_ = 0;  ///< of this list
  int empty_ = 0;    ///< of its newest pages, those in a row without an object
  http::Backoff backoff_;
  http::Draw draw_;
};

}  // namespace aia::kube
