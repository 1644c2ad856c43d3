// What the loop can do without: somewhere beside it to compute (without it refits happen in place, as in virtual time)
// and somewhere to keep forecasters' states (without it a start reads all history).
#pragma once

#include "controller/api/time.h"
#include "controller/ports/background.h"
#include "controller/ports/checkpoints.h"
#include "controller/ports/pools.h"

namespace aia::loop {

struct Aids {
  ports::Background* background = nullptr;
  ports::Checkpoints* checkpoints = nullptr;
  ports::Pools* pools = nullptr;  ///< without it nodes are nobody's business
};

}  // namespace aia::loop
