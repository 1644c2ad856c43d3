// Checkpoints as files in a directory (`--state-dir`), a file per demand entry. Each write replaces the whole file, so
// that a killed process leaves no half-written checkpoint. At the start, files not written for a week are removed:
// their objects are gone.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "base/result.h"
#include "controller/ports/checkpoints.h"

namespace aia {

class FileCheckpoints final : public ports::Checkpoints {
 public:
  /// Makes `directory` if it is missing. Errors: Invalid, when files cannot be written into `directory`.
  static Result<std::unique_ptr<FileCheckpoints>> open(const std::string& directory);

  std::optional<Bytes> load(const std::string& key) override;
  void store(const std::string& key, const Bytes& bytes) override;
  void refused(const std::string& key, const std::string& reason) override;

 private:
  explicit FileCheckpoints(std::string directory) : directory_(std::move(directory)) {}
  [[nodiscard]] std::string path_of(const std::string& key) const;
  void tell(const std::string& problem);

  std::string directory_;
  std::mutex mutex_;
  std::string told_;  ///< the last write error; empty: the last write succeeded
};

}  // namespace aia
