// Credentials from a plugin, which runs once at the start, again shortly before its credentials expire, after they have
// expired, and after the server refused them. The plugin runs on a thread of its own. Requests wait for the plugin only
// while no valid credentials exist, and each request no longer than its own deadline. While a plugin fails, its last
// credentials stay in use until they expire.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "controller/kube/credentials/exec_credential.h"
#include "controller/ports/clock.h"

namespace aia::kube {

struct ExecPluginOptions {
  Millis timeout{60'000};  ///< of a run
  Millis pause{10'000};    ///< no new run so soon after a failed run or refused credentials
  Millis ahead{60'000};    ///< time before expiry of the next run, at most a fifth of the lifetime
};

class ExecPlugin {
 public:
  /// Runs the plugin a first time. Errors: NotFound with the install hint, Invalid, Timeout, Unavailable. Each names
  /// the plugin's place in the kubeconfig, and quotes the plugin's standard error if the plugin ended by itself.
  static Result<std::shared_ptr<ExecPlugin>> start(ExecConfig config, std::string info,
                                                   std::shared_ptr<const ports::Clock> clock,
                                                   ExecPluginOptions options);
  ~ExecPlugin();  // kills a running plugin and waits for the thread

  // From any thread.

  /// Waits for usable credentials. Errors: those of the plugin's last run; Unavailable when that run returned expired
  /// credentials; Timeout after `longest`.
  Status await(Millis longest);
  /// "Bearer …", if the plugin gave a token.
  std::optional<std::string> authorization();
  /// Empty if the plugin gave no certificate.
  http::ClientCertificate certificate();
  /// The server answered 401: the plugin runs again, unless the last run ended less than `pause` ago. Then the 401 may
  /// be the answer to a request with the credentials of before.
  void refused();

 private:
  ExecPlugin(ExecConfig config, std::string info, std::shared_ptr<const ports::Clock> clock, ExecPluginOptions options);
  Result<ExecCredential> run_once(const std::stop_token& stop) const;
  void run(const std::stop_token& stop);
  void take(Result<ExecCredential> got);
  [[nodiscard]] bool usable() const;
  [[nodiscard]] bool due() const;
  [[nodiscard]] bool in_vain() const;
  [[nodiscard]] bool just_ran() const;

  const ExecConfig config_;
  const std::string info_;
  const std::shared_ptr<const ports::Clock> clock_;
  const ExecPluginOptions options_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  bool wanted_ = false;  ///< a run is requested or under way
  bool refused_ = false;
  std::optional<ExecCredential> current_;
  WallTime obtained_{};
  std::optional<Error> problem_;  ///< of the last run
  std::optional<Millis> ended_;   ///< end of the last run, in steady time
  std::jthread thread_;           // last: starts when everything else is there
};

}  // namespace aia::kube
