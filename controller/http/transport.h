// The one door to the network for clients: send a request, or stream a response. Everything above it builds requests
// and parses responses without I/O, so that a test plays the server with strings and an HTTP library stays replaceable
// (docs/decisions/0019). Implementations: make_transport.h.
#pragma once

#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "controller/http/backoff.h"

namespace aia::http {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct Request {
  std::string method = "GET";
  std::string target;  ///< path and query, already percent-encoded, starting with '/'
  Headers headers;     ///< without Authorization: the transport adds it
  std::string body;
  bool reads = false;              ///< a POST that changes nothing: a query that is too long for a URL
  std::string tenant{};            ///< of a batch, those of whom least is under way go next
  std::size_t max_body_bytes = 0;  ///< of its answer, where that is less than the transport's; 0: the transport's
};

struct Response {
  int status = 0;
  Headers headers;  ///< names in lower case
  std::string body;
  /// First value of a header (name in lower case), if any.
  [[nodiscard]] std::optional<std::string> header(std::string_view name) const;
};

/// PEM text.
struct ClientCertificate {
  std::string cert_pem, key_pem;
};

/// TLS as files or PEM text; a file is read again for every connection, so that a rotated one is picked up.
struct TlsOptions {
  std::string ca_file;  ///< with ca_pem: the ONLY roots trusted; both empty: the system's roots
  std::string ca_pem;
  std::string cert_file, cert_pem;  ///< client certificate, optional
  std::string key_file, key_pem;
  /// Takes the place of those when set: asked for each connection, from any thread; both empty: none.
  std::function<ClientCertificate()> client_certificate;
  std::string server_name;  ///< checked instead of the host's name when set
  bool insecure_skip_verify = false;
};

/// How often a call is tried within its deadline, and how long it waits in between; a Retry-After counts where it is
/// longer. What may be sent again: retry.h.
struct RetryOptions {
  int attempts = 1;  ///< the first one included
  BackoffOptions wait{Millis(250), Millis(2'000)};
};

struct TransportOptions {
  std::string base_url;  ///< "https://host:port[/prefix]"
  TlsOptions tls;
  /// Asked before each attempt, from any thread: waits until there are credentials, for `longest` at most. An Error is
  /// the request's answer (a credential plugin failed). Unset: there always are.
  std::function<Status(Millis longest)> await_credentials;
  /// Value of the Authorization header, asked before each request; unset: none. Called from any thread.
  std::function<std::optional<std::string>()> authorization;
  /// More headers of one attempt, made from all of the request as it will be sent, prefix and `host` included: a
  /// signature. An Error is the request's answer. Called from any thread.
  std::function<Result<Headers>(const Request& request, const std::string& host)> sign;
  /// Called after a 401, so that cached credentials are dropped; the request is then sent once more if it was not a
  /// stream.
  std::function<void()> on_unauthorized;
  std::string proxy;   ///< "http://[user:password@]host:port" in front of the server; empty: none
  RetryOptions retry;  ///< of calls; a stream is never repeated
  std::string user_agent = "aiautoscaler";
  std::size_t max_body_bytes = 256U << 20U;  ///< a larger answer is an Error, not an out-of-memory kill
  /// Of all answers of a batch that are on their way, each counted as large as it may become; one is always allowed.
  std::size_t max_bytes_under_way = std::numeric_limits<std::size_t>::max();
};

/// Receives body bytes as they arrive; false ends the stream. Must not throw. Called from a transport thread.
using ChunkSink = std::function<bool(std::string_view)>;

/// Receives the answer to the request with this number. May throw: the rest is given up.
using AnswerSink = std::function<void(std::size_t request, Result<Response> answer)>;

class Transport {
 public:
  virtual ~Transport() = default;

  /// Any HTTP status is a Response; Errors are Unavailable (connect, TLS, cut off; the message says which, a
  /// certificate problem names the CA) and Timeout, never later than `deadline`. GETs are retried once on a dropped
  /// keep-alive connection, and as `retry` says; a mutation never is once it may have been acted on.
  virtual Result<Response> send(const Request& request, Millis deadline) = 0;

  /// All side by side, one deadline for the batch: requests that hang cost the others nothing. Each answer is handed
  /// over as it comes, once, on the calling thread, so that no more of them are kept than are on their way.
  virtual void send_each(const std::vector<Request>& requests, Millis deadline, const AnswerSink& take) = 0;

  /// The same, answers in order.
  std::vector<Result<Response>> send_all(const std::vector<Request>& requests, Millis deadline);

  /// Streams the body of a 2xx to `sink` until the server ends it, the sink says stop, `stop` is requested, or nothing
  /// arrived for `inactivity` (for the headers: 20 s at most). Returns status and headers, and the body only when the
  /// status is not 2xx. Silence is a Timeout, a stream that breaks off or is stopped before the headers came is
  /// Unavailable. The sink is not called after the return.
  virtual Result<Response> stream(const Request& request, const ChunkSink& sink, std::stop_token stop,
                                  Millis inactivity) = 0;
};

}  // namespace aia::http
