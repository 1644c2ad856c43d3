// What the operating system knows about a connection that the HTTP library does not ask: whether the other end is still
// there. Source: Linux, tcp(7), socket(7).
#pragma once

namespace aia::http {

/// Notices a dead peer within about half a minute, by probes while idle and by a limit on unacknowledged data.
void set_keepalive(int fd);

/// True for an idle connection that the server has closed or says something on unasked (a TLS alert): do not use it.
bool is_stale(int fd);

}  // namespace aia::http
