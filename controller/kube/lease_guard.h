// The door that every write to the API server passes: shut unless this process holds the lease, and for longer than the
// write may take. Asked just before each request is sent, so that nobody above it can forget to. Reads and watches pass
// as they are: a follower observes, too.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>

#include "controller/http/transport.h"

namespace aia::kube {

class LeaseGuard final : public http::Transport {
 public:
  /// A write that has less time than this is not begun: it would hardly come to an answer.
  static constexpr Millis kLeastTime{500};

  /// `time_left`: how long this process may still write; unset: for ever. `inner` outlives it.
  LeaseGuard(http::Transport& inner, std::function<Millis()> time_left)
      : inner_(inner), time_left_(std::move(time_left)) {}

  [[nodiscard]] bool leading() const { return !time_left_ || time_left_() >= kLeastTime; }

  /// A write gets no more time than the lease has left. Errors, besides those of the transport: NotLeading, nothing was
  /// sent.
  Result<http::Response> send(const http::Request& request, Millis deadline) override;
  void send_each(const std::vector<http::Request>& requests, Millis deadline, const http::AnswerSink& take) override;
  Result<http::Response> stream(const http::Request& request, const http::ChunkSink& sink, std::stop_token stop,
                                Millis inactivity) override;

  /// No write begins from now on. True when those under way have ended, which it waits for as long as `limit`.
  bool close(Millis limit);

 private:
  /// A write that counts as under way as long as this lives, however it ends; none is begun after close().
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
