// The first fault that applies decides, from the worst to the mildest: no network, no server, slow, error, throttled,
// conflict. A slow request that makes its deadline can still meet a later one. Errors read like those of a real server.
#include "simulation/faults/faulty_network.h"

namespace aia::simulation {
namespace {

Error unavailable(const char* why) {
  return {ErrorKind::Unavailable, std::string("the API server: ") + why, {}};
}

Error timeout() {
  return {ErrorKind::Timeout, "the API server did not answer in time", {}};
}

}  // namespace

bool FaultyNetwork::cut(WallTime at) const {
  return lasts(FaultKind::ApiAway, at) != nullptr || lasts(FaultKind::EtcdRestart, at) != nullptr ||
         lasts(FaultKind::NetworkCut, at) != nullptr;
}

/// Half of the failed writes are done all the same.
Fate FaultyNetwork::lost(Error error, bool is_write) {
  Fate fate;
  if (is_write && random_.chance(0.5))
    fate.answer_lost = std::move(error);
  else
    fate.request_lost = std::move(error);
  return fate;
}

Fate FaultyNetwork::fate(const std::string& verb, Millis deadline, WallTime at) {
  const bool is_write = verb != "get" && verb != "read-lease";
  if (const auto* cut = lasts(FaultKind::NetworkCut, at)) {  // packets vanish
    static_cast<void>(cut);
    return {deadline, timeout(), std::nullopt};
  }
  for (const auto kind : {FaultKind::ApiAway, FaultKind::EtcdRestart}) {
    const auto* away = lasts(kind, at);
    if (away == nullptr) continue;
    if (away->severity < 0.5) return {Millis(0), unavailable("connection refused"), std::nullopt};
    return {deadline, timeout(), std::nullopt};
  }
  Fate fate;
  if (const auto* slow = lasts(FaultKind::ApiSlow, at)) {
    const double times = random_.uniform(0, 0.5 + 2 * slow->severity);
    fate.takes = Millis(static_cast<Millis::rep>(times * static_cast<double>(deadline.count())));
    if (fate.takes >= deadline) {
      fate = lost(timeout(), is_write);
      fate.takes = deadline;
      return fate;
    }
  }
  if (const auto* errors = lasts(FaultKind::ApiErrors, at); errors && random_.chance(0.3 + 0.7 * errors->severity))
    return lost({ErrorKind::Unavailable, "etcdserver: request timed out (HTTP 500)", {}, true}, is_write);
  if (const auto* throttled = lasts(FaultKind::ApiThrottled, at); throttled && random_.chance(0.7)) {
    fate.request_lost = Error{ErrorKind::Throttled, "429 too many requests", std::chrono::seconds(1), true};
    return fate;
  }
  if (verb == "scale" && lasts(FaultKind::ApiConflicts, at) != nullptr && random_.chance(0.8))
    fate.request_lost = Error{ErrorKind::Conflict, "the object has been modified", {}};
  return fate;
}

}  // namespace aia::simulation
