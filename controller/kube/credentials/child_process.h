// Runs a program without a shell and collects its output, for credential plugins. Time and output are bounded. The
// child inherits our environment, but no descriptors and no signal mask, and leaves no zombie behind. Source:
// posix_spawn(3), kill(2).
#pragma once

#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace aia::kube {

struct ChildProcess {
  std::string command;  ///< looked up in our PATH unless the name has a slash
  std::vector<std::string> arguments;
  std::vector<std::pair<std::string, std::string>> environment;  ///< added to ours; the last entry of a name counts
  Millis timeout{60'000};                                        ///< then the child and its process group are killed
  std::size_t max_output_bytes = 1U << 20U;
};

struct ChildOutcome {
  int exit_code = 0;   ///< as in a shell: 128 + signal for a killed child
  std::string output;  ///< standard output, whole
  std::string errors;  ///< standard error, its first 2 KiB
};

/// Runs the child to its end, or kills the child when `stop` is requested. Errors: NotFound (no such program), Invalid
/// (the program cannot be executed), Timeout, Unavailable (stopped, too much output, no resources).
Result<ChildOutcome> run_child(const ChildProcess& child, const std::stop_token& stop);

}  // namespace aia::kube
