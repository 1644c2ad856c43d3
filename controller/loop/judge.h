// How far an answer can be believed (rule 8): exactly one finite, non-negative value; fresh by its own samples'
// time, not the evaluation's, in every part of the query; contributed to by every Ready pod where its series name pods.
// Anything less may raise, never lower, and says why in words.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "controller/loop/settings.h"
#include "controller/loop/sources.h"
#include "controller/plan/plan.h"
#include "controller/ports/cluster.h"
#include "controller/ports/metrics_source.h"

namespace aia::loop {

/// A larger value is a mistake (a counter without rate(), a unit, a bug): it would order replicas to the maximum, and
/// in a history drown all losses. No service has so many requests a second, nor so many waiting.
inline constexpr double kMostDemand = 1e12;

/// How the error of an empty answer begins; what to do follows.
inline constexpr const char* kMatchedNothing = "the query matched nothing, which is not zero: ";

/// The one number in an instant answer. Errors say what to do about the query; kinds: the server's, Invalid for several
/// series, NotFound for none, Unavailable for a value that is no number of requests.
Result<double> single_value(const Result<ports::QueryAnswer>& answer);

/// The pods an observation is to cover.
struct Coverage {
  std::string ns;
  const std::vector<ports::Pod>* pods = nullptr;  ///< the target's; nullptr: not known, coverage is not judged
  /// A target whose pods cannot be seen: its name, with which controllers begin those of its pods, and how many the
  /// scale counts.
  struct Unseen {
    std::string target;
    int counted = 0;
  };
  std::optional<Unseen> unseen{};
};

struct Judgement {
  plan::Trust trust = plan::Trust::Whole;
  std::string note;      ///< why not Whole; with Whole, what it is believed without
  Millis data_age{0};    ///< age of the newest sample of the query's oldest part + half the rate window
  bool lacking = false;  ///< sources that reported lately no longer do: the value may be less than the truth
  bool per_pod = false;  ///< its series name pods of the target, or what is likely to be such
};

/// Takes out sources whose newest sample is dated more than a cycle later than now: one clock is wrong, and nothing of
/// them looks old ever after. Returns how many.
std::size_t drop_ahead(ports::Evidence& evidence, WallTime now, const Settings& settings);

/// Judges a value by the series behind the query; `answer` has a sample. `sources` learns which sources these are;
/// where the series name the target's own pods, those that are Ready are counted, because they come and go as we scale;
/// where its pods cannot be seen, those that report by its name are held against what the scale counts.
Judgement judge(const ports::QueryAnswer& answer, const Result<ports::Evidence>& evidence, const Coverage& coverage,
                Sources& sources, WallTime now, const Settings& settings);

}  // namespace aia::loop
