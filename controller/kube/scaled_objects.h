// KEDA's ScaledObjects, of which each makes an HPA and makes it again when that is deleted: listed now and then where
// the cluster has them, not watched, because who scales what hardly ever changes. Source:
// https://keda.sh/docs/latest/reference/scaledobject-spec
#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "controller/http/transport.h"
#include "controller/kube/discovery.h"
#include "controller/kube/owner.h"

namespace aia::kube {

class ScaledObjects {
 public:
  /// Of namespace `ns`, empty: of all. `transport`, `clock` and `discovery` outlive it.
  ScaledObjects(http::Transport& transport, const ports::Clock& clock, Discovery& discovery, std::string ns)
      : transport_(transport), clock_(clock), discovery_(discovery), ns_(std::move(ns)) {}

  /// Lists them if that was not tried within 30 s; what could not be listed stays as it was. From any thread.
  void refresh(Millis deadline);
  /// The same, but only if it was never tried: before the first decision.
  void look_first(Millis deadline);

  /// Names of those that scale `target`.
  [[nodiscard]] std::vector<std::string> that_scale(const std::string& ns, const api::TargetRef& target) const;

  /// Why they are not seen, or not all, in one line; empty: they are, or there are none.
  [[nodiscard]] std::string problem() const;

 private:
  struct One {
    api::ObjectKey key;
    api::TargetRef target;
  };
  Status list(const Resource& resource, Millis deadline, std::vector<One>& found) const;

  http::Transport& transport_;
  const ports::Clock& clock_;
  Discovery& discovery_;
  const std::string ns_;
  mutable std::mutex mutex_;
  std::optional<Millis> tried_at_;
  std::vector<One> all_;
  std::string problem_;
};

}  // namespace aia::kube
