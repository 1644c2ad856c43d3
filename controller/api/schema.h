// How a struct lists its fields in a CRD: `static void fields(auto& at, auto& self)`, beside the members,
// with a row per field. Why: a field of a CRD is written in C++ once, and everything else about the field walks the
// rows: Reader and Writer (JSON), the check of bounds (validate.cc), and in the tests a description compared
// with crds/*.yaml. The member's type says how JSON holds the value: Millis is a duration ("7m10s"), double a decimal
// text, WallTime a time in RFC 3339, an enum its word. Source: docs/decisions/0023.
//
// Rows, as visitors offer them, each with the rules below behind the member:
// - at.required("key", member): must be there. An optional member: if the object around is there.
// - at.defaulted("key", member): may be left out; the member's initial value is the CRD's default.
// - at.optional("key", member): may be left out, and has no default.
// - at.or_auto("key", member): a duration, or "Auto", the default, for an unset member.
// - at.in_seconds("key", member): a duration as a whole number of seconds; may be left out.
// - at.derived("key", text): written for people, never read.
// - at.required_object("key"), at.defaulted_object("key"), at.optional_object("key"): a JSON object without a struct of
//   its own. Each returns a visitor, for the rows of the object's fields.
// - at.at_most_one("key", says): the same for the only item of a list; `says` refuses a second item.
#pragma once

#include <cstddef>
#include <limits>
#include <string>
#include <type_traits>

namespace aia::api {

// What is said of a value outside its bounds, behind the field's path: {least} and {most} stand for the bounds, {value}
// for the text, quoted.
inline constexpr const char* kFromTo = "must be from {least} to {most}";
inline constexpr const char* kAtMost = "must be at most {most}";
inline constexpr const char* kTooLong = "is longer than {most} bytes; shorten it";

/// Bounds of an integer or a duration, both included.
template <class T>
struct Range {
  T least;
  T most;
  const char* below = kFromTo;
  const char* above = kFromTo;
};

/// Bounds of a decimal number. Open: both are excluded.
struct Decimal {
  double least = 0;
  double most = std::numeric_limits<double>::infinity();
  bool open = false;
  const char* says;
};

/// Bounds of a text, in bytes. What is longer is cut where we write the text.
struct Text {
  std::size_t least = 0;
  std::size_t most;
  bool (*fits)(const std::string&) = nullptr;  ///< unset: any text
  const char* says = nullptr;                  ///< about a text without the right form
};

/// A text with two permitted words.
struct Either {
  const char* one;
  const char* other;
};

/// Bounds of the items of a list or a map. What is more is cut where we write the list.
struct Items {
  std::size_t least = 0;
  std::size_t most;
  const char* below = kFromTo;
  const char* above = kAtMost;
  bool newest_last = false;  ///< a list that is too long loses its beginning instead of its end
  bool numbered = true;      ///< whether messages about an item say its position, or only "[]"
};

/// A struct that lists its fields, for visitors of type `At`.
template <class T, class At>
concept Listed = requires(At& at, T& value) {
  T::fields(at, value);
};

/// The rule of type `Rule` among `rules`; nullptr if there is none.
template <class Rule, class... Rules>
constexpr const Rule* pick(const Rules&... rules) {
  const Rule* found = nullptr;
  const auto look = [&found](const auto& rule) {
    if constexpr (std::is_same_v<std::remove_cvref_t<decltype(rule)>, Rule>) found = &rule;
  };
  (look(rules), ...);
  return found;
}

}  // namespace aia::api
