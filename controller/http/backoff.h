// How long to wait before the next attempt. The limit doubles up to a maximum. Each wait is drawn from the upper half
// of the limit, so that clients that failed together do not return together. The random numbers are our own
// (splitmix64), so that a seed replays them.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/time.h"

namespace aia::http {

/// splitmix64, Vigna 2015, https://prng.di.unimi.it/splitmix64.c
class Draw {
 public:
  explicit Draw(std::uint64_t seed) : state_(seed) {}

  /// Uniform in [low, high]; the bias of the modulo is irrelevant for waits.
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(next() % (static_cast<std::uint64_t>(high - low) + 1));
  }

 private:
  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31U);
  }

  std::uint64_t state_;
};

struct BackoffOptions {
  Millis first{800};
  Millis longest{30'000};
};

class Backoff {
 public:
  Backoff(BackoffOptions options, std::uint64_t seed) : options_(options), draw_(seed), limit_(options.first) {}

  /// The next wait, in [limit / 2, limit], limit = first, 2 × first, … longest.
  Millis next() {
    const Millis wait(draw_.between(limit_.count() / 2, limit_.count()));
    limit_ = std::min(limit_ * 2, options_.longest);
    return wait;
  }

  void reset() { limit_ = options_.first; }

 private:
  BackoffOptions options_;
  Draw draw_;
  Millis limit_;
};

}  // namespace aia::http
