// What is known of the server: which of a query's optional parameters it takes, and whether it was reached at all.
// Prometheus and its kin ignore parameters that they do not know; Google's managed service refuses the query. That is
// found out by asking vector(1) with less and less, by the status of the answers and not by their words.
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "controller/http/transport.h"

namespace aia::prometheus {

struct Manners {
  bool timeout = false;   ///< how long the server may work
  bool limit = false;     ///< how many series it may answer with
  bool victoria = false;  ///< VictoriaMetrics' nocache and latency_offset
  bool operator==(const Manners&) const = default;
};

inline constexpr Manners kAllManners{true, true, true};

/// Until it is known: every server has had `timeout` from the first, and the bounds of an answer protect us without
/// `limit`.
inline constexpr Manners kUntold{true, false, false};

/// "timeout, limit, nocache, latency_offset"
std::string in_words(const Manners& manners);

/// True for a 4xx that says that the query itself is not right, be it for a parameter.
bool refuses(int status);

/// What `ask` is answered for: vector(1) with those parameters. Errors: why there is no answer even without any.
Result<Manners> find_manners(const std::function<Result<http::Response>(const Manners&)>& ask);

/// What one batch of queries met.
struct Met {
  std::size_t asked = 0;
  std::size_t answered = 0;  ///< as the query API does
  std::size_t refused = 0;
};

/// Thread-safe. Times are steady ones.
class Acquaintance {
 public:
  explicit Acquaintance(std::optional<Manners> known) : known_(known) {}

  [[nodiscard]] Manners manners() const;
  [[nodiscard]] std::optional<Manners> known() const;
  /// Empty once the server answered anything as the query API does, and for good; else why not.
  [[nodiscard]] std::string unreached() const;

  /// Whether vector(1) is to be asked: what it takes is not known, or it may have been replaced, because it was away
  /// for a minute or refused all queries of a batch. At most once a minute.
  [[nodiscard]] bool is_due(Millis now) const;
  void told(const Result<Manners>& found, Millis now);
  void met(const Met& batch, Millis now);

 private:
  mutable std::mutex mutex_;
  std::optional<Manners> known_;
  std::optional<Millis> asked_at_, silent_since_;
  bool in_doubt_ = false;
  std::string unreached_ = "there is no answer yet";
};

}  // namespace aia::prometheus
