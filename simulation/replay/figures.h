// Figures as a person reads them in a report: thousands apart, units said, and never rounded into a claim: what is not
// all is not "100 %".
#pragma once

#include <string>

#include "base/time.h"

namespace aia::simulation {

/// "21,543,210"; a fraction below 100 keeps a digit ("12.3"), below 10 two ("0.25").
std::string figure(double value);

/// "99.98 %", with as many digits, up to six, as it takes not to read 100 % when it is less; "250 %".
std::string percent(double share);

/// "250 ms", "2 s", "4.1 s", "18 min", "2 h 40 min".
std::string span(Millis duration);

/// With a capital letter in front.
std::string sentence(std::string text);

/// Time of the day, UTC: "08:30".
std::string clock_of(WallTime time);

/// "2026-11-21 08:30"; of a trace that counts from 0 "day 11, 08:30".
std::string moment_of(WallTime time);

/// Its first part: "11-21", "day 11".
std::string day_of(WallTime time);

}  // namespace aia::simulation
