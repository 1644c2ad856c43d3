// Serves the smallest wish first. A wish below an equal part leaves its unused budget to the larger wishes behind it.
#include "controller/loop/cycle/fair_shares.h"

#include <algorithm>
#include <numeric>

namespace aia::loop {

std::vector<int> fair_shares(const std::vector<int>& wanted, int budget) {
  std::vector<std::size_t> order(wanted.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return wanted[a] < wanted[b]; });
  std::vector<int> shares(wanted.size());
  int left = std::max(0, budget);
  auto waiting = static_cast<int>(order.size());
  for (const auto i : order) {
    shares[i] = std::min(std::max(0, wanted[i]), left / waiting--);
    left -= shares[i];
  }
  return shares;
}

}  // namespace aia::loop
