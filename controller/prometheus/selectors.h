// Finds the vector selectors of a PromQL expression: the raw series behind a value, whose timestamps and pods are its
// evidence (docs/decisions/0004). The scanner knows just enough grammar to tell a metric from a function, an
// aggregation, a label list and a keyword; types and functions are left to the server. Each selector has its position,
// so that matchers can be inserted. Source: Prometheus 3, promql/parser/generated_parser.y.
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
  std::size_t begin = 0;  ///< position of the text in the expression
  std::size_t end = 0;
  std::optional<std::size_t> brace;  ///< just behind the '{', where a matcher may be inserted; unset: no braces
  bool has_matchers = false;         ///< the braces are not empty
  Millis range{0};  ///< the selector's own range ([5m]), without those of subqueries; 0 for an instant selector
  bool newest_only = false;  ///< only the newest sample of the range counts (last_over_time)
  /// The selector's own offset plus those of the subqueries around the selector. An @ voids the offsets outside of it.
  Millis offset{0};
  std::optional<std::string> at;  ///< the operand of the @ in force: a number, start() or end()

  /// " @ 1700000000 offset 300000ms": the moment that the selector reads, or `earlier` before that moment. Empty: now.
  [[nodiscard]] std::string moment(Millis earlier = Millis(0)) const;
};

/// A call of a function or an aggregation.
struct Call {
  std::string name;
  std::size_t begin = 0;
};

/// The brackets of a range, [5m], or of a subquery, [1h:1m].
struct Window {
  Millis range{0};
  Millis step{0};  ///< between two samples; assumed (15 s) for a range and for [1h:]
  bool is_subquery = false;
  std::optional<std::size_t> within;  ///< index of the nearest subquery around this window
};

struct Selectors {
  std::vector<Selector> all;    ///< in the order of the text
  std::vector<Call> calls;      ///< in the order of the text
  std::vector<Window> windows;  ///< each before the subquery around it
  Millis longest_range{0};      ///< of all selectors that are not newest_only
};

/// The number of samples that the server reads of one series in all windows, for `points` evaluations `step` apart. A
/// subquery is evaluated at each of its own steps, over its range plus the span of the windows around it. Each such
/// evaluation counts as twenty samples.
double samples_read(const std::vector<Window>& windows, std::int64_t points, Millis step);

/// The part of the language that is understood.
enum class Grammar {
  Classic,  ///< grammar of every engine; queries restricted to a namespace may use no other
  Newest,  ///< Classic plus features behind flags of Prometheus 3: arithmetic in durations, smoothed and anchored, fill
           ///< modifiers, info() with matchers. A range omitted as MetricsQL allows is taken as five minutes.
};

/// The selectors, calls and windows of `promql`. Errors: Invalid, with the position; TooLarge, when nested beyond 200
/// levels. Expressions that the server refuses for other reasons (types, unknown functions) pass.
Result<Selectors> find_selectors(std::string_view promql, Grammar grammar = Grammar::Classic);

}  // namespace aia::prometheus
