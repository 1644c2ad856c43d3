// cpprestsdk behind guards; no cpprestsdk type leaves this file. These faults were read in its source
// (http_client_asio.cpp) and seen at run time:
// - The library repeats a request when a reused connection was dropped, even a PATCH that had arrived. So every request
//   but GET and HEAD has a body that cannot be rewound, if only an empty body. The library then reports the drop
//   instead.
// - After such a drop the library may put a connection into its pool that was never opened. Writing there fails. A
//   request whose headers were not written completely is never acted on, so this failure is reported as NeverSent. So
//   is a kept-alive connection that is found closed just before its use.
// - The library follows redirects with the Authorization header: switched off.
// - The library reads the system's roots for each connection, and trusts them besides our CA: neither happens, see
//   tls.cc.
// - The library's default body buffer has no bound, and a chunk of size -1 would end the process: bodies go to a buffer
//   of our own.
// - The library's error codes lose their category: cpprest_failure.h.
// - The library takes an interim answer (1xx) for the final answer, and the final answer for the answer to the next
//   request on this connection. The library does not say which connection this was. So the first interim answer ends
//   all requests in flight on this client, and none of the client's connections is used again (InFlight).
// - Behind a proxy the library hands set_nativehandle_options a plain socket where the URL says https: so this client
//   is not used behind a proxy.
// - A task whose exception nobody reads ends the process: each task has a continuation that reads the exception.
//
// The library runs on a single thread, cancelling included. Its locks would allow more threads, but miss a case. A
// request is cancelled by closing its socket. If another thread is reading from this socket, asio uses memory that the
// close has freed (epoll_reactor::start_op: a crash in one of 100,000 cancelled answers). If this single thread waits,
// every request stands still. These calls wait there, or could wait:
// - A failed write to the body buffer: the library closes the buffer and waits for the close with get(). The close must
//   run on the waiting thread itself (cpprest, create_exception_checked_task), so refused answers stood still for ever.
//   Our buffer never fails and never waits: bytes that the exchange does not want are dropped. The thread that waits
//   for the answer cancels the request, which closes the connection.
// - The end of a request waits for a cancellation of this request on another thread: no other thread cancels.
// - close().get() of a request's body, on our thread, waits for the close (streambuf_state_manager::close): the body is
//   not closed, because its length is known.
// - TLS sends no goodbye (SSL_shutdown), and timers only close sockets. asio resolves names on a thread of its own: a
//   silent name server delays new connections, and their calls end at their deadlines.
// - Our own code runs there, too: Tls (reads files, verifies), prepare_socket, Exchange and its sink. Each takes a lock
//   for a moment. None of them may wait for an answer, for the loop or for a call of this client.
#include "controller/http/cpprest_client.h"

#define _TURN_OFF_PLATFORM_STRING
#include <cpprest/http_client.h>
#include <cpprest/producerconsumerstream.h>
#include <openssl/ssl.h>
#include <pplx/threadpool.h>
#include <pthread.h>

#include <cctype>
#include <limits>
#include <mutex>
#include <thread>
#include <vector>

#include "controller/http/cpprest_failure.h"
#include "controller/http/socket.h"

namespace aia::http {
namespace {

namespace asio = boost::asio;
namespace rest = web::http;
using TlsStream = asio::ssl::stream<asio::ip::tcp::socket&>;

/// Thrown from the socket callback; cpprestsdk makes the exception the request's result. Nothing was sent.
struct StaleConnection : std::runtime_error {
  StaleConnection() : std::runtime_error("closed while it was idle") {}
};

/// Thrown when the credentials of a connection cannot be prepared.
struct SetupFailure : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Receives body bytes from cpprestsdk and hands them to the exchange. Every write completes at once and in full.
class BodyBuffer final : public concurrency::streams::details::streambuf_state_manager<std::uint8_t> {
 public:
  explicit BodyBuffer(std::shared_ptr<Exchange> exchange)
      : streambuf_state_manager(std::ios_base::out), exchange_(std::move(exchange)) {}

  bool can_seek() const override { return false; }
  bool has_size() const override { return false; }
  std::size_t buffer_size(std::ios_base::openmode) const override { return 0; }
  void set_buffer_size(std::size_t, std::ios_base::openmode) override {}
  std::size_t in_avail() const override { return 0; }
  pos_type getpos(std::ios_base::openmode) const override { return pos_type(off_type(-1)); }
  pos_type seekpos(pos_type, std::ios_base::openmode) override { return pos_type(off_type(-1)); }
  pos_type seekoff(off_type, std::ios_base::seekdir, std::ios_base::openmode) override {
    return pos_type(off_type(-1));
  }
  bool acquire(std::uint8_t*&, std::size_t&) override { return false; }
  void release(std::uint8_t*, std::size_t) override {}

 protected:
  pplx::task<std::size_t> _putn(const std::uint8_t* bytes, std::size_t count) override {
    if (count > static_cast<std::size_t>(std::numeric_limits<int>::max()))
      exchange_->on_failure({Step::Body, "the server sent a chunk of negative size"});
    else
      exchange_->on_bytes({reinterpret_cast<const char*>(bytes), count});
    return pplx::task_from_result<std::size_t>(count);
  }
  pplx::task<int_type> _putc(std::uint8_t) override { return end_of_file(); }
  pplx::task<int_type> _bumpc() override { return end_of_file(); }
  int_type _sbumpc() override { return traits::eof(); }
  pplx::task<int_type> _getc() override { return end_of_file(); }
  int_type _sgetc() override { return traits::eof(); }
  pplx::task<int_type> _nextc() override { return end_of_file(); }
  pplx::task<int_type> _ungetc() override { return end_of_file(); }
  pplx::task<std::size_t> _getn(std::uint8_t*, std::size_t) override { return pplx::task_from_result<std::size_t>(0); }
  std::size_t _scopy(std::uint8_t*, std::size_t) override { return 0; }
  pplx::task<bool> _sync() override { return pplx::task_from_result(true); }
  std::uint8_t* _alloc(std::size_t) override { return nullptr; }
  void _commit(std::size_t) override {}

 private:
  static pplx::task<int_type> end_of_file() { return pplx::task_from_result<int_type>(traits::eof()); }
  const std::shared_ptr<Exchange> exchange_;
};

/// Runs before each request and sets keepalive on the socket. Refuses a kept socket if the server has closed it (end of
/// file) or has sent bytes unasked (a TLS alert).
void prepare_socket(asio::ip::tcp::socket& socket, AddressFamily& family) {
  if (socket.is_open()) {
    if (is_stale(socket.native_handle())) throw StaleConnection();
    family.learn(socket.native_handle());
  } else if (family.value() != 0) {
    boost::system::error_code ignored;
    socket.open(family.value() == AF_INET ? asio::ip::tcp::v4() : asio::ip::tcp::v6(), ignored);
  }
  if (socket.is_open()) set_keepalive(socket.native_handle());
}

Failure classify(std::exception_ptr pointer, const Tls* tls) {
  try {
    std::rethrow_exception(std::move(pointer));
  } catch (const StaleConnection& error) {
    return {Step::NeverSent, error.what()};
  } catch (const SetupFailure& error) {
    return {Step::Setup, error.what()};
  } catch (const rest::http_exception& error) {
    return cpprest_failure(error.what(), error.error_code().value(), tls != nullptr ? tls->refusal() : "");
  } catch (const std::exception& error) {
    return {Step::Read, error.what()};
  } catch (...) {
    return {Step::Read, "unknown error"};
  }
}

Headers lower_case(const rest::http_headers& headers) {
  Headers out;
  for (const auto& [name, value] : headers) out.emplace_back(http::lower_case(name), value);
  return out;
}

/// A body that can be read only once, without rewinding.
concurrency::streams::istream one_shot(const std::string& body) {
  concurrency::streams::producer_consumer_buffer<std::uint8_t> buffer;
  buffer.putn_nocopy(reinterpret_cast<const std::uint8_t*>(body.data()), body.size());  // copies the bytes at once
  return buffer.create_istream();
}

rest::http_request to_cpprest(const Request& request, const std::shared_ptr<Exchange>& exchange) {
  rest::http_request out(request.method);
  out.set_request_uri(web::uri(request.target));
  if (request.method != "GET" && request.method != "HEAD")
    out.set_body(one_shot(request.body), request.body.size(), "application/octet-stream");
  for (const auto& [name, value] : request.headers) out.headers()[name] = value;
  out.set_response_stream(concurrency::streams::ostream(
      concurrency::streams::streambuf<std::uint8_t>(std::make_shared<BodyBuffer>(exchange))));
  return out;
}

/// The exchanges in flight on a client, so that all can be ended together. Every callback that could hand on a wrong
/// answer runs on the library's only thread, after the report of the interim answer.
class InFlight {
 public:
  void add(const std::shared_ptr<Exchange>& exchange) {
    const std::lock_guard lock(mutex_);
    std::erase_if(exchanges_, [](const auto& one) { return one.expired(); });
    exchanges_.push_back(exchange);
  }

  void end_all(int status) {
    std::vector<std::weak_ptr<Exchange>> all;
    {
      const std::lock_guard lock(mutex_);
      usable_ = false;
      all.swap(exchanges_);
    }
    for (const auto& one : all)
      if (const auto exchange = one.lock())
        exchange->on_failure({Step::Read, "the server sent an interim answer (HTTP " + std::to_string(status) +
                                              "), so that no connection to it can be trusted: all are closed"});
  }

  [[nodiscard]] bool usable() {
    const std::lock_guard lock(mutex_);
    return usable_;
  }

 private:
  std::mutex mutex_;
  std::vector<std::weak_ptr<Exchange>> exchanges_;
  bool usable_ = true;
};

void make_thread() {
  try {
    // OpenSSL comes first, because destruction goes in reverse order and the thread must end before OpenSSL does.
    // Otherwise the thread uses freed memory, and the thread's own part of OpenSSL leaks.
    OPENSSL_init_ssl(0, nullptr);
    ::pthread_setname_np(::pthread_self(), "http");  // the library's thread inherits this name
    crossplat::threadpool::initialize_with_threads(1);
  } catch (const std::exception&) {
    // Other code of this process has made the thread pool already; that pool serves us, too.
  }
}

void use_one_thread() {
  static std::once_flag once;
  std::call_once(once, [] { std::jthread(make_thread).join(); });
}

}  // namespace

struct CpprestClient::Impl {
  std::shared_ptr<Tls> tls;
  std::shared_ptr<AddressFamily> family;
  rest::client::http_client client;
  std::shared_ptr<InFlight> in_flight = std::make_shared<InFlight>();
};

CpprestClient::CpprestClient(const BaseUrl& server, std::shared_ptr<Tls> tls, std::shared_ptr<AddressFamily> family,
                             std::chrono::seconds abandoned_after) {
  use_one_thread();
  rest::client::http_client_config config;
  config.set_timeout(abandoned_after);
  config.set_max_redirects(0);
  config.set_validate_certificates(tls == nullptr || tls->verifies());
  config.set_tlsext_sni_enabled(false);  // announced below, with the name that is verified
  config.set_nativehandle_options([family, tls](rest::client::native_handle handle) {
    if (tls == nullptr) return prepare_socket(*static_cast<asio::ip::tcp::socket*>(handle), *family);
    auto* stream = static_cast<TlsStream*>(handle);
    if (!stream->next_layer().is_open()) tls->announce_name(stream->native_handle());
    prepare_socket(stream->next_layer(), *family);
  });
  if (tls != nullptr) {
    config.set_ssl_context_callback([tls](asio::ssl::context& context) {
      if (auto status = tls->prepare(context.native_handle()); !status) throw SetupFailure(status.error().message);
    });
  }
  impl_ = std::make_unique<Impl>(Impl{tls, family, rest::client::http_client(web::uri(server.origin()), config)});
}

CpprestClient::~CpprestClient() = default;

bool CpprestClient::usable() const {
  return impl_->in_flight->usable();
}

std::function<void()> CpprestClient::start(const Request& request, const std::shared_ptr<Exchange>& exchange) {
  pplx::cancellation_token_source cancel;
  const auto fail = [exchange, tls = impl_->tls, family = impl_->family](std::exception_ptr why) {
    Failure failure = classify(std::move(why), tls.get());
    if (failure.step == Step::Connect) family->forget();
    exchange->on_failure(std::move(failure));
  };
  const auto observe_end = [exchange, fail](pplx::task<rest::http_response> whole) {
    try {
      whole.get();
      exchange->on_end();
    } catch (...) {
      fail(std::current_exception());
    }
  };
  impl_->in_flight->add(exchange);
  try {
    impl_->client.request(to_cpprest(request, exchange), cancel.get_token())
        .then([exchange, fail, observe_end, in_flight = impl_->in_flight](pplx::task<rest::http_response> head) {
          try {
            const rest::http_response response = head.get();
            constexpr int kFirstFinal = 200;
            if (response.status_code() < kFirstFinal) return in_flight->end_all(response.status_code());
            exchange->on_headers(response.status_code(), lower_case(response.headers()));
            response.content_ready().then(observe_end);
          } catch (...) {
            fail(std::current_exception());
          }
        });
  } catch (...) {
    fail(std::current_exception());
  }
  return [cancel] { crossplat::threadpool::shared_instance().service().post([cancel] { cancel.cancel(); }); };
}

}  // namespace aia::http
