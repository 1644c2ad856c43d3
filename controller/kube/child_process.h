// Runs a program without a shell and takes what it prints, for credential plugins: bounded in time and output, with
// nothing of ours inherited but the environment, and no zombie left whatever it does. Source: posix_spawn(3), kill(2).
#pragma once

#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace aia::kube {

struct ChildProcess {
  std::string command;  ///< looked up in our PATH unless it has a slash
  std::vector<std::string> arguments;
  std::vector<std::pair<std::string, std::string>> environment;  ///< on top of ours; the last of a name counts
  Millis timeout{60'000};                                        ///< then it is killed, and what it has started
  std::size_t max_output_bytes = 1U << 20U;
};

struct ChildOutcome {
  int exit_code = 0;   ///< as a shell tells it: 128 + the signal that ended it
  std::string output;  ///< standard output, whole
  std::string errors;  ///< standard error, its first 2 KiB
};

/// Waits for its end, or kills it when asked to stop. Errors: NotFound (no such program), Invalid (it cannot be
/// executed), Timeout, Unavailable (stopped, too much output, no resources).
Result<ChildOutcome> run_child(const ChildProcess& child, const std::stop_token& stop);

}  // namespace aia::kube
