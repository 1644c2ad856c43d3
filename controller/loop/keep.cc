// A checkpoint is taken in the loop and written in the background, so that a slow disk does not hold up the cycle. If
// the background takes no more work, the loop writes the checkpoint itself.
#include "controller/loop/keep.h"

#include <memory>
#include <utility>

#include "controller/loop/status.h"

namespace aia::loop {

std::string checkpoint_key(const std::string& uid, const std::string& demand) {
  return uid + "." + demand;
}

void take_up(DemandState& demand, const std::string& key, const Aids& aids, WallTime now) {
  if (aids.checkpoints == nullptr) return;
  const auto bytes = aids.checkpoints->load(key);
  if (!bytes) return;
  if (const auto reason = demand.restore(*bytes, now)) aids.checkpoints->refused(key, *reason);
}

void keep(DemandState& demand, const std::string& key, const Aids& aids, WallTime now) {
  if (aids.checkpoints == nullptr || !demand.turn_to_be_kept(write_slot(now, kCheckpointInterval, key))) return;
  auto bytes = std::make_shared<const std::vector<std::byte>>(demand.save());
  if (bytes->empty()) return;
  const auto store = [checkpoints = aids.checkpoints, key, bytes] { checkpoints->store(key, *bytes); };
  if (aids.background == nullptr || !aids.background->offer(store)) store();
}

}  // namespace aia::loop
