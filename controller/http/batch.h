// A batch of calls side by side under one deadline. Tenants share what may be under way, so that slow or large answers
// of one hold back mostly its own. One waiting thread, the caller's, starts attempts, sleeps on the Signal until
// something happened, and decides what comes next: an answer, one more try after 401, a retry after a pause, or giving
// up at the deadline. Transport threads only report.
#pragma once

#include <atomic>
#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "controller/http/client_pool.h"

namespace aia::http {

/// When the server last answered any call, in steady time: tells a dead network from one slow answer.
using LastAnswer = std::atomic<SteadyTime>;

struct BatchSettings {
  std::string server;  ///< how messages name it
  RetryOptions retry;
  std::size_t max_body_bytes = 0;
  std::size_t max_bytes_under_way = 0;
};

class Batch {
 public:
  /// All outlive it.
  Batch(ClientPool& pool, LastAnswer& last_answer, const BatchSettings& settings, const std::vector<Request>& requests,
        Millis deadline);

  /// What is still on its way reaches nobody.
  ~Batch();
  Batch(const Batch&) = delete;
  Batch& operator=(const Batch&) = delete;

  /// Hands each answer over as it comes. Returns at the deadline at the latest, but for what `take` takes.
  void run(const AnswerSink& take);

 private:
  /// One call over all of its attempts.
  struct Call {
    const Request* request = nullptr;
    Attempt attempt;  ///< under way, or the last one
    SteadyTime started{};
    std::optional<SteadyTime> again_at;  ///< waits for its next attempt
    int attempts = 0;
    int stale = 0;
    bool repeated_unauthorized = false;
    std::optional<Result<Response>> answer;  ///< final when the call is no longer in flight
  };

  void start(Call& call, SteadyTime now);
  bool advance(Call& call, SteadyTime now);
  bool finish(Call& call, Result<Response> answer, bool may_retry, Millis asked);
  void give_up(Call& call);
  void count(const Call& call, bool begins);
  void hand_over(Call& call, const AnswerSink& take);
  [[nodiscard]] std::size_t body_limit_of(const Request& request) const;
  [[nodiscard]] bool has_room(SteadyTime now) const;
  [[nodiscard]] Call* next(SteadyTime now);
  [[nodiscard]] SteadyTime wake_up(SteadyTime now) const;

  ClientPool& pool_;
  LastAnswer& last_answer_;
  const BatchSettings& settings_;
  const Millis deadline_;
  const SteadyTime until_;
  const std::shared_ptr<Signal> signal_ = std::make_shared<Signal>();
  Draw draw_;
  std::vector<Call> calls_;
  std::vector<Call*> in_flight_;
  /// Who asks: what waits, in order, and how many bytes of it are under way, each call counted as large as it may
  /// become.
  struct Tenant {
    std::deque<Call*> waiting;
    std::size_t bytes_under_way = 0;
  };
  std::map<std::string, Tenant> tenants_;
  std::size_t waiting_ = 0;
  std::size_t bytes_under_way_ = 0;
};

/// The error of a request whose time has run out, with how far it came.
Error timed_out(const std::string& server, const Exchange::Progress& progress, Millis limit, const char* limit_name);

}  // namespace aia::http
