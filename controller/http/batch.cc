// Each pass of run() advances every call in flight, starts waiting calls while there is room, then hands over the
// answers. Starting comes before handing over, so that the network is busy while the caller parses. A call without an
// answer for a second no longer counts towards the 32 side by side, so that slow calls do not block fast calls.
#include "controller/http/batch.h"

#include <algorithm>
#include <utility>

#include "controller/http/retry.h"

namespace aia::http {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kMaxInFlight = 32;  ///< calls side by side; further calls wait, within the same deadline
constexpr std::size_t kMaxOpen = 256;     ///< calls side by side, slow calls included
constexpr std::chrono::seconds kSlow{1};  ///< after this long without an answer a call makes room for another call

Millis between(SteadyTime from, SteadyTime to) {
  return std::max(std::chrono::duration_cast<Millis>(to - from), Millis(0));
}

}  // namespace

Error timed_out(const std::string& server, const Exchange::Progress& progress, Millis limit, const char* limit_name) {
  const std::string how_far = progress.headers
                                  ? "the answer had begun, " + std::to_string(progress.bytes) + " body bytes came"
                                  : "no answer came, not even its headers";
  return {ErrorKind::Timeout,
          server + ": timed out after " + format_duration(limit) + " (" + limit_name + "): " + how_far};
}

Batch::Batch(ClientPool& pool, LastAnswer& last_answer, const BatchSettings& settings,
             const std::vector<Request>& requests, Millis deadline)
    : pool_(pool),
      last_answer_(last_answer),
      settings_(settings),
      deadline_(deadline),
      until_(Clock::now() + deadline),
      draw_(static_cast<std::uint64_t>(until_.time_since_epoch().count())),
      calls_(requests.size()) {
  for (std::size_t i = 0; i < requests.size(); ++i) {
    calls_[i].request = &requests[i];
    tenants_[requests[i].tenant].waiting.push_back(&calls_[i]);
  }
  waiting_ = requests.size();
}

Batch::~Batch() {
  for (Call* call : in_flight_) {
    call->attempt.exchange->detach();
    call->attempt.cancel();
  }
}

void Batch::run(const AnswerSink& take) {
  for (auto now = Clock::now(); now < until_; now = Clock::now()) {
    const auto seen = signal_->events();
    const auto waiting =
        std::stable_partition(in_flight_.begin(), in_flight_.end(), [&](Call* call) { return advance(*call, now); });
    const std::vector<Call*> ended(in_flight_.begin(), waiting);
    in_flight_.erase(in_flight_.begin(), waiting);
    while (Call* call = Clock::now() < until_ ? next(now) : nullptr) {
      start(*call, now);
      count(*call, true);
      in_flight_.push_back(call);
    }
    for (Call* call : ended) {  // after the next calls were started
      hand_over(*call, take);
      count(*call, false);
    }
    if (in_flight_.empty() && waiting_ == 0) break;
    if (!ended.empty()) continue;  // the bytes of the ended calls make room
    signal_->wait(seen, wake_up(now));
  }
  for (Call* call : in_flight_) give_up(*call);
  for (Call* call : std::exchange(in_flight_, {})) hand_over(*call, take);
  for (auto& [name, tenant] : tenants_) {
    for (Call* call : std::exchange(tenant.waiting, {})) {
      call->answer = Error{ErrorKind::Throttled, settings_.server + ": not asked within " + format_duration(deadline_) +
                                                     " (deadline), because calls before it took that long"};
      hand_over(*call, take);
    }
  }
}

void Batch::count(const Call& call, bool begins) {
  const std::size_t bytes = body_limit_of(*call.request);
  std::size_t& own = tenants_.at(call.request->tenant).bytes_under_way;
  own = begins ? own + bytes : own - bytes;
  bytes_under_way_ = begins ? bytes_under_way_ + bytes : bytes_under_way_ - bytes;
}

/// Returns the next call of the tenant with the fewest bytes in flight, if there is room.
Batch::Call* Batch::next(SteadyTime now) {
  if (!has_room(now)) return nullptr;
  Tenant* least = nullptr;
  for (auto& [name, tenant] : tenants_) {
    if (tenant.waiting.empty()) continue;
    const auto order = [](const Tenant& one) { return std::make_pair(one.bytes_under_way, one.waiting.front()); };
    if (least == nullptr || order(tenant) < order(*least)) least = &tenant;
  }
  if (least == nullptr) return nullptr;
  Call* const call = least->waiting.front();
  const std::size_t bytes = body_limit_of(*call->request);
  if (!in_flight_.empty() &&
      bytes > settings_.max_bytes_under_way - std::min(bytes_under_way_, settings_.max_bytes_under_way))
    return nullptr;
  least->waiting.pop_front();
  --waiting_;
  return call;
}

void Batch::hand_over(Call& call, const AnswerSink& take) {
  auto answer = std::exchange(call.answer, std::nullopt);
  call.attempt = {};
  take(static_cast<std::size_t>(&call - calls_.data()), std::move(*answer));
}

void Batch::start(Call& call, SteadyTime now) {
  call.started = now;
  call.again_at.reset();
  call.attempt = pool_.start(*call.request, std::make_shared<Exchange>(signal_, body_limit_of(*call.request)),
                             between(Clock::now(), until_));
}

/// Returns true when the call has its final answer. Otherwise starts the next attempt if its time has come.
bool Batch::advance(Call& call, SteadyTime now) {
  if (call.again_at) {
    if (now >= *call.again_at) start(call, now);
    return false;
  }
  Exchange& exchange = *call.attempt.exchange;
  if (!exchange.progress().done) return false;
  if (const auto failure = exchange.failure()) {
    call.attempt.cancel();  // bytes of the attempt may still arrive
    if (failure->step == Step::NeverSent && call.stale++ < kMaxStale) {
      start(call, now);
      return false;
    }
    return finish(call, to_error(*failure, settings_.server), may_retry(*call.request, *failure), Millis(0));
  }
  last_answer_ = Clock::now();
  Response response = exchange.take_response();
  if (response.status == 401) {
    pool_.refused(call.attempt);
    if (!std::exchange(call.repeated_unauthorized, true)) {
      start(call, now);
      return false;
    }
  }
  const bool again = may_retry(*call.request, response.status);
  const Millis asked = retry_after(response).value_or(Millis(0));
  return finish(call, std::move(response), again, asked);
}

/// Stores the answer. Returns false if a retry may help and there is time: the call then pauses before its next
/// attempt.
bool Batch::finish(Call& call, Result<Response> answer, bool may_retry, Millis asked) {
  call.answer = std::move(answer);
  if (!may_retry || ++call.attempts >= settings_.retry.attempts) return true;
  const BackoffOptions& wait = settings_.retry.wait;
  const Millis limit = std::min(wait.first * (1 << std::min(call.attempts - 1, 16)), wait.longest);
  const auto at = Clock::now() + std::max(Millis(draw_.between(limit.count() / 2, limit.count())), asked);
  if (at >= until_) return true;
  call.again_at = at;
  return false;
}

/// Ends a call at the deadline. A complete answer still counts; nothing that arrives later does. The call's connection
/// is closed. If the server sent no headers, and answered no other call since this call started, all connections are
/// replaced.
void Batch::give_up(Call& call) {
  Exchange& exchange = *call.attempt.exchange;
  exchange.detach();
  const auto progress = exchange.progress();  // read before cancelling, because cancelling also reports a failure
  const auto failure = exchange.failure();
  call.attempt.cancel();
  if (!call.again_at && progress.done && failure) call.answer = to_error(*failure, settings_.server);
  if (!call.again_at && progress.done && !failure) call.answer = exchange.take_response();
  if (!call.again_at && !progress.done && !progress.headers && last_answer_.load() < call.started)
    pool_.renew(call.attempt);
  if (!call.answer) call.answer = timed_out(settings_.server, progress, deadline_, "deadline");
}

std::size_t Batch::body_limit_of(const Request& request) const {
  return request.max_body_bytes == 0 ? settings_.max_body_bytes
                                     : std::min(request.max_body_bytes, settings_.max_body_bytes);
}

bool Batch::has_room(SteadyTime now) const {
  const auto counts = [&](const Call* call) { return !call->again_at && now - call->started < kSlow; };
  return in_flight_.size() < kMaxOpen &&
         static_cast<std::size_t>(std::count_if(in_flight_.begin(), in_flight_.end(), counts)) < kMaxInFlight;
}

/// The next moment with something to do, even if no event happens.
SteadyTime Batch::wake_up(SteadyTime now) const {
  SteadyTime at = until_;
  for (const Call* call : in_flight_) {
    if (call->again_at) at = std::min(at, *call->again_at);
    const bool makes_room = waiting_ > 0 && !call->again_at && call->started + kSlow > now;
    if (makes_room) at = std::min(at, call->started + kSlow);
  }
  return at;
}

}  // namespace aia::http
