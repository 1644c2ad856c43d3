// Remembers which optional query parameters the server accepts, and whether the server was reached at all. Prometheus
// and its relatives ignore unknown parameters; Google's managed service refuses the query. To find out, the source
// queries vector(1) with fewer and fewer parameters, and judges by the HTTP status of the answers, never by their text.
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "controller/http/transport.h"

namespace aia::prometheus {

struct Manners {
  bool timeout = false;   ///< the server's time limit
  bool limit = false;     ///< the most series of an answer
  bool victoria = false;  ///< nocache and latency_offset of VictoriaMetrics
  bool operator==(const Manners&) const = default;
};

inline constexpr Manners kAllManners{true, true, true};

/// Used until the server's parameters are known. `timeout` has always been sent, and the byte limit of an answer
/// protects us without `limit`.
inline constexpr Manners kUntold{true, false, false};

/// "timeout, limit, nocache, latency_offset"; "none".
std::string in_words(const Manners& manners);

/// True for a 4xx status that rejects the query itself, perhaps for a parameter: any but 401, 403, 404 and 429.
bool refuses(int status);

/// Finds the largest set of parameters with which `ask`, a query for vector(1), succeeds. Errors: the reason why the
/// query fails even without parameters.
Result<Manners> find_manners(const std::function<Result<http::Response>(const Manners&)>& ask);

/// Counts the requests of one batch.
struct Met {
  std::size_t asked = 0;
  std::size_t answered = 0;  ///< with an answer of the query API
  std::size_t refused = 0;
};

/// What we know of one server. Thread-safe. Times are steady times.
class Acquaintance {
 public:
  explicit Acquaintance(std::optional<Manners> known) : known_(known) {}

  [[nodiscard]] Manners manners() const;
  [[nodiscard]] std::optional<Manners> known() const;
  /// The reason why the server was never reached. Empty for good after the first answer of the query API.
  [[nodiscard]] std::string unreached() const;

  /// Whether to query vector(1), at most once a minute: the parameters are unknown, or the server may have been
  /// replaced. We suspect a replacement after a minute without answers, or when the server refuses every query of a
  /// batch.
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
