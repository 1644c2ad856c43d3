// Both tables are sorted, for binary search. holt_winters is the Prometheus 2 name of double_exponential_smoothing.
// Source: Prometheus 3, promql/parser/functions.go and the aggregators of promql/parser/lex.go.
#include "controller/prometheus/functions.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

namespace aia::prometheus {
namespace {

constexpr auto kAggregations =
    std::to_array<std::string_view>({"avg", "bottomk", "count", "count_values", "group", "limit_ratio", "limitk", "max",
                                     "min", "quantile", "stddev", "stdvar", "sum", "topk"});

constexpr auto kFunctions = std::to_array<std::string_view>({"abs",
                                                             "absent",
                                                             "absent_over_time",
                                                             "acos",
                                                             "acosh",
                                                             "asin",
                                                             "asinh",
                                                             "atan",
                                                             "atanh",
                                                             "avg_over_time",
                                                             "ceil",
                                                             "changes",
                                                             "clamp",
                                                             "clamp_max",
                                                             "clamp_min",
                                                             "cos",
                                                             "cosh",
                                                             "count_over_time",
                                                             "day_of_month",
                                                             "day_of_week",
                                                             "day_of_year",
                                                             "days_in_month",
                                                             "deg",
                                                             "delta",
                                                             "deriv",
                                                             "double_exponential_smoothing",
                                                             "end",
                                                             "exp",
                                                             "first_over_time",
                                                             "floor",
                                                             "histogram_avg",
                                                             "histogram_count",
                                                             "histogram_fraction",
                                                             "histogram_quantile",
                                                             "histogram_quantiles",
                                                             "histogram_stddev",
                                                             "histogram_stdvar",
                                                             "histogram_sum",
                                                             "holt_winters",
                                                             "hour",
                                                             "idelta",
                                                             "increase",
                                                             "irate",
                                                             "label_join",
                                                             "label_replace",
                                                             "last_over_time",
                                                             "ln",
                                                             "log10",
                                                             "log2",
                                                             "mad_over_time",
                                                             "max_of",
                                                             "max_over_time",
                                                             "min_of",
                                                             "min_over_time",
                                                             "minute",
                                                             "month",
                                                             "pi",
                                                             "predict_linear",
                                                             "present_over_time",
                                                             "quantile_over_time",
                                                             "rad",
                                                             "range",
                                                             "rate",
                                                             "resets",
                                                             "round",
                                                             "scalar",
                                                             "sgn",
                                                             "sin",
                                                             "sinh",
                                                             "sort",
                                                             "sort_by_label",
                                                             "sort_by_label_desc",
                                                             "sort_desc",
                                                             "sqrt",
                                                             "start",
                                                             "start_timestamp",
                                                             "stddev_over_time",
                                                             "stdvar_over_time",
                                                             "step",
                                                             "sum_over_time",
                                                             "tan",
                                                             "tanh",
                                                             "time",
                                                             "timestamp",
                                                             "ts_of_first_over_time",
                                                             "ts_of_last_over_time",
                                                             "ts_of_max_over_time",
                                                             "ts_of_min_over_time",
                                                             "vector",
                                                             "year"});

static_assert(std::is_sorted(kAggregations.begin(), kAggregations.end()));
static_assert(std::is_sorted(kFunctions.begin(), kFunctions.end()));

}  // namespace

bool reads_only_its_arguments(std::string_view function) {
  std::string lower(function);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return std::binary_search(kAggregations.begin(), kAggregations.end(), lower) ||
         std::binary_search(kFunctions.begin(), kFunctions.end(), function);
}

}  // namespace aia::prometheus
