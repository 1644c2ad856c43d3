// How often a property is tried: a sanitizer makes each try ten times as long, and looks for what any try would show.
#pragma once

namespace aia::testing {

#ifdef AIA_SANITIZED
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

/// `count`; a fifth of it under a sanitizer.
constexpr int tries(int count) {
  return kSanitized ? count / 5 : count;
}

}  // namespace aia::testing
