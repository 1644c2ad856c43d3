// What the loop can do without: somewhere beside it to compute (without it refits happen in place, as in virtual time),
// somewhere to keep forecasters' states (without it a start reads all history), and somewhere to note what is being
// worked on (without it an object that ends the process is not set aside).
#pragma once

#include "base/time.h"
#include "controller/ports/background.h"
#include "controller/ports/checkpoints.h"
#include "controller/ports/crash_journal.h"
#include "controller/ports/pools.h"

namespace aia::loop {

struct Aids {
  ports::Background* background = nullptr;
  ports::Checkpoints* checkpoints = nullptr;
  ports::Pools* pools = nullptr;  ///< without it nodes are nobody's business
  ports::CrashJournal* journal = nullptr;
};

}  // namespace aia::loop
