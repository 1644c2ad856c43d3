// See lease_guard.h.
#include "controller/kube/lease_guard.h"

#include <algorithm>

namespace aia::kube {
namespace {

bool is_read(const http::Request& request) {
  return request.method == "GET";
}

}  // namespace

Result<http::Response> LeaseGuard::send(const http::Request& request, Millis deadline) {
  return is_read(request) ? inner_.send(request, deadline) : write(request, deadline);
}

std::vector<Result<http::Response>> LeaseGuard::send_all(const std::vector<http::Request>& requests, Millis deadline) {
  if (std::all_of(requests.begin(), requests.end(), is_read)) return inner_.send_all(requests, deadline);
  std::vector<Result<http::Response>> answers;
  answers.reserve(requests.size());
  for (const auto& request : requests) answers.push_back(send(request, deadline));
  return answers;
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
