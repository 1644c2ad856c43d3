// When the tests' virtual time begins: any whole hour will do, so it is the same for all.
#pragma once

#include "controller/ports/clock.h"

namespace aia {

inline constexpr WallTime kStart{std::chrono::seconds(1'800'000'000)};

}  // namespace aia
