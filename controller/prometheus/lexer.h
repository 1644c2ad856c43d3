// Splits PromQL into tokens with their positions. A scanner finds selectors in the tokens, and tenancy.h inserts
// matchers at their positions without touching the remaining text. Input that is no PromQL is an Error with its
// position. Source: Prometheus 3, promql/parser/lex.go.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace aia::prometheus {

enum class TokenKind {
  Identifier,  ///< a metric, label, function or keyword: the position decides
  Number,      ///< 1, .5, 1e-3, 0x1F, 1_000
  Duration,    ///< 5m, 1h30m; may stand wherever a number may
  String,      ///< with its quotes
  Operator,    ///< + - * / % ^ == != =~ !~ = < <= > >=
  LeftParen,
  RightParen,
  LeftBrace,
  RightBrace,
  LeftBracket,
  RightBracket,
  Comma,
  Colon,
  At,
  End,
};

struct Token {
  TokenKind kind = TokenKind::End;
  std::size_t begin = 0;  ///< in bytes from the start of the expression
  std::size_t end = 0;
};

/// All tokens except white space and comments; the last token is End. Errors: Invalid, with the position.
Result<std::vector<Token>> lex(std::string_view promql);

/// "PromQL at character N ('…'): why". Bytes are counted from 1.
Error promql_error(std::string_view promql, std::size_t at, const std::string& why);

}  // namespace aia::prometheus
