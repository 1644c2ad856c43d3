// Credentials from a plugin: run once at the start, again shortly before they expire, when they have expired and after
// the server refused them. The plugin runs on a thread of its own; requests wait for it only when there is nothing
// valid to go with, and each no longer than its own deadline. While a plugin fails, what it gave before serves on until
// it expires.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "controller/kube/exec_credential.h"
#include "controller/ports/clock.h"

namespace aia::kube {

struct ExecPluginOptions {
  Millis timeout{60'000};  ///< of one run
  Millis pause{10'000};    ///< after a run that failed, or whose credentials are refused: not one run a request
  Millis ahead{60'000};    ///< run again so long before expiry, but never before four fifths of the lifetime
};

class ExecPlugin {
 public:
  /// Runs the plugin a first time. Errors: NotFound with its install hint, Invalid, Timeout, Unavailable, each with
  /// where it is configured and what it printed to standard error.
  static Result<std::shared_ptr<ExecPlugin>> start(ExecConfig config, std::string info,
                                                   std::shared_ptr<const ports::Clock> clock,
                                                   ExecPluginOptions options);
  ~ExecPlugin();  // kills a running plugin and waits for the thread

  // From any thread.

  /// Ready when there are credentials to go with. Errors: the plugin's last one, after `longest` at the latest.
  Status await(Millis longest);
  /// "Bearer …", if the plugin gave a token.
  std::optional<std::string> authorization();
  /// Empty if it gave none.
  http::ClientCertificate certificate();
  /// The server answered 401: the plugin is run again, unless it has just been; then the 401 may be an answer to what
  /// was sent before.
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
  bool wanted_ = false;  ///< a run is to begin or under way
  bool refused_ = false;
  std::optional<ExecCredential> current_;
  WallTime obtained_{};
  std::optional<Error> problem_;  ///< of the last run
  std::optional<Millis> ended_;   ///< the last run, in steady time
  std::jthread thread_;           // last: starts when everything else is there
};

}  // namespace aia::kube
