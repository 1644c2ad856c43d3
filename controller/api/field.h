// A place in a JSON document that knows its path, so that every error names the field and what to do. Reading never
// throws: the first trouble is kept in the Problem that all fields of one document share, and what is read after it is
// a default. So decoders read straight through and look at the Problem once, at the end.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace aia::api {

using Problem = std::optional<Error>;

class Field {
 public:
  /// `document` and `problem` must outlive the field. `path`: what messages call the document; empty for the root.
  Field(const nlohmann::json& document, Problem& problem, std::string path = "")
      : value_(&document), problem_(&problem), path_(std::move(path)) {}

  /// The member `key`; not present() when there is none, it is null, or this is no object.
  [[nodiscard]] Field operator[](const char* key) const;
  /// The same place, its trouble kept apart in `problem`.
  [[nodiscard]] Field within(Problem& problem) const { return {value_, &problem, path_}; }
  [[nodiscard]] bool present() const { return value_ != nullptr && !value_->is_null(); }
  [[nodiscard]] const std::string& path() const { return path_; }

  // Each of these reports "is required" when the field is not present, or what is wrong with it, and returns an empty
  // value.
  [[nodiscard]] std::string text() const;
  [[nodiscard]] std::int64_t integer() const;  ///< a JSON integer
  [[nodiscard]] int count() const;             ///< an integer that fits an int32
  [[nodiscard]] Millis duration() const;
  [[nodiscard]] WallTime time() const;
  [[nodiscard]] double decimal() const;            ///< a decimal string (a JSON number is refused, as the CRD does)
  [[nodiscard]] std::vector<Field> items() const;  ///< of an array; empty when not present
  [[nodiscard]] std::vector<std::pair<std::string, Field>> members() const;  ///< of an object; empty when not present

  /// One of `all`, by its to_string.
  template <class Enum, std::size_t n>
  [[nodiscard]] Enum one_of(const Enum (&all)[n]) const {
    const std::string name = text();
    std::string names;
    for (const Enum one : all) {
      if (name == to_string(one)) return one;
      names += (names.empty() ? "" : ", ") + std::string(to_string(one));
    }
    fail('"' + name + "\" is not known; write one of " + names);
    return all[0];
  }

  /// Reports `message` about this field, unless an earlier problem is already kept.
  void fail(const std::string& message) const;

 private:
  Field(const nlohmann::json* value, Problem* problem, std::string path)
      : value_(value), problem_(problem), path_(std::move(path)) {}

  const nlohmann::json* value_;  ///< nullptr: absent
  Problem* problem_;
  std::string path_;
};

}  // namespace aia::api
