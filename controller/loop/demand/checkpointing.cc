// A checkpoint is taken in the loop and written in the background, so that a slow disk does not hold up the cycle. If
// the background takes no more work, the loop writes the checkpoint itself.
#include "controller/loop/demand/checkpointing.h"

#include <memory>
#include <utility>

#include "controller/loop/cycle/write_slot.h"

namespace aia::loop {

std::string checkpoint_key(const std::string& uid, const std::string& demand) {
  return uid + "." + demand;
}

void restore_checkpoint(DemandState& demand, const std::string& key, const OptionalPorts& optional_ports,
                        WallTime now) {
  if (optional_ports.checkpoints == nullptr) return;
  const auto bytes = optional_ports.checkpoints->load(key);
  if (!bytes) return;
  if (const auto reason = demand.restore(*bytes, now)) optional_ports.checkpoints->refused(key, *reason);
}

void save_checkpoint_if_due(DemandState& demand, const std::string& key, const OptionalPorts& optional_ports,
                            WallTime now) {
  if (optional_ports.checkpoints == nullptr || !demand.turn_to_be_kept(write_slot(now, kCheckpointInterval, key)))
    return;
  auto bytes = std::make_shared<const std::vector<std::byte>>(demand.save());
  if (bytes->empty()) return;
  const auto store = [checkpoints = optional_ports.checkpoints, key, bytes] { checkpoints->store(key, *bytes); };
  if (optional_ports.background == nullptr || !optional_ports.background->offer(store)) store();
}

}  // namespace aia::loop
