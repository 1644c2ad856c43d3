// The worker takes jobs from the queue and runs them outside the lock. A job that throws is logged, and the thread goes
// on with the next job. The priority is the thread's own: on Linux, setpriority(2) with a thread's id sets the nice
// value of this thread only.
#include "controller/host/background_worker.h"

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <exception>
#include <nlohmann/json.hpp>
#include <utility>

#include "controller/serve/json_log.h"

namespace aia {
namespace {

constexpr int kLowPriority = 10;  // nice value; on a single core the loop goes first

}  // namespace

BackgroundWorker::BackgroundWorker(std::size_t most_waiting)
    : most_waiting_(most_waiting), thread_([this](const std::stop_token& stop) { work(stop); }) {}

BackgroundWorker::~BackgroundWorker() {
  thread_.request_stop();
  waiting_.notify_all();
}

bool BackgroundWorker::offer(std::function<void()> job) {
  {
    const std::lock_guard lock(mutex_);
    if (jobs_.size() >= most_waiting_) return false;
    jobs_.push_back(std::move(job));
  }
  waiting_.notify_one();
  return true;
}

void BackgroundWorker::work(const std::stop_token& stop) {
  ::pthread_setname_np(::pthread_self(), "worker");
  static_cast<void>(::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), kLowPriority));
  while (true) {
    std::function<void()> job;
    {
      std::unique_lock lock(mutex_);
      if (!waiting_.wait(lock, stop, [this] { return !jobs_.empty(); }) || stop.stop_requested()) return;
      job = std::move(jobs_.front());
      jobs_.pop_front();
    }
    try {
      job();
    } catch (const std::exception& failure) {
      serve::log_line(serve::LogLevel::Error, "a job in the background failed", {{"error", failure.what()}});
    }
  }
}

}  // namespace aia
