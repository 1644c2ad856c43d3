// The result of a call that can fail. Error kinds exist only where the caller acts differently. The message is written
// for the on-call engineer: it names the field or the server and says what to do. Library exceptions never cross a
// module: the file that wraps the library catches them and returns an Error.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "base/invariant.h"

namespace aia {

enum class ErrorKind {
  Invalid,       ///< the input is wrong and will stay wrong: tell the user, do not retry
  NotFound,      ///< the object does not exist
  Conflict,      ///< somebody else wrote first: read again
  Gone,          ///< a watch cannot be resumed: list again
  Forbidden,     ///< RBAC says no
  Unauthorized,  ///< credentials were refused: read them again, then retry
  Throttled,     ///< the server asks to slow down: wait `retry_after`
  Unavailable,   ///< the server cannot be reached, broke off or answered nonsense: retry with back-off
  TooLarge,      ///< the answer is larger than allowed, and will be the next time: ask for less
  Timeout,       ///< no answer before the deadline
  NotLeading,    ///< the lease is not ours, or not for long enough: nothing was sent, the leader acts
  Internal,      ///< a fault in this program: the object gets no more writes, and the fault should be reported
};

/// The kind in lower-case words, for logs and metrics labels ("not-found").
constexpr const char* to_string(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::Invalid: return "invalid";
    case ErrorKind::NotFound: return "not-found";
    case ErrorKind::Conflict: return "conflict";
    case ErrorKind::Gone: return "gone";
    case ErrorKind::Forbidden: return "forbidden";
    case ErrorKind::Unauthorized: return "unauthorized";
    case ErrorKind::Throttled: return "throttled";
    case ErrorKind::Unavailable: return "unavailable";
    case ErrorKind::TooLarge: return "too-large";
    case ErrorKind::Timeout: return "timeout";
    case ErrorKind::NotLeading: return "not-leading";
    case ErrorKind::Internal: return "internal";
  }
  return "unknown";
}

struct Error {
  ErrorKind kind = ErrorKind::Invalid;
  std::string message;
  std::optional<std::chrono::milliseconds> retry_after{};
  bool answered = false;  ///< the server answered, and refused this one request: the server is not down

  /// Whether the request may have been carried out in spite of the error.
  [[nodiscard]] bool outcome_unknown() const { return kind == ErrorKind::Timeout || kind == ErrorKind::Unavailable; }

  /// Whether the error lasts until somebody acts. A server that was slow once says nothing about the next request.
  [[nodiscard]] bool is_lasting() const {
    return kind == ErrorKind::NotFound || kind == ErrorKind::Invalid || kind == ErrorKind::Forbidden;
  }

  /// The same error with the place in front: "where: message".
  [[nodiscard]] Error in(const std::string& where) const {
    return {kind, where + ": " + message, retry_after, answered};
  }
};

/// A value or an Error. Access to the absent one of the two throws BrokenInvariant.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT(google-explicit-constructor)
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  const T& value() const& { return has_value(), *std::get_if<0>(&state_); }
  T& value() & { return has_value(), *std::get_if<0>(&state_); }
  T&& value() && { return has_value(), std::move(*std::get_if<0>(&state_)); }
  const T& operator*() const& { return value(); }
  T& operator*() & { return value(); }
  const T* operator->() const { return &value(); }
  T* operator->() { return &value(); }
  [[nodiscard]] const Error& error() const {
    if (ok()) throw BrokenInvariant("the error of a result that has none was asked for");
    return *std::get_if<1>(&state_);
  }

 private:
  void has_value() const {
    if (!ok()) throw BrokenInvariant("the value of a failed result was asked for: " + error().message);
  }
  std::variant<T, Error> state_;
};

/// Success without a value: `return done;`.
struct Done {};
inline constexpr Done done{};
using Status = Result<Done>;

}  // namespace aia
