// The source of demand. A cycle asks all its queries in a batch with a single deadline; a query without an answer by
// then fails alone. Missing is an empty answer, never a zero; NaN stays NaN (rule 8). Source:
// https://prometheus.io/docs/prometheus/latest/querying/api/
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace aia::ports {

/// A sample as the server evaluated it. `value` may be NaN or infinite: the caller decides how to treat these.
struct Sample {
  WallTime time{};
  double value = 0;
};

struct LabelledSeries {
  std::map<std::string, std::string> labels;
  std::vector<Sample> samples;  ///< ascending in time; exactly 1 for an instant query
};

struct QueryAnswer {
  std::vector<LabelledSeries> series;  ///< empty: the query matched nothing
  std::vector<std::string>
      warnings;  ///< the server's warnings: the answer may be partial, so it may raise replicas, never lower them
  std::vector<std::string> infos{};  ///< the server's remarks on the query's style (Prometheus 3): the answer is whole
};

/// For an expression whose series have a label (client, model, route): asks for the total, as a series without labels,
/// and for the total of each of `values` that exists, as a series with only this label.
struct ByLabel {
  std::string label;
  std::vector<std::string> values{};
  /// > 0: asks instead for this many label values with the largest means over `over` before `end`, looked at every
  /// `resolution`; a series for each
  int heaviest = 0;
  Millis over{0}, resolution{0};
};

/// An instant query if `start` is unset; else a range from `start` to `end` by `step`, both ends included.
struct MetricQuery {
  std::string promql;
  WallTime end{};
  std::optional<WallTime> start{};
  Millis step{0};
  std::optional<ByLabel> by{};
  std::string tenant{};  ///< namespace that the query serves: namespaces share the queries under way
  int most_series = 0;   ///< more series are an error; 0: as many as the source allows
};

/// Asks for the evidence behind `promql`, on behalf of `tenant`.
struct EvidenceQuery {
  std::string promql;
  std::string tenant{};
};

/// The evidence behind a query's value: the raw series that its selectors match now. An instant answer carries the
/// evaluation time, so the age of the data must come from the samples themselves (rule 8).
struct Evidence {
  struct Pod {
    std::string ns;          ///< label `namespace`; empty: the series has no such label
    std::string pod;         ///< label `pod`; empty: the series has no such label
    WallTime newest{};       ///< newest sample of the pod's series
    std::string instance{};  ///< label `instance`, as scraping sets it; empty: the series has no such label
    int selector = 0;  ///< number of the query's selector that matched: a part missing behind a selector must not hide
                       ///< behind another selector
  };
  std::vector<Pod> pods;  ///< an entry for each (selector, namespace, pod, instance)
  Millis rate_window{0};  ///< longest range of a range selector in the query ([5m]), from which samples before the
                          ///< newest count, too; 0: no range selector
  bool complete = true;   ///< false: the query has no selector, or warnings came with the answer
  std::vector<std::string> unseen{};  ///< selectors, as written, that match no series now
  std::string unread{};  ///< why the expression is not understood and nothing above is known; empty: understood
};

class MetricsSource {
 public:
  virtual ~MetricsSource() = default;

  /// Returns the `promql` that may be asked on behalf of namespace `ns`: unchanged, or restricted to the namespace, as
  /// the controller's admin chose. Errors: Invalid, if the admin forbids the query or the query cannot be restricted;
  /// the message says why.
  [[nodiscard]] virtual Result<std::string> admit(const std::string& promql, const std::string& ns) const = 0;

  /// Answers in the order of `queries`, all asked side by side; ranges beyond the server's limit of points are paged.
  virtual std::vector<Result<QueryAnswer>> query(const std::vector<MetricQuery>& queries, Millis deadline) = 0;

  /// Number of queries that the evidence of `promql` takes: a query for each series selector in `promql`.
  [[nodiscard]] virtual int evidence_queries(const std::string& promql) const = 0;

  /// Evidence for each expression at `at`, in order.
  virtual std::vector<Result<Evidence>> evidence(const std::vector<EvidenceQuery>& queries, WallTime at,
                                                 Millis deadline) = 0;

  /// Why each of these admitted expressions matched nothing, in words that follow "the query matched nothing:"; empty:
  /// not known. Only a few expressions are examined at a time, and the findings are kept for two minutes.
  virtual std::vector<std::string> why_empty(const std::vector<EvidenceQuery>& queries, WallTime /*at*/,
                                             Millis /*deadline*/) {
    return std::vector<std::string>(queries.size());
  }
};

}  // namespace aia::ports
