// Finds the vector selectors of a PromQL expression: the raw series behind a value, whose timestamps and pods are its
// evidence (docs/decisions/0004). It walks the grammar far enough to tell a metric from a function, an aggregation, a
// label list and a keyword; types and functions are the server's business. Each selector carries its place, so that
// matchers can be put in. Source: Prometheus 3, promql/parser/generated_parser.y.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace aia::prometheus {

struct Selector {
  std::string text;       ///< name and matchers as written, without range, offset and @
  std::size_t begin = 0;  ///< where the text stands in the expression
  std::size_t end = 0;
  std::optional<std::size_t> brace;  ///< just behind its '{', where a matcher may be put; unset: it has none
  bool has_matchers = false;         ///< something stands between the braces
  Millis range{0};  ///< of its own range ([5m]); 0 when it is an instant selector. A subquery's is not counted.
  bool newest_only = false;       ///< of that range only the newest sample counts (last_over_time)
  Millis offset{0};               ///< its own and those of the subqueries around it; what is before an @ counts no more
  std::optional<std::string> at;  ///< what stands behind the @ that holds for it: a number, start() or end()

  /// " @ 1700000000 offset 300000ms": where it reads, `earlier` than it does. Empty: now.
  [[nodiscard]] std::string moment(Millis earlier = Millis(0)) const;
};

/// A function or an aggregation.
struct Call {
  std::string name;
  std::size_t begin = 0;
};

/// The brackets of a range, [5m], or of a subquery, [1h:1m].
struct Window {
  Millis range{0};
  Millis step{0};  ///< between two of its samples; of a range, and of [1h:], it is supposed
  bool is_subquery = false;
  std::optional<std::size_t> within;  ///< the subquery around it that is nearest
};

struct Selectors {
  std::vector<Selector> all;    ///< in the order of the text
  std::vector<Call> calls;      ///< likewise
  std::vector<Window> windows;  ///< each in front of the subquery around it
  Millis longest_range{0};      ///< of those of which more than the newest sample counts
};

/// How many samples of one series the server goes through in all windows, for `points` evaluations `step` apart. A
/// subquery is evaluated every step of its own, over its range and the span of what is around it, and each of these
/// evaluations counts as twenty samples.
double samples_read(const std::vector<Window>& windows, std::int64_t points, Millis step);

/// How much of the language is understood.
enum class Grammar {
  Classic,  ///< what every engine has had: a query that is restricted to a namespace is held to it
  Newest,   ///< and what Prometheus 3 added behind feature flags: arithmetic in durations, smoothed and anchored, fill
            ///< modifiers, info() with matchers; a range that MetricsQL lets be left out is its own of five minutes
};

/// Errors: Invalid with the position; TooLarge, nested beyond 200 levels. What the server would refuse for other
/// reasons (types, unknown functions) passes.
Result<Selectors> find_selectors(std::string_view promql, Grammar grammar = Grammar::Classic);

}  // namespace aia::prometheus
