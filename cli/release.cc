// Wires the API server's client to loop::undo and prints each undone change on a line of its own. Changes that could
// not be undone make the command fail.
#include "cli/release.h"

#include <cstdio>
#include <memory>

#include "controller/host/system_clock.h"
#include "controller/http/make_transport.h"
#include "controller/kube/credentials/credentials.h"
#include "controller/kube/kube_pools.h"
#include "controller/kube/workload/pod.h"

namespace aia {

Status release(const ReleaseCommand& command) {
  if (command.options.all == command.expired)
    return Error{ErrorKind::Invalid,
                 "give either --all (undo all changes to node pools) or --expired (undo only changes that no "
                 "controller renews)"};
  const auto clock = std::make_shared<const SystemClock>();
  kube::CredentialsOptions wanted;
  wanted.kubeconfig = command.kubeconfig;
  wanted.context = command.context;
  const auto credentials = kube::load_credentials(wanted, clock);
  if (!credentials) return credentials.error();
  const auto transport = http::make_api_server_transport(credentials->transport);
  if (!transport) return transport.error().in(credentials->source);

  kube::Discovery discovery(**transport, *clock);
  kube::Store<kube::LabelledPod> pods(kube::pod_from_json);
  kube::EventRecorder events(**transport, *clock, {});
  kube::KubePools pools(**transport, *clock, discovery, pods, events, {command.options.deadline, {}});
  if (const auto loaded = pools.load(command.options.deadline); !loaded) return loaded.error();
  const auto released = loop::undo(pools, clock->now(), command.options);
  for (const auto& what : released.done)
    std::printf("%s%s\n", command.options.dry_run ? "would be done: " : "", what.c_str());
  if (released.done.empty() && released.left.empty())
    std::puts("nothing to undo: no buffer, recorded size or finalizer of the controller is there");
  if (released.left.empty()) return done;
  std::string left;
  for (const auto& what : released.left) left += (left.empty() ? "" : "; ") + what;
  return Error{ErrorKind::Conflict, "not everything was undone: " + left};
}

}  // namespace aia
