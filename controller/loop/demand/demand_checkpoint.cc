// The layout is a preface of fixed size, the words that name the forecaster's input, then the forecaster's own sealed
// state. Each word carries its size, so that a truncated checkpoint is detected.
#include "controller/loop/demand/demand_checkpoint.h"

#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>

#include "forecasting/engine/checkpoint.h"

namespace aia::loop {
namespace {

const std::string kKind = "a demand of aiautoscaler, version 2";

struct Preface {
  std::int64_t newest_value_ms = 0;
  std::int64_t fed_to_ms = 0;
  std::uint64_t words_size = 0;
};

/// Returns the query, the label, the state of masking and the parts, each behind its size.
std::string words_of(const FedFrom& from) {
  std::string words;
  const auto put = [&](const std::string& word) {
    const std::uint64_t size = word.size();
    words.append(reinterpret_cast<const char*>(&size), sizeof size).append(word);
  };
  put(from.query), put(from.label);
  put({reinterpret_cast<const char*>(from.masking.data()), from.masking.size() * sizeof(double)});
  for (const std::string& part : from.parts) put(part);
  return words;
}

/// Reads words back. Unset: the text is truncated.
std::optional<std::vector<std::string>> words_in(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    std::uint64_t size = 0;
    if (text.size() < sizeof size) return std::nullopt;
    std::memcpy(&size, text.data(), sizeof size);
    text.remove_prefix(sizeof size);
    if (text.size() < size) return std::nullopt;
    words.emplace_back(text.substr(0, size));
    text.remove_prefix(size);
  }
  return words;
}

}  // namespace

std::vector<std::byte> pack(const FedFrom& from, std::span<const std::byte> state) {
  const std::string words = words_of(from);
  const Preface preface{from.newest_value.time_since_epoch().count(), from.fed_to.time_since_epoch().count(),
                        words.size()};
  std::vector<std::byte> content(sizeof(Preface) + words.size() + state.size());
  std::memcpy(content.data(), &preface, sizeof(Preface));
  std::memcpy(content.data() + sizeof(Preface), words.data(), words.size());
  std::memcpy(content.data() + sizeof(Preface) + words.size(), state.data(), state.size());
  return forecasting::seal(content, kKind);
}

Result<Unpacked> unpack(std::span<const std::byte> bytes) {
  const auto opened = forecasting::open(bytes, kKind);
  if (opened.refusal) return Error{ErrorKind::Invalid, *opened.refusal};
  Preface preface;
  if (opened.content.size() < sizeof(Preface)) return Error{ErrorKind::Invalid, "it was cut short"};
  std::memcpy(&preface, opened.content.data(), sizeof(Preface));
  const auto rest = opened.content.subspan(sizeof(Preface));
  if (preface.words_size > rest.size()) return Error{ErrorKind::Invalid, "it was cut short"};
  auto words = words_in({reinterpret_cast<const char*>(rest.data()), preface.words_size});
  if (!words || words->size() < 3 || (*words)[2].size() % sizeof(double) != 0)
    return Error{ErrorKind::Invalid, "it was cut short"};
  Unpacked unpacked;
  unpacked.from.query = std::move((*words)[0]);
  unpacked.from.label = std::move((*words)[1]);
  unpacked.from.masking.resize((*words)[2].size() / sizeof(double));
  if (!(*words)[2].empty()) std::memcpy(unpacked.from.masking.data(), (*words)[2].data(), (*words)[2].size());
  unpacked.from.parts.assign(words->begin() + 3, words->end());
  unpacked.from.newest_value = WallTime{Millis{preface.newest_value_ms}};
  unpacked.from.fed_to = WallTime{Millis{preface.fed_to_ms}};
  unpacked.state = rest.subspan(preface.words_size);
  return unpacked;
}

}  // namespace aia::loop
