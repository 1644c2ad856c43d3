// Memories of objects between cycles, by uid, so that an object that was deleted and created again starts afresh.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "base/time.h"

namespace aia::loop {

template <class State>
class StatesByUid {
 public:
  /// The state of `uid`, made from `from` if there is none. The address stays the same.
  template <class... From>
  State& of(const std::string& uid, From&&... from) {
    auto& state = states_[uid];
    if (!state) state = std::make_unique<State>(std::forward<From>(from)...);
    return *state;
  }

  /// Drops the states of objects that are gone.
  void keep_only(const std::set<std::string>& uids) {
    std::erase_if(states_, [&](const auto& entry) { return !uids.contains(entry.first); });
  }

  /// Moves all remembered times by `by`, after a jump of the wall clock (loop_clock.h).
  void shift(Millis by) {
    for (auto& [uid, state] : states_) state->shift(by);
  }

 private:
  std::map<std::string, std::unique_ptr<State>> states_;
};

}  // namespace aia::loop
