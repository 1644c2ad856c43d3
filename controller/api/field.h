// A position in a JSON document with its path, so that every error names the field and the correction. Reading never
// throws: an unreadable field returns a default and reports its error. All fields of a document share a Problem, which
// keeps the first error. So decoders read straight through and look at the Problem at the end.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "controller/api/words.h"

namespace aia::api {

using Problem = std::optional<Error>;

class Field {
 public:
  /// `document` and `problem` must outlive the field. `path`: the document's name in messages; empty for the root.
  Field(const nlohmann::json& document, Problem& problem, std::string path = "")
      : value_(&document), problem_(&problem), path_(std::move(path)) {}

  /// The member `key`; not present() if there is no such member, the member is null, or this field is no object.
  [[nodiscard]] Field operator[](const char* key) const;
  /// The same position, with its errors kept in `problem` instead.
  [[nodiscard]] Field within(Problem& problem) const { return {value_, &problem, path_}; }
  [[nodiscard]] bool present() const;
  [[nodiscard]] const std::string& path() const { return path_; }

  // Each of these returns the field's value. If the field is not present or has another type, each reports the error
  // and returns an empty value.
  [[nodiscard]] std::string text() const;
  [[nodiscard]] std::int64_t integer() const;  ///< from a JSON integer
  [[nodiscard]] int count() const;             ///< from an integer that fits an int32
  [[nodiscard]] Millis duration() const;
  [[nodiscard]] WallTime time() const;
  [[nodiscard]] double decimal() const;  ///< from a decimal string (a JSON number is refused, as the CRD does)
  [[nodiscard]] std::vector<Field> items() const;                            ///< from an array; empty if not present
  [[nodiscard]] std::vector<std::pair<std::string, Field>> members() const;  ///< from an object; empty if not present

  /// The only item of an array; not present() if the array is empty or not there. If there are several, fails with
  /// `says`.
  [[nodiscard]] Field only_item(const char* says) const;

  /// The value whose word is the field's text.
  template <Worded Enum>
  [[nodiscard]] Enum word() const {
    const std::string name = text();
    if (const auto found = find_word(words_of(Enum{}), name)) return *found;
    std::string names;
    for (const auto& word : words_of(Enum{})) names += (names.empty() ? "" : ", ") + std::string(word.text);
    fail('"' + name + "\" is not known; write one of " + names);
    return Enum{};
  }

  /// Reports `message` about this field, unless the Problem already holds an error.
  void fail(const std::string& message) const;

 private:
  Field(const nlohmann::json* value, Problem* problem, std::string path)
      : value_(value), problem_(problem), path_(std::move(path)) {}

  const nlohmann::json* value_;  ///< nullptr: absent
  Problem* problem_;
  std::string path_;
};

}  // namespace aia::api
