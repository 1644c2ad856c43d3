// Why an expression matched nothing, found out by asking its selectors step by step: no such metric, a matcher that
// nothing has, a window that is shorter than two scrapes, or too few scrapes so far. Without I/O: it says what to ask
// and is told the answers. What it asks lies within what was admitted: the matcher of a namespace is in every question.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "controller/ports/metrics_source.h"
#include "controller/prometheus/selectors.h"

namespace aia::prometheus {

class Inquiry {
 public:
  /// `restricted`: the first matcher of every selector is its namespace's, and always stays.
  Inquiry(const Selectors& selectors, bool restricted);

  /// The next questions, instant ones at the moment of the expression; none: it is done. At most eight.
  [[nodiscard]] std::vector<std::string> questions() const;
  /// Their answers, in order. An error ends the inquiry: half an answer must not accuse anybody.
  void take(const std::vector<Result<ports::QueryAnswer>>& answers);
  /// What is the matter and what to do, in words that follow "the query matched nothing:"; empty: not known.
  [[nodiscard]] const std::string& sentence() const { return sentence_; }

 private:
  struct Matcher {
    std::string text, label;
  };
  /// A selector taken apart.
  struct Part {
    Selector selector;
    std::string name;                 ///< before the braces; may be empty
    std::vector<std::string> always;  ///< matchers of the namespace and of the name
    std::vector<Matcher> others;
    [[nodiscard]] std::string whole() const;                                     ///< as it was written, where it reads
    [[nodiscard]] std::string with(const std::vector<std::string>& more) const;  ///< name and `always` and `more`
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
  std::size_t part_ = 0, matcher_ = 0;  // which are looked into
  std::string sentence_;
};

}  // namespace aia::prometheus
