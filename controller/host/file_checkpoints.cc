// A write goes to a second file, which is then renamed over the first. A disk that fills up must not stop the
// controller. So write errors after the start are only logged: once when writing begins to fail, once when writing
// works again.
#include "controller/host/file_checkpoints.h"

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "controller/serve/json_log.h"

namespace aia {
namespace {

namespace fs = std::filesystem;

constexpr auto kSuffix = ".forecast";
constexpr auto kUnused = std::chrono::hours(7 * 24);
constexpr std::uintmax_t kLargest = 64U << 20U;  // a day of points at one-second steps takes some megabytes

void sweep(const fs::path& directory) {
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator(directory, failed)) {
    if (entry.path().extension() != kSuffix) continue;
    const auto written = fs::last_write_time(entry.path(), failed);
    if (!failed && fs::file_time_type::clock::now() - written > kUnused) fs::remove(entry.path(), failed);
  }
}

/// Writes the whole file or nothing: a process killed here leaves the older file. Returns the error, or an empty
/// string.
std::string write_whole(const std::string& path, const ports::Checkpoints::Bytes& bytes) {
  const std::string fresh = path + ".new";
  std::ofstream file(fresh, std::ios::binary | std::ios::trunc);
  file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  file.close();
  if (!file) return "cannot write " + fresh;
  std::error_code failed;
  fs::rename(fresh, path, failed);
  return failed ? "cannot replace " + path + ": " + failed.message() : "";
}

}  // namespace

Result<std::unique_ptr<FileCheckpoints>> FileCheckpoints::open(const std::string& directory) {
  std::error_code failed;
  fs::create_directories(directory, failed);
  const auto probe = (fs::path(directory) / ".writable").string();
  const auto problem = failed ? "cannot make " + directory + ": " + failed.message() : write_whole(probe, {});
  if (!problem.empty()) return Error{ErrorKind::Invalid, problem};
  fs::remove(probe, failed);
  sweep(directory);
  return std::unique_ptr<FileCheckpoints>(new FileCheckpoints(directory));
}

/// Keys are uids and names of demand entries. Any other character becomes '_', so that no key leads out of the
/// directory.
std::string FileCheckpoints::path_of(const std::string& key) const {
  std::string name = key;
  std::replace_if(
      name.begin(), name.end(),
      [](unsigned char c) { return std::isalnum(c) == 0 && c != '-' && c != '.' && c != '_'; }, '_');
  return (fs::path(directory_) / (name + kSuffix)).string();
}

std::optional<ports::Checkpoints::Bytes> FileCheckpoints::load(const std::string& key) {
  const auto path = path_of(key);
  std::error_code failed;
  const auto size = fs::file_size(path, failed);
  if (failed || size > kLargest) return std::nullopt;
  Bytes bytes(size);
  std::ifstream file(path, std::ios::binary);
  file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(size));
  if (!file) return std::nullopt;
  return bytes;
}

void FileCheckpoints::store(const std::string& key, const Bytes& bytes) {
  tell(write_whole(path_of(key), bytes));
}

void FileCheckpoints::tell(const std::string& problem) {
  const std::lock_guard lock(mutex_);
  const bool changed = problem.empty() != told_.empty();
  told_ = problem;
  if (!changed) return;
  if (problem.empty()) {
    serve::log_line(serve::LogLevel::Info, "checkpoints are written again");
  } else {
    serve::log_line(serve::LogLevel::Warning, "a checkpoint was not written: a restart will read more history",
                    {{"error", problem}});
  }
}

void FileCheckpoints::refused(const std::string& key, const std::string& reason) {
  serve::log_line(serve::LogLevel::Info, "a checkpoint is not used, history is read instead",
                  {{"file", path_of(key)}, {"reason", reason}});
}

}  // namespace aia
