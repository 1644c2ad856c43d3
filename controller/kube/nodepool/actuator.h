// How a pool's nodes are asked for. An actuator reads the size, the node requests and whatever forbids a write, and
// takes a sort of write: a size, or buffers. Each actuator is one file (actuator_karpenter.cc), and actuators.h lists
// them. supply_reader.h sends the requests of all pools side by side, so that an actuator only says what to ask and
// takes the answers.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "controller/http/transport.h"
#include "controller/kube/client/discovery.h"
#include "controller/kube/nodepool/buffer_client.h"
#include "controller/ports/clock.h"
#include "controller/ports/pools.h"

namespace aia::kube {

/// A pool while its supply is read.
struct PoolReading {
  const api::AcceleratorPool& pool;
  ports::PoolSupply supply{};
  std::optional<Resource> resource{};  ///< of the object in scaleRef, as discovered

  /// Keeps the first error, because later errors are mostly its consequences.
  void trouble(const Error& error) {
    if (!supply.problem) supply.problem = error;
  }
};

/// Where a pool's node requests are listed: the objects by which a provider records a requested node before the node
/// exists. A cluster without the provider answers 404, which counts as an empty list.
struct NodeRequestList {
  Resource resource;
  std::string ns;                             ///< empty: a cluster-scoped resource
  std::map<std::string, std::string> labels;  ///< of the pool's node requests
  bool complete = false;                      ///< the list shows every requested node without a Node
};

inline constexpr int kNodeRequestsAtOnce = 500;

/// A page of the list with at most `limit` objects. `continue_token` comes from the previous page; empty for the first.
http::Request list_node_requests(const NodeRequestList& list, int limit = kNodeRequestsAtOnce,
                                 const std::string& continue_token = {});

/// Used by actuators; all must outlive the actuators.
struct ActuatorPorts {
  http::Transport& transport;
  const ports::Clock& clock;
  Discovery& discovery;
};

class Actuator {
 public:
  Actuator() = default;
  Actuator(const Actuator&) = delete;
  Actuator& operator=(const Actuator&) = delete;
  virtual ~Actuator() = default;

  /// True if the actuator sizes a pool with this spec, unless an actuator before it in the list does.
  [[nodiscard]] virtual bool sizes(const api::AcceleratorPoolSpec& spec) const = 0;

  /// By default all NodeClaims of Karpenter with the labels of the pool's nodes.
  [[nodiscard]] virtual NodeRequestList node_requests(const api::AcceleratorPool& pool) const;

  /// The name of the request's node, and our mark. By default as a NodeClaim shows them (base_node_request).
  [[nodiscard]] virtual ports::NodeRequest node_request_from(const Json& object) const;

  /// Finds out what the questions need, such as the resource of scaleRef, for all pools of the actuator at once.
  virtual void prepare(const std::vector<PoolReading*>& readings, Millis deadline) = 0;

  /// The question about the pool in this round, where the first round is 0; nullopt: no question.
  [[nodiscard]] virtual std::optional<http::Request> question(const PoolReading& reading, int round) const;

  /// Takes the answer to question(reading, round). Returns whether to go on to the next round.
  virtual bool take(PoolReading& reading, int round, Result<http::Response> answer);

  /// As ports::Pools::write_size. `busy`: names of nodes that must not go, or with `drains` go last. By default
  /// Invalid: the actuator takes no sizes.
  virtual Status write_size(const api::AcceleratorPool& pool, const ports::SizeWrite& write,
                            const std::set<std::string>& busy, Millis deadline);

  /// The writer of buffers, where the actuator takes buffers; nullptr: the actuator takes sizes.
  virtual BufferClient* buffers() { return nullptr; }
};

/// Name, uid, age and deletion of a node request, which every provider shows in the object's metadata.
ports::NodeRequest base_node_request(const Json& object);

/// All actuators, in the order of the list.
class Actuators {
 public:
  explicit Actuators(const ActuatorPorts& ports);

  [[nodiscard]] Actuator& of(const api::AcceleratorPoolSpec& spec) const;

  /// The writer of buffers. A single actuator takes buffers, because a BufferWrite names its pool, not the pool's spec.
  [[nodiscard]] BufferClient& buffers() const;

 private:
  std::vector<std::unique_ptr<Actuator>> all_;
};

}  // namespace aia::kube
