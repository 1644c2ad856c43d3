// Stable words: each is unique, CamelCase, short enough for the CRDs, and comes back from its string.
#include "controller/api/codes.h"

#include <catch2/catch.hpp>
#include <regex>
#include <set>
#include <string>

namespace aia::api {
namespace {

template <class Enum>
std::vector<Enum> all_up_to(Enum last) {
  std::vector<Enum> all;
  for (int i = 0; i <= static_cast<int>(last); ++i) all.push_back(static_cast<Enum>(i));
  return all;
}

TEST_CASE("stable words: each is one CamelCase word of its own that comes back") {
  const std::regex camel_case("([A-Z][a-z]*)+");
  std::set<std::string> words;
  const auto check = [&](const std::string& word) {
    INFO(word);
    CHECK(words.insert(word).second);
    CHECK(std::regex_match(word, camel_case));
    CHECK(word.size() <= 64);  // as the CRDs bound a code
  };
  for (const Code code : all_up_to(kLastCode)) {
    check(to_string(code));
    CHECK(code_of(to_string(code)) == code);
  }
  for (const ConditionType type : all_up_to(kLastConditionType)) {
    check(to_string(type));
    CHECK(condition_type_of(to_string(type)) == type);
  }
}

TEST_CASE("a word that we do not know is told from those that we do") {
  for (const char* word : {"", "active", "Active ", "MetricMissing", "Ready"}) {
    INFO(word);
    CHECK(code_of(word) == Code::Unknown);
  }
  for (const char* word : {"", "ready", "Active", "Progressing"}) {
    INFO(word);
    CHECK_FALSE(condition_type_of(word));
  }
}

}  // namespace
}  // namespace aia::api
