// Reads and writes PromQL string literals. Engines read rare spellings differently: MetricsQL lets a backslash escape a
// backtick, Prometheus does not. So text that must mean the same everywhere is unquoted and quoted again in a single
// style. Source: Prometheus 3, util/strutil/quote.go and promql/parser/lex.go.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace aia::prometheus {

/// The text of a token in "…", '…' or `…`. Nothing for an unknown escape or for text that is not UTF-8.
std::optional<std::string> unquote(std::string_view token);

/// `text` in double quotes, with escapes that every engine knows. Precondition: `text` is UTF-8.
std::string quote(std::string_view text);

}  // namespace aia::prometheus
