// Checkpoints as files in one directory (`--state-dir`), one a demand, each replaced as a whole. Files that nobody
// wrote for a week are of objects that are gone, and are removed at the start.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "base/result.h"
#include "controller/ports/checkpoints.h"

namespace aia {

class FileCheckpoints final : public ports::Checkpoints {
 public:
  /// An Error when files cannot be written into `directory`, which is made if it is missing.
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
  std::string told_;  ///< the last problem of writing; empty: writing works
};

}  // namespace aia
