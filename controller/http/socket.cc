// System calls on a socket. Failures to set an option are ignored: the options help, but a connection works without
// them. A stale connection is found by peeking a byte without waiting.
#include "controller/http/socket.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>

namespace aia::http {

void set_keepalive(int fd) {
  const int on = 1, idle_s = 10, interval_s = 5, probes = 2, unacknowledged_ms = 20'000;
  const int syn_resends = 2;
  setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle_s, sizeof idle_s);
  setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &interval_s, sizeof interval_s);
  setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &probes, sizeof probes);
  setsockopt(fd, IPPROTO_TCP, TCP_SYNCNT, &syn_resends, sizeof syn_resends);
  setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &unacknowledged_ms, sizeof unacknowledged_ms);
}

bool is_stale(int fd) {
  char byte = 0;
  const auto got = ::recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return got >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
}

AddressFamily::AddressFamily(const std::string& host) {
  in6_addr address{};
  if (inet_pton(AF_INET, host.c_str(), &address) == 1) value_ = AF_INET;
  if (inet_pton(AF_INET6, host.c_str(), &address) == 1) value_ = AF_INET6;
  is_address_ = value_ != 0;
}

void AddressFamily::learn(int fd) {
  sockaddr_storage own{};
  socklen_t size = sizeof own;
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&own), &size) == 0) value_ = own.ss_family;
}

void AddressFamily::forget() {
  if (!is_address_) value_ = 0;
}

}  // namespace aia::http
