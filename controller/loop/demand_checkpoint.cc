// Packing and unpacking; see demand_checkpoint.h.
#include "controller/loop/demand_checkpoint.h"

#include <array>
#include <cstdint>
#include <cstring>

#include "forecasting/checkpoint.h"

namespace aia::loop {
namespace {

const std::string kKind = "a demand of aiautoscaler";

struct Preface {
  std::int64_t newest_value_ms = 0;
  std::int64_t fed_to_ms = 0;
  std::uint64_t query_size = 0;
};

}  // namespace

std::vector<std::byte> pack(const FedFrom& from, std::span<const std::byte> state) {
  const Preface preface{from.newest_value.time_since_epoch().count(), from.fed_to.time_since_epoch().count(),
                        from.query.size()};
  std::vector<std::byte> content(sizeof(Preface) + from.query.size() + state.size());
  std::memcpy(content.data(), &preface, sizeof(Preface));
  std::memcpy(content.data() + sizeof(Preface), from.query.data(), from.query.size());
  std::memcpy(content.data() + sizeof(Preface) + from.query.size(), state.data(), state.size());
  return forecasting::seal(content, kKind);
}

Result<Unpacked> unpack(std::span<const std::byte> bytes) {
  const auto opened = forecasting::open(bytes, kKind);
  if (opened.refusal) return Error{ErrorKind::Invalid, *opened.refusal};
  Preface preface;
  if (opened.content.size() < sizeof(Preface)) return Error{ErrorKind::Invalid, "it was cut short"};
  std::memcpy(&preface, opened.content.data(), sizeof(Preface));
  const auto rest = opened.content.subspan(sizeof(Preface));
  if (preface.query_size > rest.size()) return Error{ErrorKind::Invalid, "it was cut short"};
  Unpacked unpacked;
  unpacked.from.query.assign(reinterpret_cast<const char*>(rest.data()), preface.query_size);
  unpacked.from.newest_value = WallTime{Millis{preface.newest_value_ms}};
  unpacked.from.fed_to = WallTime{Millis{preface.fed_to_ms}};
  unpacked.state = rest.subspan(preface.query_size);
  return unpacked;
}

}  // namespace aia::loop
