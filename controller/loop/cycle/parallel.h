// Spreads independent pieces of work over several threads. Ten thousand forecasters learn in a cycle, or a thousand of
// them from their histories, and none knows of another.
#pragma once

#include <cstddef>
#include <functional>

namespace aia::loop {

/// Calls work(0) … work(count − 1), each once, on at most `threads` threads, the caller's among them; returns when all
/// are done. `work` must not throw, and calls for different indices must not touch the same data.
void in_parallel(std::size_t count, int threads, const std::function<void(std::size_t)>& work);

}  // namespace aia::loop
