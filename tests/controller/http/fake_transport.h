// A transport without a network: tests script the answers and read what was asked. Answers are given by a rule for the
// request (`on`), else in the order in which they were queued; a stream plays chunks and then ends, fails or stays open
// until it is stopped. Used by the tests of every client of http::Transport.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "controller/http/transport.h"

namespace aia::http {

class FakeTransport final : public Transport {
 public:
  struct Sent {
    Request request;
    Millis deadline{0};
    bool is_stream = false;
  };
  struct Stream {
    std::vector<std::string> chunks;
    int status = 200;
    std::string error_body;            ///< for a status that is not 2xx
    std::optional<Error> ends_with{};  ///< after the chunks; unset: a clean end
    bool stays_open = false;           ///< after the chunks, until stopped; `inactivity` is not simulated
  };
  using Rule = std::function<std::optional<Result<Response>>(const Request&)>;

  static Response json(std::string body, int status = 200) {
    return {status, {{"content-type", "application/json"}}, std::move(body)};
  }

  /// Rules are asked in the order in which they were added; nullopt passes on to the next.
  void on(Rule rule) { rules_.push_back(std::move(rule)); }
  /// The answer to the next request that no rule answers.
  void answer(Result<Response> result) { answers_.push_back(std::move(result)); }
  void play(Stream stream) { streams_.push_back(std::move(stream)); }

  [[nodiscard]] std::vector<Sent> sent() const {
    const std::lock_guard lock(mutex_);
    return sent_;
  }

  Result<Response> send(const Request& request, Millis deadline) override {
    const std::lock_guard lock(mutex_);
    sent_.push_back({request, deadline, false});
    for (const auto& rule : rules_)
      if (auto result = rule(request)) return *result;
    if (answers_.empty()) return nothing_scripted(request);
    auto result = std::move(answers_.front());
    answers_.pop_front();
    return result;
  }

  void send_each(const std::vector<Request>& requests, Millis deadline, const AnswerSink& take) override {
    for (std::size_t i = 0; i < requests.size(); ++i) take(i, send(requests[i], deadline));
  }

  Result<Response> stream(const Request& request, const ChunkSink& sink, std::stop_token stop,
                          Millis inactivity) override {
    std::unique_lock lock(mutex_);
    sent_.push_back({request, inactivity, true});
    if (streams_.empty()) return streamed(request, sink);
    const Stream played = std::move(streams_.front());
    streams_.pop_front();
    if (played.status < 200 || played.status >= 300) return json(played.error_body, played.status);
    lock.unlock();
    for (const auto& chunk : played.chunks)
      if (stop.stop_requested() || !sink(chunk)) return json("", played.status);
    lock.lock();
    if (played.stays_open) {
      std::condition_variable_any stopped;
      stopped.wait(lock, stop, [] { return false; });
    }
    if (played.ends_with) return *played.ends_with;
    return json("", played.status);
  }

 private:
  /// What no stream was played for is answered as a call is, in one chunk.
  Result<Response> streamed(const Request& request, const ChunkSink& sink) {
    const auto answer = [&]() -> std::optional<Result<Response>> {
      for (const auto& rule : rules_)
        if (auto result = rule(request)) return result;
      if (answers_.empty()) return std::nullopt;
      auto result = std::move(answers_.front());
      answers_.pop_front();
      return result;
    }();
    if (!answer) return nothing_scripted(request);
    if (!*answer || (**answer).status < 200 || (**answer).status >= 300) return *answer;
    static_cast<void>(sink((**answer).body));
    return json("", (**answer).status);
  }

  static Error nothing_scripted(const Request& request) {
    return {ErrorKind::Unavailable, "fake transport: no answer scripted for " + request.method + " " + request.target};
  }

  mutable std::mutex mutex_;
  std::vector<Rule> rules_;
  std::deque<Result<Response>> answers_;
  std::deque<Stream> streams_;
  std::vector<Sent> sent_;
};

}  // namespace aia::http
