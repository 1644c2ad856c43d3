// Both sides of an exchange meet here under a single lock. Bytes may overtake the headers, because cpprestsdk hands
// over the headers in a separate task. So early bytes wait until the status decides whether they belong to the sink.
// Unwanted bytes are dropped: the transport's threads never wait, and memory stays within the limit.
#include "controller/http/exchange.h"

#include <utility>

namespace aia::http {

void Signal::notify() {
  {
    const std::lock_guard lock(mutex_);
    ++events_;
  }
  changed_.notify_all();
}

std::uint64_t Signal::events() {
  const std::lock_guard lock(mutex_);
  return events_;
}

void Signal::wait(std::uint64_t seen, SteadyTime until) {
  std::unique_lock lock(mutex_);
  changed_.wait_until(lock, until, [&] { return events_ != seen; });
}

Exchange::Exchange(std::shared_ptr<Signal> signal, std::size_t max_body_bytes, const ChunkSink* sink)
    : signal_(std::move(signal)), max_body_bytes_(max_body_bytes), sink_(sink) {
  progress_.last_activity = std::chrono::steady_clock::now();
}

void Exchange::on_headers(int status, Headers headers) noexcept {
  const std::lock_guard lock(mutex_);
  if (!attached_ || progress_.done) return;
  response_.status = status;
  response_.headers = std::move(headers);
  progress_.headers = true;
  progress_.last_activity = std::chrono::steady_clock::now();
  const std::string early = std::exchange(early_, {});
  if (!early.empty()) take(early);
}

void Exchange::on_bytes(std::string_view bytes) noexcept {
  const std::lock_guard lock(mutex_);
  if (!attached_ || progress_.done) return;
  progress_.last_activity = std::chrono::steady_clock::now();
  progress_.bytes += bytes.size();
  take(bytes);
}

void Exchange::take(std::string_view bytes) {
  try {
    deliver(bytes);
  } catch (const std::exception& error) {
    fail({Step::Limit, error.what()});
  }
}

void Exchange::deliver(std::string_view bytes) {
  if (progress_.headers && sink_ != nullptr && response_.status >= 200 && response_.status < 300) {
    if ((*sink_)(bytes)) return;
    progress_.stopped_by_sink = true;
    return finish();
  }
  std::string& kept = progress_.headers ? response_.body : early_;
  if (bytes.size() > max_body_bytes_ - kept.size())
    return fail({Step::Limit, "more than " + std::to_string(max_body_bytes_) + " bytes (max_body_bytes)"});
  kept.append(bytes);
}

void Exchange::on_end() noexcept {
  const std::lock_guard lock(mutex_);
  if (!progress_.done) finish();
}

void Exchange::on_failure(Failure failure) noexcept {
  const std::lock_guard lock(mutex_);
  if (!progress_.done) fail(std::move(failure));
}

void Exchange::fail(Failure failure) {
  failure_ = std::move(failure);
  finish();
}

void Exchange::finish() {
  progress_.done = true;
  signal_->notify();
}

Exchange::Progress Exchange::progress() {
  const std::lock_guard lock(mutex_);
  return progress_;
}

void Exchange::detach() {
  const std::lock_guard lock(mutex_);
  attached_ = false;
}

Response Exchange::take_response() {
  const std::lock_guard lock(mutex_);
  return std::move(response_);
}

std::optional<Failure> Exchange::failure() {
  const std::lock_guard lock(mutex_);
  return failure_;
}

}  // namespace aia::http
