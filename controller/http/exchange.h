// A request in flight, seen from two sides. Transport threads report headers, bytes and the end; the calling thread
// waits on a Signal. An Exchange knows no HTTP library, so that deadlines, the body limit and the hand-over of chunks
// are the same for every library. After `detach` nothing is delivered, however late the library gives up.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>

#include "controller/http/failure.h"
#include "controller/http/transport.h"

namespace aia::http {

using SteadyTime = std::chrono::steady_clock::time_point;

/// Wakes the thread that waits for any of several exchanges.
class Signal {
 public:
  void notify();
  [[nodiscard]] std::uint64_t events();
  /// Returns when there are more events than `seen`, or at `until`.
  void wait(std::uint64_t seen, SteadyTime until);

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t events_ = 0;
};

class Exchange {
 public:
  /// `sink`, if any, gets the body of a 2xx and must live until detach() or the end. The sink is called under the
  /// exchange's lock.
  Exchange(std::shared_ptr<Signal> signal, std::size_t max_body_bytes, const ChunkSink* sink = nullptr);

  // From transport threads.
  void on_headers(int status, Headers headers) noexcept;
  /// Bytes that nobody wants any more are dropped, until the waiting thread has cancelled the request.
  void on_bytes(std::string_view bytes) noexcept;
  void on_end() noexcept;
  void on_failure(Failure failure) noexcept;

  [[nodiscard]] std::size_t max_body_bytes() const { return max_body_bytes_; }
  /// Whether the body of a 2xx goes to a sink, and may then have any length.
  [[nodiscard]] bool is_stream() const { return sink_ != nullptr; }

  // From the waiting thread.
  struct Progress {
    bool done = false;
    bool headers = false;
    bool stopped_by_sink = false;
    std::uint64_t bytes = 0;
    SteadyTime last_activity{};
  };
  [[nodiscard]] Progress progress();
  /// From now on bytes are dropped and the sink is not called. Returns once a running call of the sink has ended.
  void detach();
  /// The response, as far as received. Call this function after detach() or when the exchange is done.
  [[nodiscard]] Response take_response();
  [[nodiscard]] std::optional<Failure> failure();

 private:
  void take(std::string_view bytes);
  void deliver(std::string_view bytes);
  void fail(Failure failure);
  void finish();

  const std::shared_ptr<Signal> signal_;
  const std::size_t max_body_bytes_;
  const ChunkSink* sink_;
  std::mutex mutex_;
  Progress progress_;
  Response response_;
  std::string early_;  ///< bytes that overtook the headers
  std::optional<Failure> failure_;
  bool attached_ = true;
};

}  // namespace aia::http
