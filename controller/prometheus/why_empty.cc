// Asks questions whose answer is one number, where an empty answer means 0. Only the question about the values of a
// label returns series. The steps narrow the search: selectors first, then matchers and values, or the window.
#include "controller/prometheus/why_empty.h"

#include <algorithm>
#include <cmath>

#include "controller/api/meta_json.h"
#include "controller/prometheus/lexer.h"

namespace aia::prometheus {
namespace {

constexpr std::size_t kMostParts = 4;     // two questions each
constexpr std::size_t kMostMatchers = 8;  // one question each
constexpr std::size_t kShown = 160;       // bytes of the query's text shown in a sentence
constexpr Millis kLately = std::chrono::hours(1);
constexpr Millis kLong = std::chrono::minutes(10), kShort = std::chrono::minutes(2);

std::string duration_of(Millis span) {
  return std::to_string(span.count()) + "ms";
}

std::string count(const std::string& what) {
  return "count(" + what + ")";
}

std::string samples(const std::string& what, Millis window, const Selector& at) {
  return "count_over_time(" + what + "[" + duration_of(window) + "]" + at.moment() + ")";
}

/// Seconds between scrapes: the time between the newest sample and the newest sample `window` earlier, divided by the
/// number of samples in `window`.
std::string interval(const std::string& what, Millis window, const Selector& at) {
  return "min((timestamp(" + what + at.moment() + ") - timestamp(" + what + at.moment(window) + ")) / " +
         samples(what, window, at) + ")";
}

double number_in(const ports::QueryAnswer& answer) {
  if (answer.series.empty() || answer.series.front().samples.empty()) return 0;
  const double value = answer.series.front().samples.back().value;
  return std::isfinite(value) ? value : 0;
}

std::string join(const std::vector<std::string>& texts) {
  std::string all;
  for (const auto& text : texts) all += (all.empty() ? "" : ",") + text;
  return all;
}

std::string shown(const std::string& text) {
  return api::cut(text, kShown);
}

}  // namespace

std::string Inquiry::Part::whole() const {
  std::vector<std::string> texts;
  for (const auto& matcher : others) texts.push_back(matcher.text);
  return with(texts);
}

std::string Inquiry::Part::with(const std::vector<std::string>& more) const {
  auto all = always;
  all.insert(all.end(), more.begin(), more.end());
  return name + (all.empty() ? "" : "{" + join(all) + "}");
}

std::string Inquiry::Part::in_words() const {
  return shown(with({}));
}

/// Splits a selector. The text was parsed before, so the text is a name, braces with matchers, or both.
Inquiry::Part Inquiry::take_apart(const Selector& selector, bool restricted) {
  Part part{selector, "", {}, {}};
  const auto tokens = lex(selector.text);
  if (!tokens) return part;
  const auto text = [&](std::size_t first, std::size_t last) {
    std::string words;
    for (std::size_t i = first; i <= last; ++i)
      words += selector.text.substr((*tokens)[i].begin, (*tokens)[i].end - (*tokens)[i].begin);
    return words;
  };
  std::size_t at = 0;
  if ((*tokens)[at].kind == TokenKind::Identifier) part.name = text(at, at), ++at;
  if ((*tokens)[at].kind == TokenKind::LeftBrace) ++at;
  for (bool first = true; (*tokens)[at].kind == TokenKind::Identifier || (*tokens)[at].kind == TokenKind::String;
       first = false) {
    const bool alone = (*tokens)[at + 1].kind != TokenKind::Operator;  // a name in quotes
    const auto last = alone ? at : at + 2;
    Matcher matcher{text(at, last), text(at, at)};
    if (alone || matcher.label == "__name__" || (first && restricted)) {
      part.always.push_back(matcher.text);
    } else {
      part.others.push_back(std::move(matcher));
    }
    at = last + 1;
    if ((*tokens)[at].kind == TokenKind::Comma) ++at;
  }
  // Without a name, one matcher must always stay, or the selector would be empty.
  if (part.name.empty() && part.always.size() <= (restricted ? 1U : 0U) && !part.others.empty()) {
    part.always.push_back(part.others.front().text);
    part.others.erase(part.others.begin());
  }
  return part;
}

Inquiry::Inquiry(const Selectors& selectors, bool restricted) {
  for (const auto& selector : selectors.all) {
    if (parts_.size() == kMostParts) break;
    parts_.push_back(take_apart(selector, restricted));
  }
  if (parts_.empty()) step_ = Step::Done;
}

std::vector<std::string> Inquiry::questions() const {
  std::vector<std::string> asked;
  const auto& part = parts_.empty() ? Part{} : parts_[part_];
  const auto& at = part.selector;
  switch (step_) {
    case Step::Parts:
      for (const auto& each : parts_) {
        asked.push_back(count(each.whole() + each.selector.moment()));
        asked.push_back(count(each.with({}) + each.selector.moment()));
      }
      break;
    case Step::Gone:
      asked.push_back(count("last_over_time(" + part.with({}) + "[" + duration_of(kLately) + "]" + at.moment() + ")"));
      break;
    case Step::Matchers:
      for (std::size_t i = 0; i < std::min(part.others.size(), kMostMatchers); ++i)
        asked.push_back(count(part.with({part.others[i].text}) + at.moment()));
      break;
    case Step::Values:
      asked.push_back("topk(2, count by (" + part.others[matcher_].label + ") (" + part.with({}) + at.moment() + "))");
      break;
    case Step::Window:
      asked.push_back("max(" + samples(part.whole(), at.range, at) + ")");
      asked.push_back("max(" + samples(part.whole(), kLately, at) + ")");
      asked.push_back(interval(part.whole(), kLong, at));
      asked.push_back(interval(part.whole(), kShort, at));
      break;
    case Step::Done: break;
  }
  return asked;
}

void Inquiry::take(const std::vector<Result<ports::QueryAnswer>>& answers) {
  std::vector<double> found;
  for (const auto& answer : answers) {
    if (!answer || !answer->warnings.empty()) return end("");
    found.push_back(number_in(*answer));
  }
  if (found.size() != questions().size()) return end("");
  const auto& part = parts_[part_];
  switch (step_) {
    case Step::Parts: return take_parts(found);
    case Step::Gone:
      return end(found[0] > 0 ? part.in_words() +
                                    " had series within the last hour and has none now: look whether its "
                                    "pods run and its target is still scraped"
                              : "there is no metric " + part.in_words() +
                                    ": check its name, and whether something exports it and is scraped yet");
    case Step::Matchers: return take_matchers(found);
    case Step::Values: return take_values(*answers[0]);
    case Step::Window: return take_window(found);
    case Step::Done: return;
  }
}

/// Ends the inquiry. For a selector that reads another moment than now, the sentence names the moment, because now
/// there may be series.
void Inquiry::end(std::string sentence) {
  const auto moment = part_ < parts_.size() ? parts_[part_].selector.moment() : "";
  sentence_ = std::move(sentence);
  if (!sentence_.empty() && !moment.empty()) sentence_ += " (at the moment that the query reads:" + moment + ")";
  step_ = Step::Done;
}

/// Continues with the first selector that matches nothing. If all match, continues with the first window.
void Inquiry::take_parts(const std::vector<double>& found) {
  for (part_ = 0; part_ < parts_.size(); ++part_) {
    if (found[2 * part_] > 0) continue;
    step_ = found[2 * part_ + 1] > 0 ? Step::Matchers : Step::Gone;
    return;
  }
  const auto with_window =
      std::find_if(parts_.begin(), parts_.end(), [](const Part& part) { return part.selector.range > Millis(0); });
  if (with_window == parts_.end()) {
    part_ = 0;
    return end("all of its metrics have series: look at its comparisons, and at the labels by which operators match");
  }
  part_ = static_cast<std::size_t>(with_window - parts_.begin());
  step_ = Step::Window;
}

void Inquiry::take_matchers(const std::vector<double>& found) {
  const auto nothing = std::find(found.begin(), found.end(), 0.0);
  if (nothing == found.end())
    return end("no series of " + parts_[part_].in_words() +
               " has all of its matchers together: " + shown(parts_[part_].selector.text));
  matcher_ = static_cast<std::size_t>(nothing - found.begin());
  step_ = Step::Values;
}

void Inquiry::take_values(const ports::QueryAnswer& answer) {
  const auto& matcher = parts_[part_].others[matcher_];
  std::string values;
  for (const auto& series : answer.series) {
    if (series.labels.empty()) continue;
    values += (values.empty() ? "" : ", ") + shown(series.labels.begin()->second);
  }
  end("no series of " + parts_[part_].in_words() + " has " + shown(matcher.text) +
      (values.empty() ? "; they have no label " + shown(matcher.label)
                      : "; there is " + shown(matcher.label) + " " + values));
}

void Inquiry::take_window(const std::vector<double>& found) {
  const auto& part = parts_[part_];
  const double in_window = found[0], lately = found[1];
  const Millis scrape{std::llround(1000 * (found[2] > 0 ? found[2] : std::max(0.0, found[3])))};
  const Millis window = part.selector.range;
  if (in_window >= 2)
    return end("all of its metrics have series: look at its comparisons, and at the labels by which operators match");
  if (lately == 1)
    return end(part.in_words() +
               " was scraped only once so far, and a rate needs two samples: wait for the next scrape");
  const std::string range = "the window [" + format_duration(window) + "]";
  if (scrape > Millis(0) && window < 2 * scrape) {
    const auto whole = std::chrono::ceil<std::chrono::seconds>(4 * scrape);
    return end(range + " is shorter than two scrapes of " + part.in_words() + ", which come every " +
               format_duration(scrape) + ": write [" + format_duration(whole) + "]");
  }
  end("fewer than two samples of " + part.in_words() + " lie in " + range +
      ": write one of four scrape intervals, and look for scrapes that fail");
}

}  // namespace aia::prometheus
