// The loop's optional ports; nullptr stands for an absent port. Without a background, refits run in place, as in
// virtual time. Without checkpoints, a start reads all history. Without a crash journal, an object that ends the
// process is not set aside.
#pragma once

#include "base/time.h"
#include "controller/ports/background.h"
#include "controller/ports/checkpoints.h"
#include "controller/ports/crash_journal.h"
#include "controller/ports/pools.h"

namespace aia::loop {

struct OptionalPorts {
  ports::Background* background = nullptr;
  ports::Checkpoints* checkpoints = nullptr;
  ports::Pools* pools = nullptr;  ///< nullptr: this process neither observes nor requests nodes
  ports::CrashJournal* journal = nullptr;
};

}  // namespace aia::loop
