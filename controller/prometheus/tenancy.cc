// Writes the expression anew from its tokens, so the server gets no byte that the lexer has not seen. The result is
// parsed a second time, to prove that every selector begins with the matcher.
#include "controller/prometheus/tenancy.h"

#include <algorithm>

#include "controller/prometheus/functions.h"
#include "controller/prometheus/lexer.h"
#include "controller/prometheus/quote.h"
#include "controller/prometheus/selectors.h"

namespace aia::prometheus {
namespace {

bool is_label_name(std::string_view label) {
  const auto is_alpha = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  return !label.empty() && is_alpha(label.front()) &&
         std::all_of(label.begin(), label.end(), [&](char c) { return is_alpha(c) || (c >= '0' && c <= '9'); });
}

/// The text to insert after a token that ends at `end`; may be empty. `next` is the index of the next selector without
/// the matcher.
std::string insertion(const std::vector<Selector>& selectors, std::size_t& next, std::size_t end,
                      const std::string& matcher) {
  if (next == selectors.size()) return "";
  const auto& selector = selectors[next];
  if (end != selector.brace.value_or(selector.end)) return "";
  ++next;
  if (!selector.brace) return "{" + matcher + "}";
  return matcher + (selector.has_matchers ? "," : "");
}

/// Parses the result as a new expression: every selector must begin with the matcher.
bool is_restricted(const std::string& promql, const std::string& matcher, std::size_t selectors) {
  const auto found = find_selectors(promql);
  return found && found->all.size() == selectors &&
         std::all_of(found->all.begin(), found->all.end(), [&](const Selector& selector) {
           return selector.brace && promql.compare(*selector.brace, matcher.size(), matcher) == 0;
         });
}

}  // namespace

Status check(const Tenancy& tenancy) {
  if (is_label_name(tenancy.label) && tenancy.label != "__name__") return done;
  return Error{ErrorKind::Invalid,
               "--tenant-label: '" + tenancy.label + "' is not the name of a label that a series' namespace can be in"};
}

Result<std::string> admit(const std::string& promql, const std::string& ns, const Tenancy& tenancy) {
  switch (tenancy.raw_promql) {
    case RawPromql::Allow: return promql;
    case RawPromql::RestrictToNamespace: return restrict_to(promql, tenancy.label, ns);
    case RawPromql::Forbid: break;
  }
  return Error{ErrorKind::Invalid,
               "the admin of this controller forbids raw PromQL (--raw-promql=Forbid), so this query is never asked; "
               "ask the admin for RestrictToNamespace, which limits queries to their own namespace"};
}

Result<std::string> restrict_to(std::string_view promql, std::string_view label, std::string_view value) {
  if (value.empty()) return Error{ErrorKind::Invalid, "PromQL cannot be restricted to a namespace without a name"};
  const auto tokens = lex(promql);
  if (!tokens) return tokens.error();
  const auto found = find_selectors(promql);
  if (!found) return found.error();
  for (const auto& call : found->calls) {
    if (reads_only_its_arguments(call.name)) continue;
    return promql_error(promql, call.begin,
                        "'" + call.name +
                            "' is not known to read only its arguments, and --raw-promql restricts this "
                            "query to its namespace: use Prometheus's own functions, except info()");
  }
  const std::string matcher = std::string(label) + "=" + quote(value);
  std::string out;
  std::size_t end = 0, next = 0;
  for (const auto& token : *tokens) {
    if (token.kind == TokenKind::End) break;
    const auto text = promql.substr(token.begin, token.end - token.begin);
    if (!out.empty() && token.begin > end) out += ' ';  // stands for blanks and comments
    end = token.end;
    if (token.kind == TokenKind::String) {
      const auto said = unquote(text);
      if (!said) return promql_error(promql, token.begin, "this string has an unknown escape or is not UTF-8");
      out += quote(*said);
    } else {
      out += text;
    }
    out += insertion(found->all, next, token.end, matcher);
  }
  if (!is_restricted(out, matcher, found->all.size()))
    return Error{ErrorKind::Invalid, "PromQL: this expression could not be restricted to its namespace; simplify it"};
  return out;
}

}  // namespace aia::prometheus
