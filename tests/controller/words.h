// In tests, stable words are written as users read them: CHECK(condition("Ready").reason == "Active"). A word that does
// not exist fails the test: it would be unequal to everything, and so pass where something must not be said.
#pragma once

#include <ostream>
#include <stdexcept>
#include <string>
#include <string_view>

#include "controller/api/codes.h"

namespace aia::api {

inline bool operator==(Code code, std::string_view word) {
  if (code_of(word) == Code::Unknown && word != "Unknown")
    throw std::invalid_argument(std::string(word) + " is no code");
  return to_string(code) == word;
}

inline bool operator==(ConditionType type, std::string_view word) {
  if (!condition_type_of(word)) throw std::invalid_argument(std::string(word) + " is no type of a condition");
  return to_string(type) == word;
}

inline std::ostream& operator<<(std::ostream& out, Code code) {
  return out << to_string(code);
}

inline std::ostream& operator<<(std::ostream& out, ConditionType type) {
  return out << to_string(type);
}

}  // namespace aia::api
