// Writes the size of a node pool to its scale. A lowered MachineDeployment deletes machines at random, including busy
// machines. So idle machines are marked for deletion first, and no mark stays on a machine that stays. Source:
// https://cluster-api.sigs.k8s.io/tasks/automated-machine-management/scaling, annotation
// cluster.x-k8s.io/delete-machine
#pragma once

#include <set>
#include <string>
#include <vector>

#include "controller/http/transport.h"
#include "controller/kube/client/discovery.h"
#include "controller/ports/pools.h"

namespace aia::kube {

class SizeWriter {
 public:
  /// `transport` and `discovery` must outlive the writer.
  SizeWriter(http::Transport& transport, Discovery& discovery) : transport_(transport), discovery_(discovery) {}

  /// As ports::Pools::write_size. `busy`: names of nodes that must not go, or with `drains` go last. Writing the
  /// present size only removes our marks. Further error: Conflict when fewer machines are idle than must go.
  Status write(const api::AcceleratorPool& pool, const ports::SizeWrite& write, const std::set<std::string>& busy,
               Millis deadline);

 private:
  /// Names of machines whose mark changes.
  struct Marks {
    bool lowers = false;
    std::vector<std::string> on, off;
    std::string refusal;  ///< why the size must not be lowered; empty: no objection
  };
  Result<Marks> marks_for(const api::ScaleRef& ref, const std::string& scale_path, const ports::SizeWrite& write,
                          const std::set<std::string>& busy, Millis deadline);
  Status set(const api::ScaleRef& ref, const std::vector<std::string>& machines, bool marked, Millis deadline);
  void take_off(const api::ScaleRef& ref, const std::vector<std::string>& machines, Millis deadline);

  http::Transport& transport_;
  Discovery& discovery_;
};

}  // namespace aia::kube
