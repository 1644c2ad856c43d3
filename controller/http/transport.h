// The clients' only access to the network: send a request, or stream a response. The code above builds requests and
// parses responses without I/O. So a test plays the server with strings, and an HTTP library stays replaceable
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
  Headers headers;     ///< without Authorization, which the transport adds
  std::string body;
  bool reads = false;              ///< a POST that changes nothing, as a query too long for a URL
  std::string tenant{};            ///< the tenant with the fewest bytes in flight goes next in a batch
  std::size_t max_body_bytes = 0;  ///< of the answer, if below the transport's limit; 0: the transport's limit
};

struct Response {
  int status = 0;
  Headers headers;  ///< names in lower case
  std::string body;
  /// The first value of a header (name in lower case); unset: there is no such header.
  [[nodiscard]] std::optional<std::string> header(std::string_view name) const;
};

/// A client certificate and its key, as PEM text.
struct ClientCertificate {
  std::string cert_pem, key_pem;
};

/// TLS as files or PEM text. A file is read again for every connection, so that a rotated file is picked up.
struct TlsOptions {
  std::string ca_file;  ///< this or ca_pem: the ONLY roots trusted; both empty: the system's roots
  std::string ca_pem;
  std::string cert_file, cert_pem;  ///< client certificate, optional
  std::string key_file, key_pem;
  /// Replaces the four members above when set. Asked for each connection, from any thread; both texts empty: no
  /// certificate.
  std::function<ClientCertificate()> client_certificate;
  std::string server_name;  ///< if set, the certificate is checked for this name instead of the host's
  bool insecure_skip_verify = false;
};

/// How often a call is tried within its deadline, and how long the pauses are. A longer Retry-After replaces a pause.
/// retry.h says which requests may be sent again.
struct RetryOptions {
  int attempts = 1;  ///< the first attempt included
  BackoffOptions wait{Millis(250), Millis(2'000)};
};

struct TransportOptions {
  std::string base_url;  ///< "https://host:port[/prefix]"
  TlsOptions tls;
  /// Asked before each attempt, from any thread. Waits for credentials, for `longest` at most. An Error is the
  /// request's answer (a credential plugin failed). Unset: there always are credentials.
  std::function<Status(Millis longest)> await_credentials;
  /// The value of the Authorization header, asked before each attempt, from any thread. Unset: no such header.
  std::function<std::optional<std::string>()> authorization;
  /// Makes further headers for an attempt: a signature. The request is complete, with prefix; `host` is the Host
  /// header. An Error is the request's answer. Called from any thread.
  std::function<Result<Headers>(const Request& request, const std::string& host)> sign;
  /// Called after a 401, to drop cached credentials. The request is then sent once more, unless the request is a
  /// stream.
  std::function<void()> on_unauthorized;
  std::string proxy;   ///< "http://[user:password@]host:port" in front of the server; empty: no proxy
  RetryOptions retry;  ///< of calls; a stream is never repeated
  std::string user_agent = "aiautoscaler";
  std::size_t max_body_bytes = 256U << 20U;  ///< a larger answer is an Error, not an out-of-memory kill
  /// For all answers of a batch in flight. Each answer counts with its largest allowed size. A single call is always
  /// allowed.
  std::size_t max_bytes_under_way = std::numeric_limits<std::size_t>::max();
};

/// Receives body bytes as they arrive; returns false to end the stream. Must not throw. Called from a transport thread.
using ChunkSink = std::function<bool(std::string_view)>;

/// Receives the answer to request number `request`. May throw; the batch is then given up.
using AnswerSink = std::function<void(std::size_t request, Result<Response> answer)>;

class Transport {
 public:
  virtual ~Transport() = default;

  /// Sends a request and returns the answer, never later than `deadline`. Any HTTP status is a Response. Errors:
  /// Unavailable (connect, TLS, cut off; the message says which, a certificate problem names the CA), Timeout, TooLarge
  /// (the answer exceeds its limit) and Throttled (no attempt within the deadline). Requests are sent again as
  /// RetryOptions and retry.h say; a read is also sent again after a dropped keep-alive connection. A mutation is never
  /// sent again once the server may have acted.
  virtual Result<Response> send(const Request& request, Millis deadline) = 0;

  /// Sends all requests side by side, under a common deadline: requests that hang do not delay the other requests. Each
  /// answer is handed over as it arrives, once, on the calling thread. So only answers in flight are kept in memory.
  virtual void send_each(const std::vector<Request>& requests, Millis deadline, const AnswerSink& take) = 0;

  /// As send_each(), but returns all answers, in the order of the requests.
  std::vector<Result<Response>> send_all(const std::vector<Request>& requests, Millis deadline);

  /// Streams the body of a 2xx to `sink`. Ends when the server ends the stream, the sink returns false, `stop` is
  /// requested, or nothing arrives for `inactivity` (for the headers: 20 s at most). Returns status and headers; also
  /// the body if the status is not 2xx. Errors: Timeout after silence; Unavailable if the stream breaks off, or is
  /// stopped before the headers arrive; TooLarge for the body of another status. The sink is not called after the
  /// return.
  virtual Result<Response> stream(const Request& request, const ChunkSink& sink, std::stop_token stop,
                                  Millis inactivity) = 0;
};

}  // namespace aia::http
