// Figures as a person reads them in a report: with separated thousands and units. Rounding never makes a false claim: a
// share below 1 does not read "100 %".
#pragma once

#include <string>

#include "base/time.h"

namespace aia::simulation {

/// "21,543,210"; a fraction below 100 keeps a digit ("12.3"), a fraction below 10 two ("0.25").
std::string figure(double value);

/// "99.98 %"; a share below 1 gets as many digits, up to six, as keep the text from reading 100 %; "250 %".
std::string percent(double share);

/// "250 ms", "2 s", "4.1 s", "18 min", "2 h 40 min".
std::string span(Millis duration);

/// The text with a capital letter in front.
std::string sentence(std::string text);

/// Time of the day, UTC: "08:30".
std::string clock_of(WallTime time);

/// "2026-11-21 08:30"; for a trace that counts from 0 "day 11, 08:30".
std::string moment_of(WallTime time);

/// The day alone: "11-21", "day 11".
std::string day_of(WallTime time);

}  // namespace aia::simulation
