// Digests of written objects (FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv) stand for the objects in the audit
// log. They are equal for equal runs on one binary, and far cheaper than the JSON that a real API server receives.
#pragma once

#include <bit>
#include <cstdint>
#include <optional>
#include <string>

#include "controller/api/accelerator_pool.h"
#include "controller/api/autoscaler.h"
#include "controller/api/forecast.h"

namespace aia::simulation {

class Digest {
 public:
  Digest& add(const std::string& text);
  Digest& add(std::uint64_t number);
  Digest& add(double number) { return add(std::bit_cast<std::uint64_t>(number)); }
  Digest& add(Millis duration) { return add(static_cast<std::uint64_t>(duration.count())); }
  Digest& add(WallTime time) { return add(time.time_since_epoch()); }
  template <class T>
  Digest& add(const std::optional<T>& value) {
    add(static_cast<std::uint64_t>(value.has_value()));
    if (value) add(widened(*value));
    return *this;
  }
  [[nodiscard]] std::uint64_t value() const { return hash_; }
  [[nodiscard]] std::string hex() const;

 private:
  static double widened(double value) { return value; }
  static std::uint64_t widened(int value) { return static_cast<std::uint64_t>(value); }
  static WallTime widened(WallTime value) { return value; }
  std::uint64_t hash_ = 14695981039346656037U;
};

Digest digest_of(const api::AutoscalerStatus& status);
Digest digest_of(const api::ForecastStatus& status);
Digest digest_of(const api::AcceleratorPoolStatus& status);

}  // namespace aia::simulation
