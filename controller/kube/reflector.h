// One thread that keeps one store up to date: runs the Watcher over the network. Lists go through Transport::stream
// too, because a stream ends within the second when stopping is requested, and a call does not.
//
// How soon an API server is seen again that was cut off and is back: a dead stream is noticed within 20 s by the
// kernel's probes (controller/http/socket.h), within 90 s where those do not reach; then a try has no more than 20 s
// until its headers (7 to 11 s where nobody answers the connect) and the next begins after 10 s at most. So after an
// outage of 90 s or more the server is seen within 20 s of its return, as a rule within 10.
//
// A watch may be silent for good reasons (nothing happens, and after a restart the API server has no bookmarks to send
// before something does) and for bad ones; a list tells them apart. So no watch is opened on a point that was last
// confirmed longer ago than half of `watch_inactivity`, and what works was heard of less than one and a half of it ago.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>

#include "controller/http/transport.h"
#include "controller/kube/list.h"
#include "controller/kube/store.h"
#include "controller/kube/watcher.h"
#include "controller/ports/clock.h"
#include "controller/ports/cluster.h"

namespace aia::kube {

struct ReflectorOptions {
  WatcherOptions watcher;
  Millis list_inactivity{30'000};
  Millis watch_inactivity{90'000};          ///< bookmarks come about every minute; a silent watch is ended
  std::size_t max_line_bytes = 16U << 20U;  ///< etcd refuses objects above 1.5 MiB; JSON may escape a byte as six
  std::size_t max_page_bytes = kMostPageBytes;
};

class Reflector {
 public:
  /// `transport`, `clock` and `sink` outlive it. Starts at once; the destructor stops and joins.
  Reflector(http::Transport& transport, const ports::Clock& clock, ChangeSink& sink, ReflectorOptions options);
  ~Reflector();  // waits for the thread

  void request_stop() { thread_.request_stop(); }

  /// "pods cannot be listed or watched: …", empty while all is well. From any thread. A watch that was refused and then
  /// accepted clears it with its first line: for a quiet resource that is a bookmark, within about a minute.
  [[nodiscard]] std::string problem() const;

  /// Since when the sink was last told everything; counts from the start before the first list. From any thread.
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
