// Every write to the API server passes this guard, which sends a write only while this process holds the lease, and
// limits the write to the time that the lease has left. The check comes just before each request, so that no caller can
// forget the check. Reads and watches pass unchecked, because a follower observes, too.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>

#include "controller/http/transport.h"

namespace aia::kube {

class LeaseGuard final : public http::Transport {
 public:
  /// A write does not begin with less time left than this, or than its own deadline if shorter: no answer would come in
  /// time.
  static constexpr Millis kLeastTime{500};

  /// `time_left`: how long this process may still write; unset: for ever. `inner` outlives the guard.
  LeaseGuard(http::Transport& inner, std::function<Millis()> time_left)
      : inner_(inner), time_left_(std::move(time_left)) {}

  [[nodiscard]] bool leading() const { return !time_left_ || time_left_() >= kLeastTime; }

  /// A write gets no more time than the lease has left. A batch with a write is sent one request after another. Errors,
  /// besides those of the transport: NotLeading, when nothing was sent.
  Result<http::Response> send(const http::Request& request, Millis deadline) override;
  void send_each(const std::vector<http::Request>& requests, Millis deadline, const http::AnswerSink& take) override;
  Result<http::Response> stream(const http::Request& request, const http::ChunkSink& sink, std::stop_token stop,
                                Millis inactivity) override;

  /// Lets no further write begin and waits up to `limit` for the writes under way. True when all have ended.
  bool close(Millis limit);

 private:
  /// Counts a write as under way during this object's life, however the write ends. After close() none begins.
  class UnderWay {
   public:
    explicit UnderWay(LeaseGuard& guard);
    ~UnderWay();
    UnderWay(const UnderWay&) = delete;
    UnderWay& operator=(const UnderWay&) = delete;
    [[nodiscard]] bool begun() const { return begun_; }

   private:
    LeaseGuard& guard_;
    bool begun_ = false;
  };

  Result<http::Response> write(const http::Request& request, Millis deadline);

  http::Transport& inner_;
  const std::function<Millis()> time_left_;
  std::mutex mutex_;
  std::condition_variable ended_;
  int under_way_ = 0;
  bool closed_ = false;
};

}  // namespace aia::kube
