// Socket functions of the operating system, unused by the HTTP library: keepalive, and whether the peer is still there.
// Source: Linux, tcp(7), socket(7).
#pragma once

#include <atomic>
#include <string>

namespace aia::http {

/// Sets the limits for a dead peer. A dead peer is noticed within about 20 s, by probes while idle and by a limit on
/// unacknowledged data. A connect without an answer ends after 7 s (11 s from Linux 6.5 on, which sends the first SYNs
/// every second). Without these limits, a network that was cut for minutes and is back goes unnoticed for a minute or
/// more, because both ends double their waits.
void set_keepalive(int fd);

/// True for an idle connection that must not be used: the server has closed it, or has sent bytes unasked (a TLS
/// alert).
bool is_stale(int fd);

/// The address family of a host, as far as known. For an IP address the family is certain. For a name the family is
/// learnt from a connection that has served a request. The reason: the HTTP library resolves and connects in a single
/// step, but a socket must be open before it can be given options.
class AddressFamily {
 public:
  explicit AddressFamily(const std::string& host);
  /// AF_INET or AF_INET6; 0: unknown.
  [[nodiscard]] int value() const { return value_; }
  /// Learns the family of a connection that has served a request.
  void learn(int fd);
  /// Forgets the family of a name after a failed connect: the name may now lead elsewhere.
  void forget();

 private:
  bool is_address_ = false;
  std::atomic<int> value_{0};
};

}  // namespace aia::http
