// Files that are whole or not there, keys that stay in the directory, and a directory that cannot be written is an
// error.
#include "controller/host/file_checkpoints.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace aia {
namespace {

namespace fs = std::filesystem;

struct Directory {
  fs::path path;
  Directory() {
    std::string name = (fs::temp_directory_path() / "aia-checkpoints-XXXXXX").string();
    path = ::mkdtemp(name.data());
  }
  ~Directory() { fs::remove_all(path); }
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;
};

ports::Checkpoints::Bytes bytes_of(const std::string& text) {
  ports::Checkpoints::Bytes bytes;
  for (const char c : text) bytes.push_back(static_cast<std::byte>(c));
  return bytes;
}

TEST_CASE("checkpoints: what was stored last is loaded, by another process too") {
  const Directory directory;
  const auto inside = (directory.path / "made").string();
  {
    const auto files = FileCheckpoints::open(inside);
    REQUIRE(files);
    CHECK_FALSE((*files)->load("uid.rps"));
    (*files)->store("uid.rps", bytes_of("one"));
    (*files)->store("uid.rps", bytes_of("two"));
    (*files)->store("uid.tokens", bytes_of(""));
  }
  const auto files = FileCheckpoints::open(inside);
  REQUIRE(files);
  CHECK((*files)->load("uid.rps") == bytes_of("two"));
  CHECK((*files)->load("uid.tokens") == bytes_of(""));
  CHECK_FALSE((*files)->load("uid"));
}

TEST_CASE("checkpoints: a key cannot leave the directory") {
  const Directory directory;
  const auto inside = directory.path / "in";
  const auto files = FileCheckpoints::open(inside.string());
  REQUIRE(files);
  (*files)->store("../../escaped", bytes_of("x"));
  CHECK((*files)->load("../../escaped") == bytes_of("x"));
  for (const auto& entry : fs::recursive_directory_iterator(directory.path)) {
    if (entry.is_regular_file()) CHECK(entry.path().parent_path() == inside);
  }
}

TEST_CASE("checkpoints: what nobody wrote for a week is removed, other files are left alone") {
  const Directory directory;
  const auto age = [&](const char* name, int hours) {
    const auto path = directory.path / name;
    std::ofstream(path) << "x";
    fs::last_write_time(path, fs::file_time_type::clock::now() - std::chrono::hours(hours));
    return path;
  };
  const auto old = age("gone.rps.forecast", 8 * 24), recent = age("here.rps.forecast", 24), other = age("notes", 800);
  REQUIRE(FileCheckpoints::open(directory.path.string()));
  CHECK_FALSE(fs::exists(old));
  CHECK(fs::exists(recent));
  CHECK(fs::exists(other));
}

TEST_CASE("checkpoints: a directory that cannot be written is an error that names it") {
  const Directory directory;
  const auto file = directory.path / "file";
  std::ofstream(file) << "x";
  const auto files = FileCheckpoints::open((file / "below").string());
  REQUIRE_FALSE(files);
  CHECK(files.error().message.find(file.string()) != std::string::npos);
}

}  // namespace
}  // namespace aia
