// Rotates the items within each namespace, then the namespaces, and deals the items out in rounds. Everything follows
// from `turn`, so no state is kept between calls.
#include "controller/api/turns_by_namespace.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>

namespace aia::api {

std::vector<std::size_t> turns_by_namespace(const std::vector<std::string>& namespaces, std::uint64_t turn) {
  std::map<std::string, std::vector<std::size_t>> by_name;
  for (std::size_t i = 0; i < namespaces.size(); ++i) by_name[namespaces[i]].push_back(i);
  std::vector<std::vector<std::size_t>> waiting;
  for (auto& [name, items] : by_name) {
    const auto later = static_cast<std::ptrdiff_t>(turn / by_name.size() % items.size());
    std::rotate(items.begin(), items.begin() + later, items.end());
    waiting.push_back(std::move(items));
  }
  std::vector<std::size_t> order;
  if (waiting.empty()) return order;
  const auto first = static_cast<std::ptrdiff_t>(turn % waiting.size());
  std::rotate(waiting.begin(), waiting.begin() + first, waiting.end());
  order.reserve(namespaces.size());
  for (std::size_t round = 0; !waiting.empty(); ++round) {
    std::erase_if(waiting, [&](const auto& items) { return items.size() <= round; });
    for (const auto& items : waiting) order.push_back(items[round]);
  }
  return order;
}

std::uint64_t turn_after(const std::vector<std::string>& namespaces, const std::string& last) {
  const std::set<std::string> names(namespaces.begin(), namespaces.end());
  const auto next = names.upper_bound(last);
  return next == names.end() ? 0 : static_cast<std::uint64_t>(std::distance(names.begin(), next));
}

}  // namespace aia::api
