// Finds out why an expression matched nothing, by questions about its selectors, step by step: no such metric, a
// matcher without series, a window shorter than two scrapes, or too few scrapes so far. Without I/O: the inquiry says
// which questions to ask and is given the answers. No question exceeds the admitted query: where queries are
// restricted, each question has the namespace's matcher.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "controller/ports/metrics_source.h"
#include "controller/prometheus/selectors.h"

namespace aia::prometheus {

class Inquiry {
 public:
  /// `restricted`: the first matcher of every selector is the namespace's, and stays in every question.
  Inquiry(const Selectors& selectors, bool restricted);

  /// The next questions, at most eight: instant queries for the moment of the expression. Empty: the inquiry is over.
  [[nodiscard]] std::vector<std::string> questions() const;
  /// Takes the answers in order. An error ends the inquiry, because half an answer must not blame anybody.
  void take(const std::vector<Result<ports::QueryAnswer>>& answers);
  /// The problem and its remedy, in words that follow "the query matched nothing:"; empty: unknown.
  [[nodiscard]] const std::string& sentence() const { return sentence_; }

 private:
  struct Matcher {
    std::string text, label;
  };
  /// A selector, split into name and matchers.
  struct Part {
    Selector selector;
    std::string name;                 ///< before the braces; may be empty
    std::vector<std::string> always;  ///< matchers of the namespace and of the name
    std::vector<Matcher> others;
    [[nodiscard]] std::string whole() const;  ///< the selector as written, without its moment
    [[nodiscard]] std::string with(const std::vector<std::string>& more) const;  ///< the name with `always` and `more`
    [[nodiscard]] std::string in_words() const;
  };
  enum class Step { Parts, Gone, Matchers, Values, Window, Done };

  static Part take_apart(const Selector& selector, bool restricted);
  void end(std::string sentence);
  void take_parts(const std::vector<double>& found);
  void take_matchers(const std::vector<double>& found);
  void take_values(const ports::QueryAnswer& answer);
  void take_window(const std::vector<double>& found);

  std::vector<Part> parts_;
  Step step_ = Step::Parts;
  std::size_t part_ = 0, matcher_ = 0;  // the part and the matcher under inquiry
  std::string sentence_;
};

}  // namespace aia::prometheus
