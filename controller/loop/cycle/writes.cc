// Sends each kind of write through its port. Words for errors and Events stand beside the kinds of writes, so that
// logs, conditions and Events name a write in the same way.
#include "controller/loop/cycle/writes.h"

namespace aia::loop {
namespace {

constexpr int kTries = 3;  // at most, for a scale-out that conflicts with another client's write to the same object

template <class... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};
template <class... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;

std::string from_to(int from, int to, const char* unit) {
  return "from " + std::to_string(from) + " to " + std::to_string(to) + " " + unit;
}

Status send_replicas(const SetReplicas& set, ports::Cluster& cluster) {
  ensure(set.to >= 1, "replicas would be set to 0, which we never do");
  auto written = cluster.write_scale(set.object, set.to, set.version);
  const int most = set.to > set.from ? kTries : 1;
  for (int tries = 1; tries < most && !written && written.error().kind == ErrorKind::Conflict; ++tries) {
    const auto now = cluster.read_scale(set.object);
    if (!now || now->spec_replicas != set.from || now->uid != set.target_uid) break;
    written = cluster.write_scale(set.object, set.to, now->resource_version);
  }
  if (!written) return written.error();
  return done;
}

Status send_buffer(const SetBuffer& set, ports::Pools& pools) {
  api::Autoscaler owner;
  owner.meta = set.owner;
  owner.spec.target = set.target;
  return pools.write_buffer({&owner, set.pool, set.to, set.gpu_resource, set.most_gpus, set.expires, set.version});
}

}  // namespace

std::string in_words(const Change& change) {
  return std::visit(
      Overloaded{[](const SetReplicas&) -> std::string { return ""; },
                 [](const SetSize&) -> std::string { return "writing the size"; },
                 [](const SetRecord&) -> std::string { return "recording the size of before"; },
                 [](const SetFinalizer& set) -> std::string {
                   return set.held ? "adding our finalizer" : "removing our finalizer";
                 },
                 [](const SetBuffer& set) { return "the buffer of " + set.owner.key().to_string(); },
                 [](const DeleteBuffer& set) { return "deleting the buffer of " + set.buffer.autoscaler.to_string(); }},
      change);
}

std::string done_in_words(const Change& change) {
  return std::visit(
      Overloaded{
          [](const SetReplicas& set) { return from_to(set.from, set.to, "replicas"); },
          [](const SetSize& set) {
            return set.from == set.to ? "marks taken off its machines" : from_to(set.from, set.to, "nodes");
          },
          [](const SetRecord&) -> std::string { return ""; }, [](const SetFinalizer&) -> std::string { return ""; },
          [](const SetBuffer& set) -> std::string {
            if (set.from == set.to) return "";
            return "buffer of " + set.owner.key().to_string() + " " + from_to(set.from, set.to, "replicas");
          },
          [](const DeleteBuffer& set) { return "the buffer of " + set.buffer.autoscaler.to_string() + " deleted"; }},
      change);
}

Status send(const Write& write, const WritePorts& to) {
  return std::visit(Overloaded{[&](const SetReplicas& set) { return send_replicas(set, *to.cluster); },
                               [&](const SetSize& set) {
                                 return to.pools->write_size(set.object, {set.from, set.to, set.version, set.drains});
                               },
                               [&](const SetRecord& set) { return to.pools->write_status(set.object); },
                               [&](const SetFinalizer& set) { return to.pools->hold(set.object, set.held); },
                               [&](const SetBuffer& set) { return send_buffer(set, *to.pools); },
                               [&](const DeleteBuffer& set) { return to.pools->delete_buffer(set.buffer); }},
                    write.change);
}

bool send_all(const std::vector<Write>& writes, const WritePorts& to, const std::function<bool()>& may_go_on,
              const std::function<void(const Attempt&)>& note) {
  bool all_succeeded = true;
  for (const Write& write : writes) {
    if (!may_go_on()) return all_succeeded;
    if (write.on_failure == OnFailure::OnlyIfAllSucceeded && !all_succeeded) continue;
    const Attempt attempt{write, send(write, to)};
    note(attempt);
    all_succeeded = all_succeeded && attempt.outcome;
    if (!attempt.outcome && write.on_failure == OnFailure::EndList) return false;
  }
  return all_succeeded;
}

}  // namespace aia::loop
