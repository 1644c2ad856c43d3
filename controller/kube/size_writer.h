// Writes how many nodes a pool's scale asks for. A MachineDeployment that is lowered takes machines at random, busy
// ones, too: so the idle ones that are to go are marked first, and no mark stays on one that does not go. Source:
// https://cluster-api.sigs.k8s.io/tasks/automated-machine-management/scaling, annotation
// cluster.x-k8s.io/delete-machine
#pragma once

#include <set>
#include <string>
#include <vector>

#include "controller/http/transport.h"
#include "controller/kube/discovery.h"
#include "controller/ports/pools.h"

namespace aia::kube {

class SizeWriter {
 public:
  /// Both outlive it.
  SizeWriter(http::Transport& transport, Discovery& discovery) : transport_(transport), discovery_(discovery) {}

  /// As ports::Pools::write_size; `busy`: names of nodes that must not go, or with `drains` go last. With the size that
  /// there is only marks of ours are taken off. Errors, besides: Conflict when fewer machines are idle than are to go.
  Status write(const api::AcceleratorPool& pool, const ports::SizeWrite& write, const std::set<std::string>& busy,
               Millis deadline);

 private:
  /// Machines whose mark is to change.
  struct Marks {
    bool lowers = false;
    std::vector<std::string> on, off;
    std::string refusal;  ///< why nothing may be lowered; empty: it may
  };
  Result<Marks> marks_for(const api::ScaleRef& ref, const std::string& scale_path, const ports::SizeWrite& write,
                          const std::set<std::string>& busy, Millis deadline);
  Status set(const api::ScaleRef& ref, const std::vector<std::string>& machines, bool marked, Millis deadline);
  void take_off(const api::ScaleRef& ref, const std::vector<std::string>& machines, Millis deadline);

  http::Transport& transport_;
  Discovery& discovery_;
};

}  // namespace aia::kube
