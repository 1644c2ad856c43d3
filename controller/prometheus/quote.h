// PromQL's strings: what a quoted one says, and the one way we write them. Engines read rare spellings differently
// (MetricsQL lets a backslash escape a backtick, Prometheus does not), so that text which is to mean the same
// everywhere is unquoted and quoted again. Source: Prometheus 3, util/strutil/quote.go and promql/parser/lex.go.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace aia::prometheus {

/// What a token in "…", '…' or `…` says. Nothing for an escape that is none and for what is not UTF-8.
std::optional<std::string> unquote(std::string_view token);

/// "…", with escapes that every engine knows. `text` must be UTF-8.
std::string quote(std::string_view text);

}  // namespace aia::prometheus
