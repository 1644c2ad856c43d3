// Whether a sanitizer looks on, and how often a property is tried: it makes each try ten times as long, and looks for
// what any try would show.
#pragma once

namespace aia::testing {

#ifdef AIA_SANITIZED
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

#ifdef __SANITIZE_THREAD__
inline constexpr bool kThreadSanitizer = true;
#else
inline constexpr bool kThreadSanitizer = false;
#endif

/// `count`; a fifth of it under a sanitizer.
constexpr int tries(int count) {
  return kSanitized ? count / 5 : count;
}

}  // namespace aia::testing
