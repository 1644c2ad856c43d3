// Choosing parts by places: a forecaster belongs to a place, so parts that stay keep their places, and new parts fill
// the places of parts that fell out. This walk over `ranked` gives each new place the heaviest part without a place.
#include "controller/loop/demand/parts.h"

#include <algorithm>
#include <utility>

namespace aia::loop {
namespace {

constexpr int kLooksWithoutParts = 24;  // per season

bool is_in(const std::vector<std::string>& values, const std::string& value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

}  // namespace

bool Parts::due(WallTime now, Millis season) const {
  if (!looked_at_) return true;
  return now - *looked_at_ >= (values_.empty() ? season / kLooksWithoutParts : season);
}

std::vector<std::size_t> Parts::choose(const std::vector<std::string>& ranked, std::size_t most, WallTime now) {
  looked_at_ = now;
  std::vector<std::size_t> changed;
  if (ranked.size() < 2) return changed;
  auto next = ranked.begin();
  const auto successor = [&]() -> const std::string* {
    while (next != ranked.end() && is_in(values_, *next)) ++next;
    return next == ranked.end() ? nullptr : &*next++;
  };
  for (std::size_t place = 0; place < most; ++place) {
    const bool is_new = place == values_.size();
    if (!is_new && is_in(ranked, values_[place])) continue;
    const std::string* const value = successor();
    if (value == nullptr) break;
    if (is_new) values_.emplace_back();
    values_[place] = *value;
    changed.push_back(place);
  }
  return changed;
}

void Parts::resume(std::vector<std::string> values, WallTime then) {
  values_ = std::move(values);
  looked_at_ = then;
}

}  // namespace aia::loop
