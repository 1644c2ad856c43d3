// The bytes of a demand entry's checkpoint: the query and how far the forecaster was fed, then the forecaster's state.
// The envelope's checksum covers both.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace aia::loop {

/// The input that a forecaster's state was learned from.
struct FedFrom {
  std::string query;
  WallTime newest_value;             ///< newest point that was learned with a value
  WallTime fed_to;                   ///< newest point that was learned, with or without a value
  std::string label{};               ///< label that decomposes the demand; empty: none
  std::vector<double> masking{};     ///< Masking::save()
  std::vector<std::string> parts{};  ///< label values, each in its part's place
};

/// Returns the checkpoint of a forecaster's `state`, for unpack().
std::vector<std::byte> pack(const FedFrom& from, std::span<const std::byte> state);

struct Unpacked {
  FedFrom from;
  std::span<const std::byte> state;  ///< a view into the bytes given to unpack()
};

/// Takes a checkpoint apart. Errors: Invalid, if pack() did not make these bytes; the message says why.
Result<Unpacked> unpack(std::span<const std::byte> bytes);

}  // namespace aia::loop
