// Around every swapcontext() the sanitizers are told which stack comes next; without these calls they report false
// errors. Source of the annotations: https://github.com/llvm/llvm-project/blob/main/compiler-rt/include/sanitizer/
// (common_interface_defs.h, tsan_interface.h). makecontext() passes ints only, so a pointer travels as two halves.
#include "simulation/fiber.h"

#include <bit>
#include <cstdint>
#include <utility>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define AIA_FIBER_ASAN 1
#elif __has_feature(thread_sanitizer)
#define AIA_FIBER_TSAN 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define AIA_FIBER_ASAN 1
#elif defined(__SANITIZE_THREAD__)
#define AIA_FIBER_TSAN 1
#endif
#if defined(AIA_FIBER_ASAN)
#include <sanitizer/common_interface_defs.h>
#elif defined(AIA_FIBER_TSAN)
#include <sanitizer/tsan_interface.h>
#endif

namespace aia::simulation {
namespace {

constexpr std::size_t kStackBytes = std::size_t{1} << 20U;
thread_local Fiber* running = nullptr;

}  // namespace

Fiber::Fiber(std::function<void()> body)
    : body_(std::move(body)), stack_(new char[kStackBytes]) {  // NOLINT: not zeroed, so that its pages stay untouched
  getcontext(&inside_);
  inside_.uc_stack.ss_sp = stack_.get();
  inside_.uc_stack.ss_size = kStackBytes;
  inside_.uc_link = nullptr;
  const auto self = std::bit_cast<std::uintptr_t>(this);
  const auto entry = reinterpret_cast<void (*)()>(&Fiber::run);  // NOLINT: makecontext's interface
  makecontext(&inside_, entry, 2, static_cast<unsigned>(self >> 32U), static_cast<unsigned>(self));
#if defined(AIA_FIBER_TSAN)
  inside_note_ = __tsan_create_fiber(0);
#endif
}

Fiber::~Fiber() {
#if defined(AIA_FIBER_TSAN)
  __tsan_destroy_fiber(inside_note_);
#endif
}

Fiber* Fiber::current() {
  return running;
}

void Fiber::run(unsigned high, unsigned low) {
  auto* self = std::bit_cast<Fiber*>((static_cast<std::uintptr_t>(high) << 32U) | low);
#if defined(AIA_FIBER_ASAN)
  __sanitizer_finish_switch_fiber(nullptr, &self->outside_stack_, &self->outside_size_);
#endif
  self->body_();
  self->ended_ = true;
  self->suspend();  // for ever
}

void Fiber::resume() {
  running = this;
#if defined(AIA_FIBER_ASAN)
  __sanitizer_start_switch_fiber(&outside_note_, stack_.get(), kStackBytes);
#elif defined(AIA_FIBER_TSAN)
  outside_note_ = __tsan_get_current_fiber();
  __tsan_switch_to_fiber(inside_note_, 0);
#endif
  swapcontext(&outside_, &inside_);
#if defined(AIA_FIBER_ASAN)
  __sanitizer_finish_switch_fiber(outside_note_, nullptr, nullptr);
#endif
  running = nullptr;
}

void Fiber::suspend() {
#if defined(AIA_FIBER_ASAN)
  __sanitizer_start_switch_fiber(ended_ ? nullptr : &inside_note_, outside_stack_, outside_size_);
#elif defined(AIA_FIBER_TSAN)
  __tsan_switch_to_fiber(outside_note_, 0);
#endif
  swapcontext(&inside_, &outside_);
#if defined(AIA_FIBER_ASAN)
  __sanitizer_finish_switch_fiber(inside_note_, &outside_stack_, &outside_size_);
#endif
}

}  // namespace aia::simulation
