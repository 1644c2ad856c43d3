// Makes one pass over the bytes, with one flag: inside brackets a colon separates range and step and is no part of a
// name. UTF-8 is allowed only inside strings, where Prometheus 3 has such metric names.
#include "controller/prometheus/lexer.h"

#include <algorithm>
#include <cctype>
#include <string>

#include "controller/prometheus/duration.h"

namespace aia::prometheus {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_alpha(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
/// Prometheus knows these four blanks. A carriage return also ends a comment.
bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
bool is_alnum(char c) {
  return is_alpha(c) || is_digit(c);
}

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  Result<std::vector<Token>> run() {
    while (skip_blank(), at_ < text_.size()) {
      const std::size_t begin = at_;
      if (auto error = next()) return *error;
      tokens_.back().begin = begin;
      tokens_.back().end = at_;
    }
    tokens_.push_back({TokenKind::End, text_.size(), text_.size()});
    return std::move(tokens_);
  }

 private:
  [[nodiscard]] char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }

  void skip_blank() {
    while (at_ < text_.size()) {
      if (text_[at_] == '#') {
        while (at_ < text_.size() && text_[at_] != '\n' && text_[at_] != '\r') ++at_;
      } else if (is_blank(text_[at_])) {
        ++at_;
      } else {
        return;
      }
    }
  }

  std::optional<Error> take(TokenKind kind, std::size_t length) {
    at_ += length;
    tokens_.push_back({kind, 0, 0});
    return std::nullopt;
  }

  std::optional<Error> next() {
    const char c = peek();
    if (c == '"' || c == '\'' || c == '`') return string(c);
    if (is_digit(c) || (c == '.' && is_digit(peek(1)))) return number();
    if (is_alpha(c) || (c == ':' && !in_brackets_)) return identifier();
    switch (c) {
      case '(': return take(TokenKind::LeftParen, 1);
      case ')': return take(TokenKind::RightParen, 1);
      case '{': return take(TokenKind::LeftBrace, 1);
      case '}': return take(TokenKind::RightBrace, 1);
      case '[': in_brackets_ = true; return take(TokenKind::LeftBracket, 1);
      case ']': in_brackets_ = false; return take(TokenKind::RightBracket, 1);
      case ',': return take(TokenKind::Comma, 1);
      case ':': return take(TokenKind::Colon, 1);
      case '@': return take(TokenKind::At, 1);
      case '+':
      case '-':
      case '*':
      case '/':
      case '%':
      case '^': return take(TokenKind::Operator, 1);
      case '=': return take(TokenKind::Operator, peek(1) == '=' || peek(1) == '~' ? 2 : 1);
      case '<':
      case '>': return take(TokenKind::Operator, peek(1) == '=' ? 2 : 1);
      case '!':
        if (peek(1) == '=' || peek(1) == '~') return take(TokenKind::Operator, 2);
        return promql_error(text_, at_, "'!' stands alone");
      default: return promql_error(text_, at_, "this character has no place outside of a string");
    }
  }

  std::optional<Error> string(char quote) {
    std::size_t end = at_ + 1;
    while (end < text_.size() && text_[end] != quote) {
      if (quote != '`' && text_[end] == '\\') ++end;
      if (quote != '`' && end < text_.size() && text_[end] == '\n') break;
      ++end;
    }
    if (end >= text_.size() || text_[end] != quote) return promql_error(text_, at_, "the string is not closed");
    return take(TokenKind::String, end + 1 - at_);
  }

  std::optional<Error> identifier() {
    std::size_t end = at_;
    while (end < text_.size() && (is_alnum(text_[end]) || (text_[end] == ':' && !in_brackets_))) ++end;
    return take(TokenKind::Identifier, end - at_);
  }

  /// Reads a number (1, .5, 1e-3, 0x1F, 1_000) or a duration (5m, 1h30m); the letters decide.
  std::optional<Error> number() {
    std::size_t end = at_;
    const bool hex = peek() == '0' && (peek(1) == 'x' || peek(1) == 'X');
    while (end < text_.size()) {
      const char c = text_[end];
      const bool exponent_sign =
          !hex && (c == '+' || c == '-') && end > at_ && (text_[end - 1] == 'e' || text_[end - 1] == 'E');
      if (!is_alnum(c) && c != '.' && !exponent_sign) break;
      ++end;
    }
    const auto word = text_.substr(at_, end - at_);
    if (parse_promql_duration(word)) return take(TokenKind::Duration, word.size());
    if (hex ? !is_hexadecimal(word) : !is_decimal(word))
      return promql_error(text_, at_, "'" + std::string(word) + "' is neither a number nor a duration");
    return take(TokenKind::Number, word.size());
  }

  static bool is_hexadecimal(std::string_view word) {
    return word.size() > 2 && std::all_of(word.begin() + 2, word.end(), [](char c) {
             return c == '_' || std::isxdigit(static_cast<unsigned char>(c)) != 0;
           });
  }

  static bool is_decimal(std::string_view word) {
    const auto exponent = word.find_first_of("eE");
    const auto mantissa = word.substr(0, exponent);
    const auto is_part = [](char c) { return is_digit(c) || c == '_' || c == '.'; };
    if (!std::all_of(mantissa.begin(), mantissa.end(), is_part)) return false;
    if (std::count(mantissa.begin(), mantissa.end(), '.') > 1) return false;
    if (exponent == std::string_view::npos) return true;
    auto power = word.substr(exponent + 1);
    if (!power.empty() && (power[0] == '+' || power[0] == '-')) power.remove_prefix(1);
    return !power.empty() && std::all_of(power.begin(), power.end(), is_digit);
  }

  std::string_view text_;
  std::size_t at_ = 0;
  bool in_brackets_ = false;
  std::vector<Token> tokens_;
};

}  // namespace

Result<std::vector<Token>> lex(std::string_view promql) {
  return Lexer(promql).run();
}

Error promql_error(std::string_view promql, std::size_t at, const std::string& why) {
  std::string near;
  if (at >= promql.size()) {
    near = "the end";
  } else {
    auto excerpt = promql.substr(at, 20);
    excerpt = excerpt.substr(0, excerpt.find('\n'));
    near = "'" + std::string(excerpt) + "'";
  }
  return {ErrorKind::Invalid, "PromQL at character " + std::to_string(at + 1) + " (" + near + "): " + why};
}

}  // namespace aia::prometheus
