// Feeds Beast's parser and turns its errors into words for an engineer. Beast 1.74 needs help here. The end of chunks
// reaches the parser as at least five bytes. A status line without a reason gets its space back. An answer with much
// framing and little body has a limit of its own. A refused answer is not read to its end: the owner of the connection
// closes the connection.
#include "controller/http/answer_reader.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <boost/beast/http/basic_parser.hpp>
#include <limits>
#include <utility>

#include "controller/http/url.h"

namespace aia::http {
namespace {

namespace beast = boost::beast;
using beast::http::error;

constexpr std::size_t kShortestEnd = 5;  ///< "0\r\n\r\n", the end of chunks; Beast 1.74 asserts so many bytes
constexpr int kFirstInterim = 100, kSwitchingProtocols = 101, kFirstFinal = 200;  // statuses

}  // namespace

/// Decodes gzip in pieces and hands on each piece at once. The receiver of the pieces bounds the decoded size.
class AnswerReader::Inflater {
 public:
  Inflater() { ready_ = inflateInit2(&stream_, kAnyHeader) == Z_OK; }
  ~Inflater() { inflateEnd(&stream_); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  /// Returns false if the bytes are not gzip. `take` returns false to stop the decoding.
  template <class Take>
  bool put(std::string_view bytes, Take take) {
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));  // zlib does not write there
    stream_.avail_in = static_cast<uInt>(bytes.size());
    while (ready_ && !ended_) {
      std::array<char, 1U << 14U> out;
      stream_.next_out = reinterpret_cast<Bytef*>(out.data());
      stream_.avail_out = out.size();
      const int status = inflate(&stream_, Z_NO_FLUSH);
      if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR) return false;
      const std::size_t size = out.size() - stream_.avail_out;
      if (size > 0 && !take(std::string_view(out.data(), size))) return true;
      ended_ = status == Z_STREAM_END;
      if (size < out.size()) break;  // the bytes are used up
    }
    return ready_ && (!ended_ || stream_.avail_in == 0);
  }

  [[nodiscard]] bool ended() const { return ended_; }

 private:
  static constexpr int kAnyHeader = 15 + 32;  ///< the largest window; the header decides between gzip and zlib
  z_stream stream_{};
  bool ready_ = false;
  bool ended_ = false;
};

/// Hands on the findings of Beast's parser. A virtual function ends the parsing by setting an error.
class AnswerReader::Parser final : public beast::http::basic_parser<false> {
 public:
  Parser(Exchange& exchange, const AnswerLimits& limits) : exchange_(exchange) {
    header_limit(static_cast<std::uint32_t>(limits.header_bytes));
    body_limit(exchange.is_stream() ? std::numeric_limits<std::uint64_t>::max() : exchange.max_body_bytes());
    eager(true);
  }

  [[nodiscard]] int status() const { return status_; }
  [[nodiscard]] bool awaits_chunk() const { return awaits_chunk_; }
  [[nodiscard]] const std::string& refusal() const { return refusal_; }
  [[nodiscard]] bool is_cut_off() const { return inflater_ && !inflater_->ended(); }

 private:
  using Code = beast::error_code;

  void on_request_impl(beast::http::verb, beast::string_view, beast::string_view, int, Code&) override {}
  void on_response_impl(int status, beast::string_view, int, Code& code) override {
    status_ = status;
    if (status < kFirstInterim || status == kSwitchingProtocols)
      refuse("its status is " + std::to_string(status) + ", which nobody asked for", code);
  }

  void on_field_impl(beast::http::field field, beast::string_view name, beast::string_view value, Code& code) override {
    if (in_body_) return;  // a field of the trailer: ignored
    using beast::http::field::content_encoding;
    using beast::http::field::transfer_encoding;
    if (field == transfer_encoding && in_lower_case(value) != "chunked")
      return refuse("its Transfer-Encoding is '" + shown(value) + "'", code);
    if (field == content_encoding) encoding_ = in_lower_case(value);
    headers_.emplace_back(in_lower_case(name), value);
  }

  void on_header_impl(Code& code) override {
    in_body_ = true;
    if (status_ < kFirstFinal) return;
    if (encoding_ == "gzip" || encoding_ == "x-gzip" || encoding_ == "deflate")
      inflater_ = std::make_unique<Inflater>();
    else if (!encoding_.empty() && encoding_ != "identity")
      return refuse("its Content-Encoding is '" + shown(encoding_) + "', which nobody asked for", code);
    exchange_.on_headers(status_, std::move(headers_));
  }

  void on_body_init_impl(const boost::optional<std::uint64_t>&, Code&) override { awaits_chunk_ = chunked(); }

  std::size_t on_body_impl(beast::string_view body, Code& code) override {
    take({body.data(), body.size()}, code);
    return body.size();
  }

  void on_chunk_header_impl(std::uint64_t, beast::string_view, Code&) override { awaits_chunk_ = false; }

  std::size_t on_chunk_body_impl(std::uint64_t remain, beast::string_view body, Code& code) override {
    take({body.data(), body.size()}, code);
    awaits_chunk_ = remain == body.size();
    return body.size();
  }

  void on_finish_impl(Code&) override {}

  void take(std::string_view bytes, Code& code) {
    if (!inflater_) return deliver(bytes, code);
    const auto decoded = [&](std::string_view part) {
      deliver(part, code);
      return !code;
    };
    if (!inflater_->put(bytes, decoded) && !code) refuse("its gzip encoding is broken", code);
  }

  /// An exchange that is done takes no more bytes, and its result stands. The error code only ends the parsing.
  void deliver(std::string_view bytes, Code& code) {
    exchange_.on_bytes(bytes);
    if (exchange_.progress().done) code = error::body_limit;
  }

  void refuse(std::string why, Code& code) {
    refusal_ = std::move(why);
    code = error::bad_value;
  }

  static std::string in_lower_case(beast::string_view text) { return lower_case({text.data(), text.size()}); }

  static std::string shown(beast::string_view text) {
    std::string out(text.substr(0, 40));
    std::replace_if(
        out.begin(), out.end(), [](unsigned char c) { return c < ' ' || c > '~'; }, '?');
    return out;
  }

  Exchange& exchange_;
  int status_ = 0;
  Headers headers_;
  std::string encoding_;
  std::string refusal_;
  std::unique_ptr<Inflater> inflater_;
  bool in_body_ = false;
  bool awaits_chunk_ = false;
};

namespace {

/// Restores the space after the status. Some servers that send no reason leave out this space, too; Beast insists on it
/// (RFC 9112, 4).
void mend_status_line(std::string& bytes) {
  constexpr std::size_t kStatusEnd = 12;  // "HTTP/1.1 200"
  if (bytes.size() > kStatusEnd && bytes.starts_with("HTTP/1.") && bytes[kStatusEnd] == '\r')
    bytes.insert(kStatusEnd, " ");
}

std::string in_words(const beast::error_code& code) {
  if (code == error::bad_version || code == error::bad_status || code == error::bad_reason)
    return "what came is not HTTP";
  if (code == error::bad_chunk) return "a chunk's size is not a number";
  if (code == error::bad_content_length) return "its Content-Length is not a number, or there are two";
  if (code == error::bad_transfer_encoding) return "it says two lengths";
  return "its header or framing is not HTTP (" + code.message() + ")";
}

}  // namespace

AnswerReader::AnswerReader(Exchange& exchange, AnswerLimits limits)
    : exchange_(exchange), limits_(limits), parser_(std::make_unique<Parser>(exchange, limits_)) {}

AnswerReader::~AnswerReader() = default;

AnswerReader::State AnswerReader::feed(std::string_view bytes) {
  total_bytes_ += bytes.size();
  if (is_too_large())
    return fail(Step::Limit, "its framing alone takes more than the " + std::to_string(exchange_.max_body_bytes()) +
                                 " bytes that a body may have (max_body_bytes)");
  if (pending_.empty() && parser_->is_header_done() && !parser_->awaits_chunk()) return put(bytes);
  pending_ += bytes;
  if (parser_->awaits_chunk() && pending_.size() < kShortestEnd) return State::NeedsMore;
  if (!parser_->is_header_done()) mend_status_line(pending_);
  return put(std::exchange(pending_, {}));
}

AnswerReader::State AnswerReader::put(std::string_view bytes) {
  beast::error_code code;
  bytes.remove_prefix(parser_->put(boost::asio::const_buffer(bytes.data(), bytes.size()), code));
  const bool header_is_long = bytes.size() > limits_.header_bytes && code == error::need_more;
  if (code == error::header_limit || header_is_long)
    return fail(Step::Limit, "a header of more than " + std::to_string(limits_.header_bytes) + " bytes");
  if (code == error::body_limit)
    return fail(Step::Limit, "more than " + std::to_string(exchange_.max_body_bytes()) + " bytes (max_body_bytes)");
  if (code && code != error::need_more)
    return fail(Step::Refused, parser_->refusal().empty() ? in_words(code) : parser_->refusal());
  if (parser_->is_done()) return end_one(bytes);
  pending_.assign(bytes);
  return State::NeedsMore;
}

/// An answer has ended, final or interim; `rest` are the bytes behind the answer.
AnswerReader::State AnswerReader::end_one(std::string_view rest) {
  if (parser_->status() >= kFirstFinal) {
    keep_ = rest.empty() && parser_->keep_alive();
    return end_answer();
  }
  if (++interim_answers_ > limits_.interim_answers)
    return fail(Step::Limit, "more than " + std::to_string(limits_.interim_answers) + " interim answers (1xx)");
  parser_ = std::make_unique<Parser>(exchange_, limits_);
  if (rest.empty()) return State::NeedsMore;
  std::string next(rest);
  mend_status_line(next);
  return put(next);
}

AnswerReader::State AnswerReader::feed_end() {
  if (!parser_->got_some())
    return fail(Step::Read, begun() ? "only interim answers (1xx) came" : "the server closed the connection");
  beast::error_code code;
  parser_->put_eof(code);
  if (code || !parser_->is_done())
    return fail(parser_->is_header_done() ? Step::Body : Step::Read, "the server closed the connection");
  return end_answer();
}

AnswerReader::State AnswerReader::end_answer() {
  if (parser_->is_cut_off()) return fail(Step::Refused, "its gzip encoding does not end");
  exchange_.on_end();
  return State::Done;
}

AnswerReader::State AnswerReader::fail(Step step, std::string why) {
  keep_ = false;
  exchange_.on_failure({step, std::move(why)});
  return State::Failed;
}

/// Allows as much framing as body, because the smallest chunks are mostly framing.
bool AnswerReader::is_too_large() const {
  return !exchange_.is_stream() &&
         total_bytes_ > 2 * static_cast<std::uint64_t>(exchange_.max_body_bytes()) + 2 * limits_.header_bytes;
}

}  // namespace aia::http
