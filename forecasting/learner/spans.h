// The lengths that a forecast looks back over, in steps. The lengths follow the season: 5, 15, 60 and 240 minutes with
// a day of 1440 one-minute steps, and proportionally less with a shorter day.
#pragma once

#include <algorithm>

namespace forecasting {

struct Spans {
  int day = 1440;
  int week = 7 * 1440;
  int hour = 60;         ///< the rhythm of jobs within a day
  int short_term = 5;    ///< 1/288 of a day
  int quarter = 15;      ///< 1/96
  int four_hours = 240;  ///< 1/6
  bool seasonal = true;  ///< false: no day is known, only the lengths

  /// `season_steps` of a day; 0: none is known, lengths as for minutes.
  static Spans of(int season_steps) {
    Spans spans;
    spans.seasonal = season_steps > 0;
    const int day = spans.seasonal ? season_steps : 1440;
    const auto part = [day](int of_day) { return std::max(1, (day + of_day / 2) / of_day); };
    spans.day = day, spans.week = 7 * day;
    spans.hour = part(24), spans.short_term = part(288), spans.quarter = part(96), spans.four_hours = part(6);
    return spans;
  }
};

/// A horizon learns from every so many origins only, so that at most sixteen forecasts wait for their targets.
constexpr int stride_of(int steps) {
  constexpr int kMostPending = 16;
  return (steps + kMostPending - 1) / kMostPending;
}

}  // namespace forecasting
