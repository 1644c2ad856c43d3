// The bytes of a forecaster's state, for checkpoints: each class names its members once, in `template <class Io> void
// state(Io& io)`, and the same list writes and reads. Members that follow from the options (sizes, lengths) are not
// written. A reader stops with a fault when the bytes contradict the options, or when a figure could not come from
// demand: forecasts from such a figure might not be finite. Only the machine that wrote the bytes reads them: no byte
// order and no padding, but a checksum and a version around the state (checkpoint.h).
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <span>
#include <type_traits>
#include <vector>

#include "forecasting/learner/trees.h"

namespace forecasting {

namespace state_io {

template <class T>
concept Plain = std::is_arithmetic_v<T> || std::is_enum_v<T>;

template <class T>
struct IsArray : std::false_type {};
template <class T, std::size_t N>
struct IsArray<std::array<T, N>> : std::true_type {};
template <class T>
struct IsVector : std::false_type {};
template <class T>
struct IsVector<std::vector<T>> : std::true_type {};

template <class T>
struct Element {
  using Type = T;
};
template <class T, std::size_t N>
struct Element<std::array<T, N>> : Element<T> {};
template <class T>
struct Element<std::vector<T>> : Element<T> {};
template <class T>
using ElementOf = typename Element<T>::Type;  ///< the element type of nested arrays

inline constexpr double kMostFigure = 1e100;              ///< beyond sums of squares of any demand
inline constexpr int kMostCount = 1'000'000'000;          ///< leaves room to go on counting: thirty years of seconds
inline constexpr long kMostTime = 1'000'000'000'000'000;  ///< milliseconds, or steps, since the epoch

}  // namespace state_io

class StateWriter {
 public:
  /// Objects, whole numbers, and figures: finite ones.
  template <class... Members>
  void operator()(const Members&... members) {
    (put(members), ...);
  }

  /// Figures of which every value is good.
  template <class... Members>
  void any(const Members&... members) {
    (put(members), ...);
  }

  /// Reads or writes counts of events, which are never negative.
  template <class... Counts>
  void count(const Counts&... counts) {
    (put(counts), ...);
  }

  template <class T>
  void within(const T& values, state_io::ElementOf<T> /*least*/, state_io::ElementOf<T> /*most*/) {
    put(values);
  }

  /// NaN: not known.
  template <class T>
  void within_or_nan(const T& values, state_io::ElementOf<T> /*least*/, state_io::ElementOf<T> /*most*/) {
    put(values);
  }

  void forests(const std::vector<Forest>& forests, std::size_t /*most_levels*/) {
    put(forests.size());
    for (const Forest& forest : forests) {
      put(forest.levels.size()), put(forest.trees.size());
      put(forest.levels), put(forest.start), put(forest.unit), put(forest.leaves);
      raw(forest.trees.data(), forest.trees.size() * sizeof(Tree));
    }
  }

  [[nodiscard]] const std::vector<std::byte>& bytes() const { return bytes_; }

 private:
  template <class T>
  void put(const T& value) {
    if constexpr (state_io::Plain<T>) {
      raw(&value, sizeof(T));
    } else if constexpr (state_io::IsArray<T>::value || state_io::IsVector<T>::value) {
      for (const auto& each : value) put(each);
    } else {
      const_cast<T&>(value).state(*this);  // the same list of members reads and writes
    }
  }

  void raw(const void* from, std::size_t size) {
    if (size == 0) return;
    const std::size_t at = bytes_.size();
    bytes_.resize(at + size);
    std::memcpy(bytes_.data() + at, from, size);
  }

  std::vector<std::byte> bytes_;
};

/// Reads into an object made with the options of the written object. After ok() turned false nothing more is read, and
/// the object is useless.
class StateReader {
 public:
  explicit StateReader(std::span<const std::byte> bytes) : left_(bytes) {}

  template <class... Members>
  void operator()(Members&... members) {
    (get(members, [](auto value) { return finite(value); }), ...);
  }

  template <class... Members>
  void any(Members&... members) {
    ((get(members, [](auto) { return true; })), ...);
  }

  template <class... Counts>
  void count(Counts&... counts) {
    (within(counts, 0, state_io::kMostCount), ...);
  }

  template <class T>
  void within(T& values, state_io::ElementOf<T> least, state_io::ElementOf<T> most) {
    get(values, [&](auto value) { return value >= least && value <= most; });
  }

  template <class T>
  void within_or_nan(T& values, state_io::ElementOf<T> least, state_io::ElementOf<T> most) {
    get(values, [&](auto value) { return std::isnan(value) || (value >= least && value <= most); });
  }

  void forests(std::vector<Forest>& forests, std::size_t most_levels) {
    constexpr std::size_t kMostForests = 8, kMostTrees = 1000;
    forests.assign(size(kMostForests), Forest{});
    std::size_t levels = 0;
    for (Forest& forest : forests) {
      forest.levels.resize(size(most_levels)), forest.trees.resize(size(kMostTrees));
      forest.start.resize(forest.levels.size());
      forest.leaves.resize(forest.trees.size() * kLeaves * forest.levels.size());
      operator()(forest.levels, forest.start, forest.unit, forest.leaves);
      raw(forest.trees.data(), forest.trees.size() * sizeof(Tree));
      ok_ = ok_ && !forest.empty();
      for (const Tree& tree : forest.trees) ok_ = ok_ && tree.sound();
      levels += forest.levels.size();
    }
    if (!forests.empty() && levels != most_levels) ok_ = false;
    if (!ok_) forests.clear();
  }

  /// All was there, and nothing else.
  [[nodiscard]] bool complete() const { return ok_ && left_.empty(); }
  [[nodiscard]] bool ok() const { return ok_; }

 private:
  std::size_t size(std::size_t most) {
    std::size_t size = 0;
    within(size, std::size_t{0}, most);
    return ok_ ? size : 0;
  }

  template <class T>
  static bool finite(T value) {
    if constexpr (std::is_floating_point_v<T>) return std::fabs(static_cast<double>(value)) <= state_io::kMostFigure;
    return true;
  }

  template <class T, class Good>
  void get(T& value, const Good& good) {
    if constexpr (std::is_same_v<T, bool>) {
      unsigned char byte = 0;  // another pattern than 0 and 1 is no bool
      raw(&byte, 1);
      value = byte == 1;
      ok_ = ok_ && byte <= 1;
    } else if constexpr (state_io::Plain<T>) {
      raw(&value, sizeof(T));
      ok_ = ok_ && good(value);
    } else if constexpr (state_io::IsArray<T>::value || state_io::IsVector<T>::value) {
      for (auto& each : value) get(each, good);
    } else {
      value.state(*this);
    }
  }

  void raw(void* to, std::size_t size) {
    if (!ok_ || left_.size() < size) {
      ok_ = false;
      return;
    }
    if (size > 0) std::memcpy(to, left_.data(), size);
    left_ = left_.subspan(size);
  }

  std::span<const std::byte> left_;
  bool ok_ = true;
};

}  // namespace forecasting
