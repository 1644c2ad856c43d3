// The port through which forecasters' states outlive the process, so that after a restart Prometheus is asked for
// minutes and not for weeks. All checkpoints may be lost at any time: then the loop reads the histories again.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace aia::ports {

class Checkpoints {
 public:
  using Bytes = std::vector<std::byte>;

  Checkpoints() = default;
  Checkpoints(const Checkpoints&) = delete;
  Checkpoints& operator=(const Checkpoints&) = delete;
  virtual ~Checkpoints() = default;

  /// The bytes stored last under `key`; unset: nothing readable.
  virtual std::optional<Bytes> load(const std::string& key) = 0;

  /// May run on another thread than load(). The implementation reports its own failures.
  virtual void store(const std::string& key, const Bytes& bytes) = 0;

  /// The bytes from load() are of no use, for `reason` in words; the loop will replace them.
  virtual void refused(const std::string& key, const std::string& reason) = 0;
};

}  // namespace aia::ports
