// The bytes of one demand's checkpoint: what it was asked with and how far it was fed, before its forecaster's state.
// The envelope's checksum covers both.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace aia::loop {

struct FedFrom {
  std::string query;
  WallTime newest_value;             ///< the newest point that was learned with a value
  WallTime fed_to;                   ///< the newest point that was learned
  std::string label{};               ///< by which it is decomposed; empty: it is not
  std::vector<double> masking{};     ///< Masking::save()
  std::vector<std::string> parts{};  ///< values of the label, each in its place
};

std::vector<std::byte> pack(const FedFrom& from, std::span<const std::byte> state);

struct Unpacked {
  FedFrom from;
  std::span<const std::byte> state;  ///< within what was given
};

/// An Error in words when the bytes are not what pack() made.
Result<Unpacked> unpack(std::span<const std::byte> bytes);

}  // namespace aia::loop
