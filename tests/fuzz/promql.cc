// Whatever restrict_to lets through carries the namespace in every selector. The judge shares no code with the parser:
// it scans the text that would be sent, knows strings, brackets and the words of the grammar, and holds every other
// word and every '{' to begin a selector. Also: the scanner never crashes, and to restrict twice is to restrict once
// more.
#include <algorithm>
#include <array>
#include <optional>

#include "controller/prometheus/quote.h"
#include "controller/prometheus/selectors.h"
#include "controller/prometheus/tenancy.h"
#include "tests/fuzz/fuzz.h"

namespace {

using namespace aia;
using namespace aia::prometheus;
using aia::fuzz::require;

constexpr std::string_view kMatcher = "{namespace=\"team-a\"";

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == ':';
}

template <std::size_t N>
bool is_any(std::string_view word, const std::array<std::string_view, N>& of) {
  std::string lower(word);
  for (char& c : lower) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  for (const auto one : of)
    if (lower == one) return true;
  return false;
}

/// A walk over restricted text, which has no comments and only strings in double quotes.
class Judge {
 public:
  explicit Judge(std::string_view text) : text_(text) {}

  /// The number of selectors; nothing, with `why`, when one is open.
  std::optional<std::size_t> selectors(const char*& why) {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == ' ') {
        ++at_;
        continue;
      }
      if (!step(c, why)) return std::nullopt;
    }
    return count_;
  }

 private:
  bool step(char c, const char*& why) {
    why = "a character that restricted text never has";
    if (static_cast<unsigned char>(c) >= 0x7F || c < ' ' || c == '#' || c == '\'' || c == '`') return false;
    if (c == '"') {
      skip_string();
      return operand_ends();
    }
    if (c == '{') return selector(why);
    if (c == '[') at_ = std::min(text_.find(']', at_), text_.size());
    if (is_word(c)) return word(why);
    ++at_;
    operand_before_ = c == ')' || c == '[';
    return true;
  }

  bool selector(const char*& why) {
    why = "a '{' without the matcher";
    if (text_.substr(at_, kMatcher.size()) != kMatcher) return false;
    at_ += kMatcher.size();
    why = "something behind the matcher that could undo it";
    if (at_ < text_.size() && text_[at_] != ',' && text_[at_] != '}' && text_[at_] != ' ') return false;
    while (at_ < text_.size() && text_[at_] != '}') {
      if (text_[at_] == '"') {
        skip_string();
      } else {
        ++at_;
      }
    }
    ++at_;
    ++count_;
    return operand_ends();
  }

  bool word(const char*& why) {
    static constexpr std::array<std::string_view, 5> kOperators{"and", "or", "unless", "atan2", "offset"};
    static constexpr std::array<std::string_view, 6> kLists{"by",       "without",    "on",
                                                            "ignoring", "group_left", "group_right"};
    const auto begin = at_;
    const bool number = text_[at_] >= '0' && text_[at_] <= '9';
    while (at_ < text_.size() && (is_word(text_[at_]) || (number && text_[at_] == '.'))) ++at_;
    const auto name = text_.substr(begin, at_ - begin);
    if (number) return operand_ends();
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
    const char next = at_ < text_.size() ? text_[at_] : '\0';
    if (next == '{') {  // a name; the brace is judged by itself
      operand_before_ = false;
      return true;
    }
    if (is_any(name, kLists) && (next == '(' || name[0] == 'g' || name[0] == 'G')) {
      if (next == '(')
        while (at_ < text_.size() && text_[at_] != ')') text_[at_] == '"' ? skip_string() : static_cast<void>(++at_);
      return true;
    }
    if (is_any(name, kOperators) && operand_before_) {
      operand_before_ = false;
      return true;
    }
    if (is_any(name, std::array<std::string_view, 1>{"bool"})) return true;
    if (is_any(name, std::array<std::string_view, 2>{"inf", "nan"})) return operand_ends();
    why = "a function that reads more than its arguments";
    if (next == '(' || grouping_follows()) return !is_any(name, std::array<std::string_view, 1>{"info"});
    why = "a name without braces";
    return false;
  }

  /// `sum by (x) (…)`
  [[nodiscard]] bool grouping_follows() const {
    for (const std::string_view word : {"by", "without"}) {
      if (!is_any(text_.substr(at_, word.size()), std::array{word})) continue;
      const auto behind = text_.find_first_not_of(' ', at_ + word.size());
      if (behind != std::string_view::npos && text_[behind] == '(') return true;
    }
    return false;
  }

  void skip_string() {
    for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_)
      if (text_[at_] == '\\') ++at_;
    ++at_;
  }
  bool operand_ends() { return operand_before_ = true; }

  std::string_view text_;
  std::size_t at_ = 0, count_ = 0;
  bool operand_before_ = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto promql = aia::fuzz::text_of(data, size);
  if (const auto said = unquote(promql))
    require(unquote(quote(*said)) == said, "a string says the same requoted", promql);
  const auto found = find_selectors(promql);
  static_cast<void>(find_selectors(promql, Grammar::Newest));
  const auto once = restrict_to(promql, "namespace", "team-a");
  require(found.ok() || !once.ok(), "what is not parsed is not let through", promql);
  if (!once) {
    require(once.error().kind == ErrorKind::Invalid && !once.error().message.empty(), "a refusal has its reason");
    return 0;
  }
  const char* why = "";
  const auto judged = Judge(*once).selectors(why);
  require(judged.has_value(), why, *once);
  require(*judged == found->all.size(), "the judge finds as many selectors as the parser", *once);
  const auto twice = restrict_to(*once, "namespace", "team-a");
  require(twice.ok(), "what is restricted can be restricted again", *once);
  require(find_selectors(*twice)->all.size() == found->all.size(), "and has the same selectors", *twice);
  require(find_selectors(*once)->longest_range == found->longest_range, "ranges stay as they are", *once);
  return 0;
}
