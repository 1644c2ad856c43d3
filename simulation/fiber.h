// A body that can stop in the middle and go on later, on a stack of its own: how a controller's cycle waits for an
// answer while the world, and the other controller, go on. One thread drives all fibers of a world; ucontext(3) rather
// than threads, because a switch is a microsecond and its order is ours. The sanitizers are told of every switch.
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

  /// Runs the body until it suspends or ends. Not from within a fiber.
  void resume();
  [[nodiscard]] bool ended() const { return ended_; }

  /// The fiber that runs now; nullptr: none.
  static Fiber* current();
  /// Back to whoever resumed it. From within it only.
  void suspend();

 private:
  static void run(unsigned high, unsigned low);

  std::function<void()> body_;
  std::unique_ptr<char[]> stack_;  // NOLINT(modernize-avoid-c-arrays): raw memory
  ucontext_t inside_{}, outside_{};
  bool ended_ = false;
  // What the sanitizers want to know of either side.
  void* inside_note_ = nullptr;
  void* outside_note_ = nullptr;
  const void* outside_stack_ = nullptr;
  std::size_t outside_size_ = 0;
};

}  // namespace aia::simulation
