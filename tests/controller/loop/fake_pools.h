// Pools in virtual time beside fakes.h: nodes that come a lead after they were asked for, by a scale or by a buffer as
// Karpenter serves one, first without their GPUs where told so; everything that was written is kept in order.
#pragma once

#include "controller/ports/pools.h"
#include "tests/controller/loop/fakes.h"

namespace aia::loop::fakes {

struct FakeNode {
  ports::Node node;
  WallTime ready_at{}, gpus_at{};
  bool down = false;  // there, and not Ready
  int gpus = 8;       // that it offers from gpus_at on
};

class FakePools : public ports::Pools {
 public:
  explicit FakePools(FakeClock& clock) : clock_(clock) {}

  std::map<std::string, ports::PoolView> objects;      // by name
  std::map<std::string, ports::PoolView> seen;         // by name: an older view, where the watch lags
  std::map<std::string, std::vector<FakeNode>> nodes;  // by pool
  std::set<std::string> unlabelled;                    // names of nodes without the pool's labels
  std::map<std::string, int> sizes;                    // by pool
  std::map<std::string, ports::Buffer> stored;         // by AIAutoscaler's name
  std::optional<api::Reason> refusal;
  std::string rolling;  // its scale's own rollout, in words
  std::optional<Error> write_error, supply_problem;
  std::map<std::string, Error> buffer_errors;  // by AIAutoscaler's name
  std::map<std::string, Millis> hangs;         // by pool: its writes are not answered, for so long
  std::set<std::string> marked;                // names of nodes whose request has our mark
  int surge = 0;                               // nodes beyond the size, as while a rollout replaces them
  int looks_for_buffers = 0;
  bool drained = false;             // a size was written that may drain nodes
  std::vector<std::string> writes;  // "size h100 4", "buffer llm 2", …
  std::vector<std::pair<std::string, ports::Event>> events;
  Millis node_lead = 4min;
  Millis gpu_lag{0};
  bool comes = true;  // false: nodes that are asked for never come
  bool shows_requests = true;

  /// Time has passed: nodes become Ready, those too many go, idle ones first.
  void settle();

  std::vector<ports::PoolView> pools() override;
  std::vector<ports::PoolSupply> supplies(const std::vector<api::AcceleratorPool>& of, Millis deadline) override;
  Result<std::vector<ports::Buffer>> buffers(Millis deadline) override;
  Status write_size(const api::AcceleratorPool& pool, const ports::SizeWrite& write) override;
  Status write_buffer(const ports::BufferWrite& write) override;
  Status delete_buffer(const ports::Buffer& buffer) override;
  Status hold(const api::AcceleratorPool& pool, bool held) override;
  Status write_status(const api::AcceleratorPool& pool) override;
  Status write_event(const api::AcceleratorPool& about, const ports::Event& event) override;

  /// A node of the pool that is Ready and holds `gpus`.
  void add_node(const std::string& pool, int gpus_held);
  void ask(const std::string& pool, int count);

 private:
  Status answer(const std::string& pool);
  [[nodiscard]] Status check_version(const api::AcceleratorPool& pool) const;
  static void bump(api::ObjectMeta& meta);

  FakeClock& clock_;
  int next_ = 0, version_ = 1;
};

}  // namespace aia::loop::fakes
