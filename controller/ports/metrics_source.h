// Where demand is read from. One cycle asks everything it needs in one batch with one deadline; what has not answered
// by then is an Error for its own query only. Missing is an empty answer, never a zero; NaN stays NaN.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace aia::ports {

/// One sample as the server evaluated it; `value` may be NaN or infinite, the caller decides what that means.
struct Sample {
  WallTime time{};
  double value = 0;
};

struct LabelledSeries {
  std::map<std::string, std::string> labels;
  std::vector<Sample> samples;  ///< ascending in time; exactly one for an instant query
};

struct QueryAnswer {
  std::vector<LabelledSeries> series;  ///< empty: the query matched nothing
  std::vector<std::string>
      warnings;                      ///< the server's warnings: the answer may be partial, so it may raise, never lower
  std::vector<std::string> infos{};  ///< the server's remarks on the query's style (Prometheus 3): the answer is whole
};

/// What is asked of an expression whose series have a label (a client, a model, a route): their total, a series without
/// labels; and beside it, of each of `values` that there is, its own total, a series with that label alone.
struct ByLabel {
  std::string label;
  std::vector<std::string> values{};
  /// > 0: instead of all that, so many values of the label with the largest means over `over` before `end`, looked at
  /// every `resolution`, a series each.
  int heaviest = 0;
  Millis over{0}, resolution{0};
};

/// Instant when `start` is unset; else a range from `start` to `end` by `step`, both ends included.
struct MetricQuery {
  std::string promql;
  WallTime end{};
  std::optional<WallTime> start{};
  Millis step{0};
  std::optional<ByLabel> by{};
  std::string tenant{};  ///< the namespace that it is asked for: namespaces share what is under way
  int most_series = 0;   ///< more are a mistake; 0: as many as the source allows
};

/// What lies behind `promql` is asked for `tenant`.
struct EvidenceQuery {
  std::string promql;
  std::string tenant{};
};

/// What lies behind a query's value: the raw series that its selectors match now. An instant answer carries the
/// evaluation time, so the age of the data must come from the samples themselves (rule 8).
struct Evidence {
  struct Pod {
    std::string ns;          ///< label `namespace`; empty when the series has none
    std::string pod;         ///< label `pod`; empty when the series has none
    WallTime newest{};       ///< newest sample of the pod's series
    std::string instance{};  ///< label `instance`, as scraping sets it; empty when the series has none
    int selector = 0;        ///< which of the query's selectors saw it: a part that is missing must not hide in another
  };
  std::vector<Pod> pods;              ///< one entry per (selector, namespace, pod, instance)
  Millis rate_window{0};              ///< longest range of a range selector in the query ([5m]), of which more than the
                                      ///< newest sample counts; 0 when there is none
  bool complete = true;               ///< false: the query has no selector, or warnings came with the answer
  std::vector<std::string> unseen{};  ///< selectors, as written, behind which there is no series now
  std::string unread{};               ///< why nothing above is known: where the expression is not understood, in words
};

class MetricsSource {
 public:
  virtual ~MetricsSource() = default;

  /// `promql` as it may be asked on behalf of namespace `ns`: as it is, or restricted to that namespace, as the admin
  /// of the controller chose. Errors: Invalid, when the admin forbids it or it cannot be restricted; the message says
  /// why.
  [[nodiscard]] virtual Result<std::string> admit(const std::string& promql, const std::string& ns) const = 0;

  /// Answers in the order of `queries`, all asked side by side; ranges beyond the server's limit of points are paged.
  virtual std::vector<Result<QueryAnswer>> query(const std::vector<MetricQuery>& queries, Millis deadline) = 0;

  /// How many queries the evidence of `promql` takes: one for each series selector in it.
  [[nodiscard]] virtual int evidence_queries(const std::string& promql) const = 0;

  /// Evidence for each expression at `at`, in order.
  virtual std::vector<Result<Evidence>> evidence(const std::vector<EvidenceQuery>& queries, WallTime at,
                                                 Millis deadline) = 0;

  /// Why each of these expressions, which are admitted and matched nothing, did: in words that follow "the query
  /// matched nothing:", empty where that is not known. A few are looked into at a time, and known for two minutes.
  virtual std::vector<std::string> why_empty(const std::vector<EvidenceQuery>& queries, WallTime /*at*/,
                                             Millis /*deadline*/) {
    return std::vector<std::string>(queries.size());
  }
};

}  // namespace aia::ports
