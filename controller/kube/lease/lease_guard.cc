// Counts the writes under way, so that close() can wait for their end before the lease is given back. Batches of reads
// go to the inner transport as a whole.
#include "controller/kube/lease/lease_guard.h"

#include <algorithm>

#include "controller/http/retry.h"

namespace aia::kube {

Result<http::Response> LeaseGuard::send(const http::Request& request, Millis deadline) {
  return http::is_read(request) ? inner_.send(request, deadline) : write(request, deadline);
}

void LeaseGuard::send_each(const std::vector<http::Request>& requests, Millis deadline, const http::AnswerSink& take) {
  if (std::all_of(requests.begin(), requests.end(), http::is_read)) return inner_.send_each(requests, deadline, take);
  for (std::size_t i = 0; i < requests.size(); ++i) take(i, send(requests[i], deadline));
}

Result<http::Response> LeaseGuard::stream(const http::Request& request, const http::ChunkSink& sink,
                                          std::stop_token stop, Millis inactivity) {
  return inner_.stream(request, sink, std::move(stop), inactivity);
}

Result<http::Response> LeaseGuard::write(const http::Request& request, Millis deadline) {
  const UnderWay one(*this);
  if (!one.begun()) return Error{ErrorKind::NotLeading, "stopping: nothing is written any more", {}};
  const Millis left = time_left_ ? time_left_() : deadline;
  const bool enough = left > Millis(0) && left >= std::min(deadline, kLeastTime);
  if (time_left_ && !enough) return Error{ErrorKind::NotLeading, "the lease is not held, or not for long enough", {}};
  return inner_.send(request, std::min(deadline, left));
}

LeaseGuard::UnderWay::UnderWay(LeaseGuard& guard) : guard_(guard) {
  const std::scoped_lock lock(guard_.mutex_);
  begun_ = !guard_.closed_;
  if (begun_) ++guard_.under_way_;
}

LeaseGuard::UnderWay::~UnderWay() {
  if (!begun_) return;
  {
    const std::scoped_lock lock(guard_.mutex_);
    --guard_.under_way_;
  }
  guard_.ended_.notify_all();
}

bool LeaseGuard::close(Millis limit) {
  std::unique_lock lock(mutex_);
  closed_ = true;
  return ended_.wait_for(lock, limit, [&] { return under_way_ == 0; });
}

}  // namespace aia::kube
