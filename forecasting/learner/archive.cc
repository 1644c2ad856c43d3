// Codes a full block of 32 values as least value, range and bytes, and reads a value back by its age. A block is coded
// once; the open block keeps single precision.
#include "forecasting/learner/archive.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace forecasting {

Archive::Archive(int steps) : blocks_(static_cast<std::size_t>((steps + kBlock - 1) / kBlock)) {}

void Archive::push(double value) {
  open_[static_cast<std::size_t>(filled_)] = static_cast<float>(value);
  if (++filled_ == kBlock) close();
}

void Archive::close() {
  newest_ = newest_ + 1 == static_cast<int>(blocks_.size()) ? 0 : newest_ + 1;
  closed_ = std::min(closed_ + 1, static_cast<int>(blocks_.size()));
  Block& block = blocks_[static_cast<std::size_t>(newest_)];
  float least = std::numeric_limits<float>::infinity(), most = -least;
  for (const float value : open_) {
    if (std::isnan(value)) continue;
    least = std::min(least, value), most = std::max(most, value);
  }
  block.least = most < least ? 0 : least;
  block.range = most < least ? 0 : most - least;
  for (std::size_t i = 0; i < kBlock; ++i) {
    const float share = block.range > 0 ? (open_[i] - least) / block.range : 0;
    block.codes[i] = std::isnan(open_[i]) ? kMissing : static_cast<std::uint8_t>(std::lround(share * (kMissing - 1)));
  }
  filled_ = 0;
}

double Archive::ago(int age) const {
  if (age < filled_) return static_cast<double>(open_[static_cast<std::size_t>(filled_ - 1 - age)]);
  const int back = age - filled_, blocks = back / kBlock;
  if (blocks >= closed_) return std::numeric_limits<double>::quiet_NaN();
  const int index = newest_ - blocks;
  const Block& block = blocks_[static_cast<std::size_t>(index >= 0 ? index : index + static_cast<int>(blocks_.size()))];
  const auto code = block.codes[static_cast<std::size_t>(kBlock - 1 - back % kBlock)];
  if (code == kMissing) return std::numeric_limits<double>::quiet_NaN();
  return static_cast<double>(block.least) + static_cast<double>(block.range) * code / (kMissing - 1);
}

int Archive::size() const {
  return closed_ * kBlock + filled_;
}

}  // namespace forecasting
