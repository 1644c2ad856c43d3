// A fiber runs a function on a stack of its own, so that the function can stop in the middle and go on later. A
// controller's cycle waits in a fiber for an answer while the world and the other controller go on. One thread drives
// all fibers of a world. Fibers use ucontext(3) rather than threads, because a switch takes a microsecond and we choose
// the order of switches. The sanitizers are told of every switch.
#pragma once

#include <ucontext.h>

#include <cstddef>
#include <functional>
#include <memory>

namespace aia::simulation {

class Fiber {
 public:
  explicit Fiber(std::function<void()> body);
  ~Fiber();
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;

  /// Runs the body until the body suspends or ends. Not from within a fiber.
  void resume();
  [[nodiscard]] bool ended() const { return ended_; }

  /// The fiber that runs now; nullptr: none.
  static Fiber* current();
  /// Returns to the caller of resume(). From within this fiber only.
  void suspend();

 private:
  static void run(unsigned high, unsigned low);

  std::function<void()> body_;
  std::unique_ptr<char[]> stack_;  // NOLINT(modernize-avoid-c-arrays): raw memory
  ucontext_t inside_{}, outside_{};
  bool ended_ = false;
  // Notes of the sanitizers about both stacks.
  void* inside_note_ = nullptr;
  void* outside_note_ = nullptr;
  const void* outside_stack_ = nullptr;
  std::size_t outside_size_ = 0;
};

}  // namespace aia::simulation
