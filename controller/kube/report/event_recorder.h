// Writes Events about AIAutoscalers and AcceleratorPools, which `kubectl describe` shows. An equal Event within six
// minutes raises the count of the first Event's series and adds no object. Source:
// https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1/
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "controller/api/accelerator_pool.h"
#include "controller/http/transport.h"
#include "controller/kube/client/json.h"
#include "controller/ports/clock.h"
#include "controller/ports/cluster.h"

namespace aia::kube {

struct EventRecorderOptions {
  std::string controller = "aiautoscaler.io/controller";
  std::string instance;  ///< names this process: its host's name
  Millis series_window = std::chrono::minutes(6);
  std::size_t max_series = 4096;  ///< remembered; above, the longest quiet series is forgotten
};

/// The object of ours that an Event is about. An Event about a cluster-scoped object goes to namespace "default", as
/// Events about nodes do.
struct Regarding {
  std::string kind;
  api::ObjectMeta meta;
  [[nodiscard]] std::string event_ns() const { return meta.ns.empty() ? "default" : meta.ns; }
};
inline Regarding regarding(const api::Autoscaler& about) {
  return {"AIAutoscaler", about.meta};
}
inline Regarding regarding(const api::AcceleratorPool& about) {
  return {"AcceleratorPool", about.meta};
}

/// The new Event `name`, stamped `now`.
Json event_document(const Regarding& about, const ports::Event& event, const std::string& name, WallTime now,
                    const EventRecorderOptions& options);

class EventRecorder {
 public:
  /// `transport` and `clock` outlive the recorder.
  EventRecorder(http::Transport& transport, const ports::Clock& clock, EventRecorderOptions options)
      : transport_(transport), clock_(clock), options_(std::move(options)) {}

  Status write(const Regarding& about, const ports::Event& event, Millis deadline);

 private:
  struct Series {
    std::string name;
    int count = 1;
    Millis last{0};
  };

  std::optional<Series> repeated(const std::string& identity);
  void remember(const std::string& identity, const std::string& name);

  http::Transport& transport_;
  const ports::Clock& clock_;
  const EventRecorderOptions options_;
  std::mutex mutex_;
  std::map<std::string, Series> series_;  ///< by identity: object, type, reason, action and note
  std::uint64_t written_ = 0;
};

}  // namespace aia::kube
