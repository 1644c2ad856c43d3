// Where forecasters' states outlive the process, so that a restart asks Prometheus for minutes and not for weeks. All
// of it may be lost at any time: then history is read again.
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

  /// What was stored last under `key`; unset: nothing that can be read.
  virtual std::optional<Bytes> load(const std::string& key) = 0;

  /// May be called from another thread than load(). Failures are the implementation's to tell.
  virtual void store(const std::string& key, const Bytes& bytes) = 0;

  /// What load() gave is of no use, in words; it will be replaced.
  virtual void refused(const std::string& key, const std::string& reason) = 0;
};

}  // namespace aia::ports
