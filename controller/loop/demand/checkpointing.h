// Checkpoints of forecasters on disk. A checkpoint is restored when a demand entry appears, and stored every ten
// minutes. Each demand entry has its own moment, so that ten thousand checkpoints are not written in one burst.
#pragma once

#include <string>

#include "controller/loop/cycle/optional_ports.h"
#include "controller/loop/demand/demand_state.h"

namespace aia::loop {

inline constexpr Millis kCheckpointInterval = std::chrono::minutes(10);

/// Returns the key for the demand entry named `demand` of the object with this `uid`.
std::string checkpoint_key(const std::string& uid, const std::string& demand);

/// Restores the checkpoint stored under `key`. A checkpoint that does not fit is refused, and the reason is reported.
void restore_checkpoint(DemandState& demand, const std::string& key, const OptionalPorts& optional_ports, WallTime now);

/// Stores a checkpoint of `demand` if its moment has come; in the background if `optional` has a background with room.
void save_checkpoint_if_due(DemandState& demand, const std::string& key, const OptionalPorts& optional_ports,
                            WallTime now);

}  // namespace aia::loop
