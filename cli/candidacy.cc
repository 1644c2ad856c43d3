// Connects the keeper of the Lease to the process: identity, namespace and log. Each change of leader and each new
// problem with the Lease is logged once.
#include "cli/candidacy.h"

#include <unistd.h>

#include <nlohmann/json.hpp>
#include <random>

#include "controller/http/make_transport.h"
#include "controller/kube/lease/host_name.h"
#include "controller/serve/json_log.h"

namespace aia {
namespace {

using serve::LogLevel;

constexpr const char* kNamespaceOutsidePods = "aiautoscaler-system";

/// Unique per process: two processes on one host, even one after another, have different identities.
std::string own_identity() {
  return kube::host_name() + "_" + std::to_string(::getpid()) + "_" + std::to_string(std::random_device()());
}

/// Logs changes of the leader, and problems with reading or writing the Lease.
class Teller {
 public:
  explicit Teller(std::string identity) : identity_(std::move(identity)) {}

  void tell(const kube::Leadership& now) {
    if (now.leading && !last_.leading)
      serve::log_line(LogLevel::Info, "leading", {{"identity", identity_}, {"transitions", now.transitions}});
    if (!now.leading && last_.leading) serve::log_line(LogLevel::Warning, "leading no more", {{"holder", now.holder}});
    const bool another = !now.holder.empty() && now.holder != identity_ && now.holder != last_.holder;
    if (!now.leading && another) serve::log_line(LogLevel::Info, "following", {{"holder", now.holder}});
    if (!now.problem.empty() && now.problem != last_.problem)
      serve::log_line(LogLevel::Warning, "the lease cannot be read or written", {{"error", now.problem}});
    if (now.problem.empty() && !last_.problem.empty()) serve::log_line(LogLevel::Info, "the lease works again");
    last_ = now;
  }

 private:
  const std::string identity_;
  kube::Leadership last_;
};

}  // namespace

Result<std::unique_ptr<Candidacy>> Candidacy::start(const LeaseOptions& options, const kube::Credentials& credentials,
                                                    const ports::Clock& clock, std::function<lease::Fitness()> fitness,
                                                    std::function<void(const kube::Leadership&)> on_change) {
  if (const auto valid = lease::validate(options.settings); !valid) return valid.error();
  auto transport = http::make_api_server_transport(credentials.transport);
  if (!transport) return transport.error().in(credentials.source);
  kube::LeaseKeeperOptions keeper;
  const std::string home = credentials.pod_ns.empty() ? kNamespaceOutsidePods : credentials.pod_ns;
  keeper.lease = {options.ns.empty() ? home : options.ns, options.name};
  keeper.identity = options.identity.empty() ? own_identity() : options.identity;
  keeper.settings = options.settings;
  keeper.fitness = std::move(fitness);
  const auto teller = std::make_shared<Teller>(keeper.identity);
  keeper.on_change = [teller, on_change = std::move(on_change)](const kube::Leadership& now) {
    teller->tell(now);
    on_change(now);
  };
  serve::log_line(LogLevel::Info, "electing", {{"lease", keeper.lease.to_string()}, {"identity", keeper.identity}});
  std::unique_ptr<Candidacy> made(new Candidacy);
  made->transport_ = std::move(*transport);
  made->keeper_ = std::make_unique<kube::LeaseKeeper>(*made->transport_, clock, std::move(keeper));
  return made;
}

std::string Candidacy::problem() const {
  const auto now = keeper_->leadership();
  return now.refused ? now.problem : "";
}

void Candidacy::release(Millis deadline) {
  if (keeper_->release(deadline)) serve::log_line(LogLevel::Info, "the lease is given back");
}

}  // namespace aia
