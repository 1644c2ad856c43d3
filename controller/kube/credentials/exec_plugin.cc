// A request asks the thread for a run and waits on the condition variable until the credentials are usable or the run
// has ended. A run that failed, or returned expired credentials, blocks further runs for `pause`, so that not every
// request starts the plugin.
#include "controller/kube/credentials/exec_plugin.h"

#include <pthread.h>

#include <algorithm>

#include "controller/kube/credentials/child_process.h"
#include "controller/kube/credentials/secret_files.h"

namespace aia::kube {

Result<std::shared_ptr<ExecPlugin>> ExecPlugin::start(ExecConfig config, std::string info,
                                                      std::shared_ptr<const ports::Clock> clock,
                                                      ExecPluginOptions options) {
  std::shared_ptr<ExecPlugin> plugin(
      new ExecPlugin(std::move(config), std::move(info), std::move(clock), std::move(options)));
  plugin->take(plugin->run_once({}));
  if (plugin->problem_) return *plugin->problem_;
  plugin->thread_ = std::jthread([self = plugin.get()](const std::stop_token& stop) { self->run(stop); });
  return plugin;
}

ExecPlugin::ExecPlugin(ExecConfig config, std::string info, std::shared_ptr<const ports::Clock> clock,
                       ExecPluginOptions options)
    : config_(std::move(config)), info_(std::move(info)), clock_(std::move(clock)), options_(options) {}

ExecPlugin::~ExecPlugin() = default;

Result<ExecCredential> ExecPlugin::run_once(const std::stop_token& stop) const {
  ChildProcess child{config_.command, config_.arguments, config_.environment, options_.timeout};
  child.environment.emplace_back("KUBERNETES_EXEC_INFO", info_);
  const std::string where = config_.where + ": the credential plugin '" + config_.command + "'";
  const Result<ChildOutcome> ended = run_child(child, stop);
  if (!ended) {
    Error error = ended.error().in(where);
    if (error.kind == ErrorKind::NotFound && !config_.install_hint.empty())
      error.message += ". " + config_.install_hint;
    return error;
  }
  const std::string said = trim(ended->errors);
  const std::string errors = said.empty() ? "" : "; it said: " + said;
  if (ended->exit_code != 0) {
    return Error{ErrorKind::Unavailable, where + " ended with code " + std::to_string(ended->exit_code) + errors, {}};
  }
  Result<ExecCredential> credential = parse_exec_credential(ended->output, config_.api_version);
  if (!credential) return Error{ErrorKind::Invalid, where + ": " + credential.error().message + errors, {}};
  return credential;
}

void ExecPlugin::run(const std::stop_token& stop) {
  ::pthread_setname_np(::pthread_self(), "credentials");
  std::unique_lock lock(mutex_);
  while (changed_.wait(lock, stop, [this] { return wanted_; })) {
    lock.unlock();
    Result<ExecCredential> got = run_once(stop);
    lock.lock();
    take(std::move(got));
    wanted_ = false;
    changed_.notify_all();
  }
}

void ExecPlugin::take(Result<ExecCredential> got) {
  ended_ = clock_->steady();
  problem_.reset();
  if (!got) {
    problem_ = got.error();
    return;
  }
  current_ = std::move(*got);
  obtained_ = clock_->now();
  refused_ = false;
}

Status ExecPlugin::await(Millis longest) {
  std::unique_lock lock(mutex_);
  if (due() && !wanted_ && !(in_vain() && just_ran())) {
    wanted_ = true;
    changed_.notify_all();
  }
  changed_.wait_for(lock, longest, [this] { return usable() || !wanted_; });
  if (usable()) return done;
  if (problem_ && !wanted_) return *problem_;
  if (!wanted_) return Error{ErrorKind::Unavailable, config_.where + ": the credentials have expired already", {}};
  return Error{
      ErrorKind::Timeout, config_.where + ": the credential plugin '" + config_.command + "' is still running", {}};
}

std::optional<std::string> ExecPlugin::authorization() {
  const std::scoped_lock lock(mutex_);
  if (!current_ || current_->token.empty()) return std::nullopt;
  return "Bearer " + current_->token;
}

http::ClientCertificate ExecPlugin::certificate() {
  const std::scoped_lock lock(mutex_);
  return current_ ? current_->certificate : http::ClientCertificate{};
}

void ExecPlugin::refused() {
  const std::scoped_lock lock(mutex_);
  if (!just_ran()) refused_ = true;
}

bool ExecPlugin::usable() const {
  return current_ && !refused_ && (!current_->expires || clock_->now() < *current_->expires);
}

bool ExecPlugin::due() const {
  if (!usable()) return true;
  if (!current_->expires) return false;
  const Millis ahead = std::min(options_.ahead, (*current_->expires - obtained_) / 5);
  return clock_->now() >= *current_->expires - ahead;
}

/// The last run did not help: the run failed, or returned expired credentials.
bool ExecPlugin::in_vain() const {
  return problem_ || (current_ && current_->expires && *current_->expires <= obtained_);
}

bool ExecPlugin::just_ran() const {
  return ended_ && clock_->steady() - *ended_ < options_.pause;
}

}  // namespace aia::kube
