// Embeds the expression between line breaks, because the expression may end in a comment. Each wanted value becomes a
// constant series with the label, made by label_replace(), against which `and on` filters.
#include "controller/prometheus/by_label.h"

#include "controller/prometheus/quote.h"

namespace aia::prometheus {
namespace {

std::string in_parentheses(const std::string& promql) {
  return "(\n" + promql + "\n)";
}

std::string milliseconds(Millis duration) {
  return std::to_string(duration.count()) + "ms";
}

/// PromQL for a constant series with only this label. The right side of `and on` is made of such series. `$` is
/// doubled, because in a replacement `$` refers to a group of the pattern.
std::string one_with(const std::string& label, const std::string& value) {
  std::string replacement;
  for (const char c : value) replacement.append(c == '$' ? 2 : 1, c);
  return "label_replace(vector(1), " + quote(label) + ", " + quote(replacement) + ", \"\", \"\")";
}

std::string heaviest(const std::string& promql, const ports::ByLabel& by) {
  return "topk(" + std::to_string(by.heaviest) + ", sum by (" + by.label + ") (avg_over_time(" +
         in_parentheses(promql) + "[" + milliseconds(by.over) + ":" + milliseconds(by.resolution) + "])))";
}

}  // namespace

std::string by_label(const std::string& promql, const ports::ByLabel& by) {
  if (by.heaviest > 0) return heaviest(promql, by);
  std::string wanted;
  for (const std::string& value : by.values) {
    if (value.empty()) continue;  // series without the label count in the total only
    wanted += (wanted.empty() ? "" : " or ") + one_with(by.label, value);
  }
  const std::string total = "sum" + in_parentheses(promql);
  if (wanted.empty()) return total;
  return total + " or sum by (" + by.label + ") (" + in_parentheses(promql) + " and on (" + by.label + ") (" + wanted +
         "))";
}

}  // namespace aia::prometheus
