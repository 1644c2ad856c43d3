// Work over several threads for as long as it takes, each piece on its own: what ten thousand forecasters learn in a
// cycle, or a thousand of them from their history, knows nothing of each other.
#pragma once

#include <cstddef>
#include <functional>

namespace aia::loop {

/// Calls work(0) … work(count − 1), each once, on at most `threads` threads, the caller's among them; returns when all
/// are done. `work` must not throw. What it does to different indices must not meet.
void in_parallel(std::size_t count, int threads, const std::function<void(std::size_t)>& work);

}  // namespace aia::loop
