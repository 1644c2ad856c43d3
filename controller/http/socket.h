// What the operating system knows about a connection that the HTTP library does not ask: whether the other end is still
// there. Source: Linux, tcp(7), socket(7).
#pragma once

#include <atomic>
#include <string>

namespace aia::http {

/// A dead peer is noticed within about 20 s, by probes while idle and by a limit on unacknowledged data; a connect that
/// nobody answers ends after 7 s (11 s from Linux 6.5 on, which sends the first SYNs at every second). Without it a
/// network that was cut for minutes and is back is not noticed for a minute or more, because both ends double their
/// waits.
void set_keepalive(int fd);

/// True for an idle connection that the server has closed or says something on unasked (a TLS alert): do not use it.
bool is_stale(int fd);

/// Which address family a host has, as far as known. An address has one; for a name it is learnt from a connection that
/// served, because the HTTP library resolves and connects in one go, and a socket must be open before it can be given
/// options.
class AddressFamily {
 public:
  explicit AddressFamily(const std::string& host);
  /// AF_INET or AF_INET6; 0: not known.
  [[nodiscard]] int value() const { return value_; }
  /// This connection to the host has served.
  void learn(int fd);
  /// No connection came to be: perhaps the name leads elsewhere now.
  void forget();

 private:
  bool is_address_ = false;
  std::atomic<int> value_{0};
};

}  // namespace aia::http
