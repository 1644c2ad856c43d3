// The values of the last days in about a byte each; features of a week ago and refits read them. Values lie in short
// blocks. A full block keeps its least value, its range and 8-bit codes: a spike costs resolution in its own block
// only, and a series of any scale or level is kept to 1/254 of its range within the half hour. Missing steps are kept
// as missing.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace forecasting {

class Archive {
 public:
  /// Remembers at least `steps` ≥ 1 newest steps.
  explicit Archive(int steps);

  /// Appends the next step: |value| ≤ 1e30, or NaN for a missing value. Never allocates.
  void push(double value);

  /// The value `age` steps ago, 0 the newest; NaN when missing or forgotten.
  [[nodiscard]] double ago(int age) const;

  /// Remembered steps, missing ones included.
  [[nodiscard]] int size() const;

  [[nodiscard]] std::size_t bytes() const { return blocks_.size() * sizeof(Block) + sizeof(*this); }

  template <class Io>
  void state(Io& io) {
    const auto blocks = static_cast<int>(blocks_.size());
    io.within(filled_, 0, kBlock - 1), io.within(newest_, -1, blocks - 1), io.within(closed_, 0, blocks);
    constexpr float kMost = 2e30F;
    io.within_or_nan(open_, -kMost, kMost);
    for (Block& block : blocks_) {
      io.within(block.least, -kMost, kMost), io.within(block.range, 0, 2 * kMost);
      io(block.codes);
    }
  }

 private:
  static constexpr int kBlock = 32;
  static constexpr std::uint8_t kMissing = 255;
  struct Block {
    float least = 0;
    float range = 0;
    std::array<std::uint8_t, kBlock> codes{};
  };

  void close();

  std::vector<Block> blocks_;         ///< a ring
  std::array<float, kBlock> open_{};  ///< the newest, not yet coded
  int filled_ = 0;                    ///< of open_
  int newest_ = -1;                   ///< block closed last
  int closed_ = 0;                    ///< blocks with values
};

}  // namespace forecasting
