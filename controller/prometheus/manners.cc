// Tries parameter sets from all to none, and keeps the first set that the server accepts. An outage only marks the
// known parameters as doubtful: they stay in use until vector(1) is answered again.
#include "controller/prometheus/manners.h"

#include <array>

#include "controller/prometheus/response.h"

namespace aia::prometheus {
namespace {

constexpr Millis kPause{60'000};

/// The parameters of VictoriaMetrics are dropped first, because the fewest servers know them.
constexpr std::array<Manners, 4> kLessAndLess{kAllManners, {true, true, false}, {true, false, false}, {}};

}  // namespace

std::string in_words(const Manners& manners) {
  std::string words = manners.timeout ? "timeout" : "";
  const auto add = [&](bool taken, const char* name) {
    if (taken) words += (words.empty() ? "" : ", ") + std::string(name);
  };
  add(manners.limit, "limit");
  add(manners.victoria, "nocache, latency_offset");
  return words.empty() ? "none" : words;
}

bool refuses(int status) {
  return status >= 400 && status < 500 && status != 401 && status != 403 && status != 404 && status != 429;
}

Result<Manners> find_manners(const std::function<Result<http::Response>(const Manners&)>& ask) {
  std::optional<Error> last;
  for (const Manners& manners : kLessAndLess) {
    auto response = ask(manners);
    if (!response) return response.error();
    const int status = response->status;
    const auto answer = parse_response(std::move(*response));
    if (answer) return manners;
    last = answer.error();
    if (!refuses(status)) break;
  }
  return *last;
}

Manners Acquaintance::manners() const {
  const std::lock_guard lock(mutex_);
  return known_.value_or(kUntold);
}

std::optional<Manners> Acquaintance::known() const {
  const std::lock_guard lock(mutex_);
  return known_;
}

std::string Acquaintance::unreached() const {
  const std::lock_guard lock(mutex_);
  return unreached_;
}

bool Acquaintance::is_due(Millis now) const {
  const std::lock_guard lock(mutex_);
  return (!known_ || in_doubt_) && (!asked_at_ || now - *asked_at_ >= kPause);
}

void Acquaintance::told(const Result<Manners>& found, Millis now) {
  const std::lock_guard lock(mutex_);
  asked_at_ = now;
  if (found) {
    known_ = *found;
    in_doubt_ = false;
    unreached_.clear();
  } else if (!unreached_.empty()) {
    unreached_ = found.error().message;
  }
}

void Acquaintance::met(const Met& batch, Millis now) {
  if (batch.asked == 0) return;
  const std::lock_guard lock(mutex_);
  if (batch.answered > 0) unreached_.clear();
  if (batch.refused == batch.asked) in_doubt_ = true;
  if (batch.answered + batch.refused == 0) {
    if (!silent_since_) silent_since_ = now;
    return;
  }
  if (silent_since_ && now - *silent_since_ >= kPause) in_doubt_ = true;
  silent_since_.reset();
}

}  // namespace aia::prometheus
