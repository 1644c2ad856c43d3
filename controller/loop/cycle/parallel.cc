// Threads take the next index from a shared counter, so that a slow piece of work holds up no thread but its own. The
// threads live for one call and are joined at its end.
#include "controller/loop/cycle/parallel.h"

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

namespace aia::loop {

void in_parallel(std::size_t count, int threads, const std::function<void(std::size_t)>& work) {
  std::atomic<std::size_t> next{0};
  const auto take = [&] {
    for (std::size_t i = next.fetch_add(1); i < count; i = next.fetch_add(1)) work(i);
  };
  const auto helpers = std::min(count, static_cast<std::size_t>(std::max(threads, 1)));
  std::vector<std::jthread> others;
  for (std::size_t i = 1; i < helpers; ++i) others.emplace_back(take);
  take();
}

}  // namespace aia::loop
