// How far an answer can be believed (rule 8). A whole answer is exactly one finite, non-negative value. Every part of
// its query is fresh by the time of the samples, not by the time of the evaluation. Where its series name pods, every
// Ready pod contributes. An answer that is not whole may raise replicas, never lower them, and gets a note with the
// reason in words.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "controller/loop/cycle/settings.h"
#include "controller/loop/demand/sources.h"
#include "controller/plan/plan.h"
#include "controller/ports/cluster.h"
#include "controller/ports/metrics_source.h"

namespace aia::loop {

/// A larger value is a mistake: a counter without rate(), a wrong unit, a bug. Such a value would order replicas up to
/// the maximum, and in a history it would drown all losses. No service has so many requests per second, or so many
/// waiting requests.
inline constexpr double kMostDemand = 1e12;

/// The beginning of the error for an empty answer; advice follows.
inline constexpr const char* kMatchedNothing = "the query matched nothing, which is not zero: ";

/// Returns the single number in an instant answer. Errors say how to correct the query. Error kinds: the server's own;
/// Invalid for several series; NotFound for no series; Unavailable for a value that cannot be a demand (NaN, infinite,
/// negative or above kMostDemand).
Result<double> single_value(const Result<ports::QueryAnswer>& answer);

/// The pods an observation is to cover.
struct Coverage {
  std::string ns;
  const std::vector<ports::Pod>* pods =
      nullptr;  ///< pods of the target; nullptr: not known, and coverage is not judged
  /// A target whose pods cannot be seen: its name, with which controllers begin the names of its pods, and the number
  /// of pods that its scale counts.
  struct Unseen {
    std::string target;
    int counted = 0;
  };
  std::optional<Unseen> unseen{};
};

struct DataQuality {
  plan::Trust trust = plan::Trust::Whole;
  std::string note;      ///< why the trust is not Whole; with Whole, why there is no evidence, or empty
  Millis data_age{0};    ///< age of the newest sample of the query's oldest part, plus half the rate window
  bool lacking = false;  ///< sources that reported lately are missing: the value may be too low
  bool per_pod = false;  ///< series name pods of the target, or pods with the target's name as a prefix
};

/// Takes out sources whose newest sample is dated more than a cycle later than now: a clock is wrong, and samples of
/// such a source would never look old. Returns the number of sources taken out.
std::size_t drop_ahead(ports::Evidence& evidence, WallTime now, const Settings& settings);

/// Judges a value by the series behind the query; `answer` must have a sample. `sources` remembers the sources behind
/// the value. Where the series name the target's own pods, only Ready pods are expected to report, because pods come
/// and go as we scale. Where the target's pods cannot be seen, the number of reporting pods with the target's name is
/// compared with the number that the scale counts.
DataQuality data_quality(const ports::QueryAnswer& answer, const Result<ports::Evidence>& evidence,
                         const Coverage& coverage, Sources& sources, WallTime now, const Settings& settings);

}  // namespace aia::loop
