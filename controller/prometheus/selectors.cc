// Parses by recursive descent over the tokens, without precedence: here, the operands of an operator do not matter. An
// identifier is a selector when an operand is expected, so metrics named like keywords work, too.
#include "controller/prometheus/selectors.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "controller/prometheus/duration.h"
#include "controller/prometheus/lexer.h"

namespace aia::prometheus {
namespace {

constexpr double kLongest_s = 1e10;       // of a duration
constexpr Millis kImpliedRange{300'000};  // of MetricsQL's rate(x) in an instant query
constexpr Millis kScraped{15'000};        // assumed distance of samples where no step is given
constexpr double kEvaluation = 20;  // samples per evaluation inside a subquery, by the memory that Prometheus 3 takes
constexpr int kMaxDepth = 200;      ///< deeper nesting is refused, to protect the stack

class Scanner {
 public:
  Scanner(std::string_view text, std::vector<Token> tokens, Grammar grammar)
      : text_(text), tokens_(std::move(tokens)), newest_(grammar == Grammar::Newest) {}

  Result<Selectors> run() {
    if (kind() == TokenKind::End) return promql_error(text_, 0, "the expression is empty");
    expression();
    if (!error_ && kind() != TokenKind::End) fail("an operator or the end is expected here");
    if (error_) return *error_;
    for (const auto& selector : found_.all) {
      if (!selector.newest_only) found_.longest_range = std::max(found_.longest_range, selector.range);
    }
    return std::move(found_);
  }

 private:
  [[nodiscard]] const Token& token(std::size_t ahead = 0) const {
    return tokens_[std::min(at_ + ahead, tokens_.size() - 1)];
  }
  [[nodiscard]] TokenKind kind(std::size_t ahead = 0) const { return token(ahead).kind; }
  [[nodiscard]] std::string_view text(const Token& t) const { return text_.substr(t.begin, t.end - t.begin); }
  [[nodiscard]] bool is_word(const Token& t, std::string_view word) const {
    const auto have = text(t);
    return t.kind == TokenKind::Identifier &&
           std::equal(have.begin(), have.end(), word.begin(), word.end(),
                      [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; });
  }
  template <std::size_t N>
  [[nodiscard]] bool is_one_of(const Token& t, const std::array<std::string_view, N>& words) const {
    return std::any_of(words.begin(), words.end(), [&](auto word) { return is_word(t, word); });
  }
  [[nodiscard]] bool is_operator(std::string_view op) const {
    return kind() == TokenKind::Operator && text(token()) == op;
  }

  /// Keeps the first error and jumps to the end, where every loop stops.
  void fail(const std::string& why) {
    if (!error_) error_ = promql_error(text_, token().begin, why);
    at_ = tokens_.size() - 1;
  }
  void expect(TokenKind wanted, const char* what) {
    if (error_) return;
    if (kind() != wanted) return fail(std::string(what) + " is expected here");
    ++at_;
  }

  void expression() {
    if (++depth_ > kMaxDepth) {
      fail("the expression is nested too deeply");
      error_->kind = ErrorKind::TooLarge;
      return;
    }
    operand();
    while (!error_ && binary_operator()) operand();
    --depth_;
  }

  /// Consumes a binary operator and its modifiers. False: no operator stands here.
  bool binary_operator() {
    static constexpr std::array<std::string_view, 4> kWords{"and", "or", "unless", "atan2"};
    static constexpr std::array<std::string_view, 2> kMatching{"on", "ignoring"};
    static constexpr std::array<std::string_view, 2> kGrouping{"group_left", "group_right"};
    const bool sign = kind() == TokenKind::Operator && !is_operator("=") && !is_operator("=~") && !is_operator("!~");
    if (!sign && !is_one_of(token(), kWords)) return false;
    ++at_;
    if (is_word(token(), "bool")) ++at_;
    if (is_one_of(token(), kMatching) && kind(1) == TokenKind::LeftParen) {
      ++at_;
      label_list();
      if (is_one_of(token(), kGrouping)) {
        ++at_;
        if (kind() == TokenKind::LeftParen) label_list();
      }
    }
    while (newest_ && fill_modifier()) {
    }
    return true;
  }

  /// Consumes fill(0), fill_left(-1) or fill_right(0) before the right operand.
  bool fill_modifier() {
    static constexpr std::array<std::string_view, 3> kFills{"fill", "fill_left", "fill_right"};
    if (!is_one_of(token(), kFills) || kind(1) != TokenKind::LeftParen) return false;
    at_ += 2;
    while (is_operator("+") || is_operator("-")) ++at_;
    const bool number = kind() == TokenKind::Number || is_word(token(), "nan") || is_word(token(), "inf");
    if (!number) {
      fail("a number is expected here");
      return false;
    }
    ++at_;
    expect(TokenKind::RightParen, "')'");
    return !error_;
  }

  void label_list() {
    expect(TokenKind::LeftParen, "'('");
    while (!error_ && kind() != TokenKind::RightParen) {
      if (kind() != TokenKind::Identifier && kind() != TokenKind::String)
        return fail("a label's name is expected here");
      ++at_;
      if (kind() != TokenKind::Comma) break;
      ++at_;
    }
    expect(TokenKind::RightParen, "')'");
  }

  void operand() {
    while (is_operator("+") || is_operator("-")) ++at_;
    const auto selectors_before = found_.all.size();
    const auto windows_before = found_.windows.size();
    bool is_selector = false;
    switch (kind()) {
      case TokenKind::LeftParen:
        ++at_;
        expression();
        expect(TokenKind::RightParen, "')'");
        break;
      case TokenKind::Number:
      case TokenKind::Duration:
      case TokenKind::String: ++at_; break;
      case TokenKind::LeftBrace:
        is_selector = true;
        selector();
        break;
      case TokenKind::Identifier: is_selector = named(); break;
      default: return fail("a metric, a number, a string, a function or '(' is expected here");
    }
    postfixes(is_selector && found_.all.size() == selectors_before + 1, selectors_before, windows_before);
  }

  /// Consumes a call, an aggregation, a named number or a selector; true for a selector.
  bool named() {
    static constexpr std::array<std::string_view, 2> kGroup{"by", "without"};
    const bool groups = is_one_of(token(1), kGroup) && kind(2) == TokenKind::LeftParen;
    if (kind(1) == TokenKind::LeftParen || groups) {
      const bool newest_only = is_word(token(), "last_over_time");
      const auto function = text(token());
      const auto selectors_before = found_.all.size();
      const int brackets_before = brackets_seen_;
      found_.calls.push_back({std::string(text(token())), token().begin});
      const auto calls_with_it = found_.calls.size();
      ++at_;
      if (groups) {
        ++at_;
        label_list();
      }
      arguments();
      const bool is_plain = found_.calls.size() == calls_with_it && found_.all.size() == selectors_before + 1;
      if (newest_only && is_plain) found_.all.back().newest_only = true;
      if (newest_ && is_plain && brackets_seen_ == brackets_before && takes_a_range(function))
        found_.all.back().range = kImpliedRange;
      // info() joins target_info whatever its second argument names: labels, no demand.
      if (newest_ && function == "info" && found_.all.size() > selectors_before + 1 && !error_)
        std::erase_if(found_.all, [&](const Selector& selector) { return selector.begin >= second_argument_; });
      if (is_one_of(token(), kGroup) && kind(1) == TokenKind::LeftParen) {
        ++at_;
        label_list();
      }
      return false;
    }
    if ((is_word(token(), "inf") || is_word(token(), "nan")) && kind(1) != TokenKind::LeftBrace) {
      ++at_;
      return false;
    }
    selector();
    return true;
  }

  void arguments() {
    std::size_t second = tokens_.back().end;
    expect(TokenKind::LeftParen, "'('");
    for (int i = 1; !error_ && kind() != TokenKind::RightParen; ++i) {
      expression();
      if (kind() != TokenKind::Comma) break;
      ++at_;
      if (i == 1) second = token().begin;
    }
    expect(TokenKind::RightParen, "')'");
    second_argument_ = second;
  }

  static bool takes_a_range(std::string_view function) {
    static constexpr std::array<std::string_view, 9> kOthers{"changes", "delta", "deriv",  "idelta",        "increase",
                                                             "irate",   "rate",  "resets", "predict_linear"};
    return function.ends_with("_over_time") || std::find(kOthers.begin(), kOthers.end(), function) != kOthers.end();
  }

  void selector() {
    Selector found;
    found.begin = token().begin;
    if (kind() == TokenKind::Identifier) found.end = tokens_[at_++].end;
    if (kind() == TokenKind::LeftBrace) {
      found.brace = tokens_[at_++].end;
      found.has_matchers = kind() != TokenKind::RightBrace;
      while (!error_ && kind() != TokenKind::RightBrace) {
        matcher();
        if (kind() != TokenKind::Comma) break;
        ++at_;
      }
      found.end = token().end;
      expect(TokenKind::RightBrace, "'}' or ','");
    }
    if (error_) return;
    found.text = std::string(text_.substr(found.begin, found.end - found.begin));
    found_.all.push_back(std::move(found));
  }

  /// Consumes label="value", "quoted.label"=~"value", or just a quoted metric name.
  void matcher() {
    const bool quoted = kind() == TokenKind::String;
    if (!quoted && kind() != TokenKind::Identifier) return fail("a label's name is expected here");
    ++at_;
    if (is_operator("=") || is_operator("!=") || is_operator("=~") || is_operator("!~")) {
      ++at_;
      return expect(TokenKind::String, "a quoted value");
    }
    if (!quoted) fail("one of = != =~ !~ is expected here");
  }

  /// Consumes what follows an operand: offset and @ in any order, and brackets. A bracket after an offset or @ begins a
  /// subquery, which may have its own. `first` and `first_window` are the operand's first selector and window.
  void postfixes(bool may_have_range, std::size_t first, std::size_t first_window) {
    Millis offset{0};
    std::optional<std::string> at;
    while (!error_) {
      if (kind() == TokenKind::LeftBracket) {
        shift(first, std::exchange(offset, Millis(0)), std::exchange(at, std::nullopt));
        brackets(may_have_range, first_window);
      } else if (is_word(token(), "offset")) {
        ++at_;
        bool back = true;
        for (; is_operator("-") || is_operator("+"); ++at_) back = back != is_operator("-");
        const auto by = newest_ && kind() == TokenKind::LeftParen ? duration_factor() : duration();
        if (!by) return fail("a duration is expected behind offset");
        offset = back ? *by : -*by;
      } else if (newest_ && (is_word(token(), "smoothed") || is_word(token(), "anchored"))) {
        ++at_;  // the modifier changes the samples at the ends of the range only
      } else if (kind() == TokenKind::At) {
        at = moment();
      } else {
        return shift(first, offset, at);
      }
      may_have_range = false;
    }
  }

  /// Moves the selectors from `first` on to `at` and back by `offset`. A selector with its own @ does not move.
  void shift(std::size_t first, Millis offset, const std::optional<std::string>& at) {
    constexpr Millis kFar{10'000'000'000'000};
    for (auto i = first; i < found_.all.size(); ++i) {
      auto& selector = found_.all[i];
      if (selector.at) continue;
      selector.offset = std::clamp(selector.offset + std::clamp(offset, -kFar, kFar), -kFar, kFar);
      selector.at = at;
    }
  }

  /// Consumes @ and returns its operand as written.
  std::string moment() {
    const auto begin = token(1).begin;
    ++at_;
    while (is_operator("-") || is_operator("+")) ++at_;
    const bool boundary = is_word(token(), "start") || is_word(token(), "end");
    if (!boundary && kind() != TokenKind::Number) {
      fail("a time, start() or end() is expected behind @");
      return "";
    }
    ++at_;
    if (boundary) arguments();
    return error_ ? "" : std::string(text_.substr(begin, tokens_[at_ - 1].end - begin));
  }

  /// Consumes [5m] of a selector, or [5m:30s] of a subquery. The windows inside of the subquery begin with `first`.
  void brackets(bool may_have_range, std::size_t first) {
    ++at_;
    ++brackets_seen_;
    const auto range = span();
    if (!range) return fail("a duration is expected here");
    if (kind() == TokenKind::Colon) {
      ++at_;
      const auto step = kind() == TokenKind::RightBracket ? kScraped : span();
      if (!step) return fail("the subquery's step is expected here");
      for (auto i = first; i < found_.windows.size(); ++i)
        if (!found_.windows[i].within) found_.windows[i].within = found_.windows.size();
      found_.windows.push_back({*range, *step, true, std::nullopt});
    } else if (may_have_range) {
      found_.all.back().range = *range;
      found_.windows.push_back({*range, kScraped, false, std::nullopt});
    } else {
      return fail("a range stands only directly behind a selector; a subquery has a ':'");
    }
    expect(TokenKind::RightBracket, "']'");
  }

  /// Consumes a duration between brackets, or in the newest grammar an arithmetic of durations.
  std::optional<Millis> span() {
    if (!newest_) return duration();
    auto found = duration_sum();
    if (found && *found <= Millis(0)) found.reset();  // not a range; the server refuses such a range, too
    return found;
  }

  /// Consumes + and - of products. Nothing, when the text is no arithmetic or refers to the query's step or range. An
  /// instant query and a history do not share these.
  std::optional<Millis> duration_sum() {
    auto sum = duration_product();
    while (sum && (is_operator("+") || is_operator("-"))) {
      const bool plus = is_operator("+");
      ++at_;
      const auto next = duration_product();
      if (!next) return std::nullopt;
      sum = bounded(seconds_of(*sum) + (plus ? seconds_of(*next) : -seconds_of(*next)));
    }
    return sum;
  }
  /// Consumes * and /, on seconds as the server does.
  std::optional<Millis> duration_product() {
    auto product = duration_factor();
    while (product && (is_operator("*") || is_operator("/"))) {
      const bool times = is_operator("*");
      ++at_;
      const auto next = duration_factor();
      if (!next || (!times && *next == Millis(0))) return std::nullopt;
      product = bounded(times ? seconds_of(*product) * seconds_of(*next) : seconds_of(*product) / seconds_of(*next));
    }
    return product;
  }
  std::optional<Millis> duration_factor() {
    if (is_operator("-") || is_operator("+")) {
      if (++depth_ > kMaxDepth) return std::nullopt;
      const bool minus = is_operator("-");
      ++at_;
      const auto found = duration_factor();
      --depth_;
      if (!found) return std::nullopt;
      return minus ? -*found : *found;
    }
    if (kind() != TokenKind::LeftParen) return duration();
    if (++depth_ > kMaxDepth) return std::nullopt;
    ++at_;
    const auto found = duration_sum();
    expect(TokenKind::RightParen, "')'");
    --depth_;
    if (error_) return std::nullopt;
    return found;
  }
  static double seconds_of(Millis span) { return static_cast<double>(span.count()) / 1000; }
  static Millis bounded(double seconds) {
    return Millis(static_cast<std::int64_t>(std::clamp(seconds, -kLongest_s, kLongest_s) * 1000));
  }

  /// Consumes a duration, or plain seconds as Prometheus 3 allows.
  std::optional<Millis> duration() {
    std::string word(text(token()));
    if (kind() == TokenKind::Duration) {
      ++at_;
      return parse_promql_duration(word);
    }
    if (kind() != TokenKind::Number) return std::nullopt;
    ++at_;
    std::erase(word, '_');  // strtod does not know 1_000
    char* end = nullptr;
    const double seconds = std::strtod(word.c_str(), &end);
    if (end != word.data() + word.size() || !(seconds >= 0)) return std::nullopt;
    return Millis(static_cast<std::int64_t>(std::min(seconds, kLongest_s) * 1000));
  }

  std::string_view text_;
  std::vector<Token> tokens_;
  const bool newest_;
  int brackets_seen_ = 0;            // ranges and subqueries
  std::size_t second_argument_ = 0;  // start of the second argument of the call read last
  std::size_t at_ = 0;
  int depth_ = 0;
  Selectors found_;
  std::optional<Error> error_;
};

}  // namespace

std::string Selector::moment(Millis earlier) const {
  std::string words = at ? " @ " + *at : "";
  if (offset + earlier != Millis(0)) words += " offset " + std::to_string((offset + earlier).count()) + "ms";
  return words;
}

double samples_read(const std::vector<Window>& windows, std::int64_t points, Millis step) {
  struct Around {
    double points, span_ms;
  };
  const auto ms = [](Millis span) { return static_cast<double>(std::max(span, Millis(1)).count()); };
  const Around query{static_cast<double>(points), static_cast<double>(points - 1) * ms(step)};
  std::vector<Around> inside(windows.size());
  double samples = 0;
  for (auto i = windows.size(); i-- > 0;) {
    const auto& window = windows[i];
    const Around around = window.within ? inside[*window.within] : query;
    const double span_ms = around.span_ms + ms(window.range);
    inside[i] = {span_ms / ms(window.step) + 1, span_ms};
    samples += around.points * ms(window.range) / ms(window.step);
    if (window.is_subquery) samples += kEvaluation * inside[i].points;
  }
  return samples;
}

Result<Selectors> find_selectors(std::string_view promql, Grammar grammar) {
  auto tokens = lex(promql);
  if (!tokens) return tokens.error();
  return Scanner(promql, std::move(*tokens), grammar).run();
}

}  // namespace aia::prometheus
