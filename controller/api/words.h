// Enums and the words that users read and write for them. A table per enum, in the order of its enumerators, translates
// both ways: `words_of(Enum)` returns the table, and a static_assert beside the table checks that the table is
// complete.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace aia::api {

template <class Enum>
struct Word {
  Enum value;
  const char* text;
};

/// True if each value stands at its own index, up to `last`.
template <class Enum, std::size_t n>
constexpr bool is_complete(const std::array<Word<Enum>, n>& words, Enum last) {
  for (std::size_t i = 0; i < n; ++i)
    if (static_cast<std::size_t>(words[i].value) != i) return false;
  return words.back().value == last;
}

/// The value whose word is `text`; unset: there is none.
template <class Enum, std::size_t n>
constexpr std::optional<Enum> find_word(const std::array<Word<Enum>, n>& words, std::string_view text) {
  for (const Word<Enum>& word : words)
    if (word.text == text) return word.value;
  return std::nullopt;
}

/// An enum with a table of its own.
template <class Enum>
concept Worded = requires(Enum value) {
  words_of(value);
};

template <Worded Enum>
constexpr const char* to_string(Enum value) {
  return words_of(value).at(static_cast<std::size_t>(value)).text;
}

}  // namespace aia::api
