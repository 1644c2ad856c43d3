// Tests that wait for real: what took how long, and how long that may be. Under a sanitizer each instruction takes 2 to
// 15 times as long (clang.llvm.org, "Typical slowdown" of AddressSanitizer and ThreadSanitizer), beside plays that have
// the CPU: a thread that sleeps may be woken a second late there. It is the plain build that judges time.
#pragma once

#include <chrono>
#include <functional>

#include "tests/sanitized.h"

namespace aia::testing {

/// How long `work` took.
inline std::chrono::milliseconds took(const std::function<void()>& work) {
  const auto began = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began);
}

/// A duration or limit of a test in real time: `duration`, five times as long under a sanitizer.
constexpr std::chrono::milliseconds scaled(std::chrono::milliseconds duration) {
  return kSanitized ? 5 * duration : duration;
}

/// A deadline for what is done at once, which no case waits for.
inline constexpr std::chrono::milliseconds kPatience = std::chrono::seconds(30);

}  // namespace aia::testing
