// Forecasters' states on disk: taken up when a demand appears, stored every few minutes, each demand at its own moment,
// so that ten thousand of them are no burst.
#pragma once

#include <string>

#include "controller/loop/aids.h"
#include "controller/loop/demand_state.h"

namespace aia::loop {

inline constexpr Millis kCheckpointInterval = std::chrono::minutes(10);

/// Of the object with this uid and its demand of this name.
std::string checkpoint_key(const std::string& uid, const std::string& demand);

/// Takes up what was kept under `key`, if there is any that fits.
void take_up(DemandState& demand, const std::string& key, const Aids& aids, WallTime now);

/// Stores `demand` if its moment has come, beside the loop where there is such a place.
void keep(DemandState& demand, const std::string& key, const Aids& aids, WallTime now);

}  // namespace aia::loop
