// PromQL's tokens, each with the place where it stands, so that a scanner can find selectors and a later change can put
// matchers into them without touching anything else. Input that is no PromQL is an Error with its position.
// Source: Prometheus 3, promql/parser/lex.go.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace aia::prometheus {

enum class TokenKind {
  Identifier,  ///< metric, label, function and keyword alike: the place decides
  Number,      ///< also a duration where a number may stand
  Duration,
  String,    ///< with its quotes
  Operator,  ///< + - * / % ^ == != =~ !~ = < <= > >=
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
  std::size_t begin = 0;  ///< bytes from the start of the expression
  std::size_t end = 0;
};

/// All tokens but white space and comments; the last is End.
Result<std::vector<Token>> lex(std::string_view promql);

/// "PromQL at character N ('…'): why". Characters are counted from 1.
Error promql_error(std::string_view promql, std::size_t at, const std::string& why);

}  // namespace aia::prometheus
