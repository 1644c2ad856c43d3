// A batch of calls side by side under a common deadline. Tenants share the calls and bytes in flight, so that slow or
// large answers of a tenant hold back mostly the tenant's own calls. The caller's thread starts attempts, sleeps on the
// Signal until something has happened, and decides the next step. The next step is an answer, a second attempt after a
// 401, a retry after a pause, or giving up at the deadline. Transport threads only report.
#pragma once

#include <atomic>
#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "controller/http/client_pool.h"

namespace aia::http {

/// Steady time of the server's last answer to any call: tells a dead network from a slow answer.
using LastAnswer = std::atomic<SteadyTime>;

struct BatchSettings {
  std::string server;  ///< the server's name in messages
  RetryOptions retry;
  std::size_t max_body_bytes = 0;
  std::size_t max_bytes_under_way = 0;
};

class Batch {
 public:
  /// All references must outlive the batch.
  Batch(ClientPool& pool, LastAnswer& last_answer, const BatchSettings& settings, const std::vector<Request>& requests,
        Millis deadline);

  /// Cancels the calls in flight; their answers reach nobody.
  ~Batch();
  Batch(const Batch&) = delete;
  Batch& operator=(const Batch&) = delete;

  /// Hands over each answer as it arrives. Returns at the deadline at the latest, plus the time that `take` needs.
  void run(const AnswerSink& take);

 private:
  /// A call with all of its attempts.
  struct Call {
    const Request* request = nullptr;
    Attempt attempt;  ///< in flight, or the last attempt
    SteadyTime started{};
    std::optional<SteadyTime> again_at;  ///< set: the call pauses until its next attempt
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
  /// A tenant's calls that wait, in order, and the tenant's bytes in flight. Each call counts with the largest size
  /// that its answer may have.
  struct Tenant {
    std::deque<Call*> waiting;
    std::size_t bytes_under_way = 0;
  };
  std::map<std::string, Tenant> tenants_;
  std::size_t waiting_ = 0;
  std::size_t bytes_under_way_ = 0;
};

/// The error of a request that ran out of time; the message says how much of the answer arrived.
Error timed_out(const std::string& server, const Exchange::Progress& progress, Millis limit, const char* limit_name);

}  // namespace aia::http
