// A thread that keeps a store up to date by running the Watcher over the network. Lists also go through
// Transport::stream, because a stream ends within a second of a stop request and a call does not.
//
// How soon the reflector reaches an API server after an outage: the kernel's probes notice a dead stream within 20 s
// (controller/http/socket.h); where the probes do not reach, the stream ends after 90 s of silence. A new try waits at
// most 20 s for its headers (7 to 11 s where nobody answers the connect). The next try begins after 10 s at most. So
// after an outage of 90 s or more the server is reached within 20 s of its return, usually within 10 s.
//
// A watch may be silent because nothing happens: after a restart the API server sends no bookmark before the first
// change. A watch may also be silent because it is broken. A list tells the two apart. So the reflector lists instead
// of resuming when the last confirmation is older than watch_inactivity / 2. The age of a healthy watch therefore stays
// below 1.5 x watch_inactivity.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>

#include "controller/http/transport.h"
#include "controller/kube/watch/list.h"
#include "controller/kube/watch/store.h"
#include "controller/kube/watch/watcher.h"
#include "controller/ports/clock.h"
#include "controller/ports/cluster.h"

namespace aia::kube {

struct ReflectorOptions {
  WatcherOptions watcher;
  Millis list_inactivity{30'000};
  Millis watch_inactivity{90'000};          ///< bookmarks come about every minute; a silent watch is closed
  std::size_t max_line_bytes = 16U << 20U;  ///< etcd refuses objects above 1.5 MiB; JSON may escape a byte as six
  std::size_t max_page_bytes = kMostPageBytes;
};

class Reflector {
 public:
  /// `transport`, `clock` and `sink` must outlive the reflector. The thread starts at once; the destructor stops and
  /// joins the thread.
  Reflector(http::Transport& transport, const ports::Clock& clock, ChangeSink& sink, ReflectorOptions options);
  ~Reflector();  // waits for the thread

  void request_stop() { thread_.request_stop(); }

  /// "pods cannot be listed or watched: …", empty while all is well. From any thread. After a refused watch is
  /// accepted, its first line clears the problem: for a quiet resource a bookmark, within about a minute.
  [[nodiscard]] std::string problem() const;

  /// The resource, its problem, and the time since the sink last got a complete list or a line of the watch. Before the
  /// first list the time counts from the construction. From any thread.
  [[nodiscard]] ports::WatchAge age() const;

 private:
  void run(const std::stop_token& stop);
  Step perform(const SendList& list, const std::stop_token& stop);
  Step perform(const OpenWatch& watch, const std::stop_token& stop);
  Step perform(const Wait& wait, const std::stop_token& stop);
  Step perform(const KeepReading& none, const std::stop_token& stop);
  void take(const Step& step);
  [[nodiscard]] Millis silence() const { return clock_.steady() - Millis(heard_ms_.load()); }

  http::Transport& transport_;
  const ports::Clock& clock_;
  ChangeSink& sink_;
  const ReflectorOptions options_;
  Watcher watcher_;
  mutable std::mutex mutex_;
  std::string problem_;
  std::atomic<Millis::rep> heard_ms_;
  std::jthread thread_;  // last: starts when everything else is there
};

}  // namespace aia::kube
