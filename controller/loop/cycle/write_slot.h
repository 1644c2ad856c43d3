// When an object's regular write comes. Each object has its own moment within a step, by a hash of its name, so that
// ten thousand objects are not written in one burst, and a restart does not move the moments.
#pragma once

#include <cstdint>
#include <string>

#include "base/time.h"

namespace aia::loop {

/// The number of the step, shifted by a hash of `name`, in which `now` lies: another number means another step.
inline std::int64_t write_slot(WallTime now, Millis step, const std::string& name) {
  std::uint64_t hash = 14695981039346656037U;  // FNV-1a: equal in every build
  for (const unsigned char c : name) hash = (hash ^ c) * 1099511628211U;
  const auto shift = static_cast<std::int64_t>(hash % static_cast<std::uint64_t>(step.count()));
  return (now.time_since_epoch().count() + shift) / step.count();
}

}  // namespace aia::loop
