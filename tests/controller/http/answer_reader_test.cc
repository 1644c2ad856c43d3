// One answer in whatever pieces it comes: what is read, what is refused and why, and that nothing grows beyond its
// bound.
#include "controller/http/answer_reader.h"

#include <zlib.h>

#include <catch2/catch.hpp>

using namespace aia;
using namespace aia::http;

namespace {

using State = AnswerReader::State;

constexpr std::size_t kLimit = 10'000;

struct Read {
  State state = State::NeedsMore;
  int status = 0;
  std::string body;
  std::string refusal;
  bool keep = false;
};

/// `raw` in pieces of `piece` bytes, then the end of the connection if `closes`.
Read read(std::string_view raw, std::size_t piece, bool closes = false) {
  Exchange exchange(std::make_shared<Signal>(), kLimit);
  AnswerReader reader(exchange);
  Read out;
  while (!raw.empty() && out.state == State::NeedsMore) {
    out.state = reader.feed(raw.substr(0, piece));
    raw.remove_prefix(std::min(piece, raw.size()));
  }
  if (closes && out.state == State::NeedsMore) out.state = reader.feed_end();
  out.keep = out.state == State::Done && reader.may_keep() && raw.empty();
  if (const auto failure = exchange.failure()) out.refusal = to_error(*failure, "server").message;
  CHECK(exchange.progress().done == (out.state != State::NeedsMore));
  const auto response = exchange.take_response();
  out.status = response.status;
  out.body = response.body;
  return out;
}

std::string gzip(const std::string& text) {
  z_stream stream{};
  constexpr int kGzip = 15 + 16;
  REQUIRE(deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzip, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(text.size() + 1'000, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(out.size() - stream.avail_out);
  deflateEnd(&stream);
  return out;
}

std::string sized(const std::string& body, const std::string& more = "") {
  return "HTTP/1.1 200 OK\r\n" + more + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

const std::string kChunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
const std::string kExtended = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-A\r\n\r\n";

}  // namespace

TEST_CASE("an answer is read alike in whatever pieces it comes") {
  struct Row {
    std::string raw, body;
    bool closes, keep;
  };
  const auto row = GENERATE(values<Row>({
      {sized("well"), "well", false, true},
      {sized(""), "", false, true},
      {sized("well", "Connection: close\r\n"), "well", false, false},
      {"HTTP/1.0 200 OK\r\nContent-Length: 4\r\n\r\nwell", "well", false, false},
      {"HTTP/1.0 200 OK\r\n\r\nwell", "well", true, false},
      {"HTTP/1.1 200 OK\r\n\r\n", "", true, false},
      {kChunked + "2\r\nwe\r\n2\r\nll\r\n0\r\n\r\n", "well", false, true},
      {kExtended + "4;a=b;c=\"d\"\r\nwell\r\n0;e\r\nX-A: 1\r\n\r\n", "well", false, true},
      {"HTTP/1.1 100 Continue\r\n\r\n" + sized("well"), "well", false, true},
      {"HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + sized("well"), "well", false,
       true},
      {"HTTP/1.1 200\r\nContent-Length: 4\r\n\r\nwell", "well", false, true},
      {"HTTP/1.1 103\r\n\r\nHTTP/1.1 200\r\nContent-Length: 4\r\n\r\nwell", "well", false, true},
      {sized(gzip("well"), "Content-Encoding: gzip\r\n"), "well", false, true},
      {sized("well", "Set-Cookie: " + std::string(60'000, 'a') + "\r\n"), "well", false, true},
  }));
  const std::size_t piece = GENERATE(std::size_t{1}, std::size_t{2}, std::size_t{7}, std::size_t{1'000'000});
  INFO(row.raw.substr(0, 200));
  const auto got = read(row.raw, piece, row.closes);
  CHECK(got.state == State::Done);
  CHECK(got.status == 200);
  CHECK(got.body == row.body);
  CHECK(got.keep == row.keep);
  CHECK(got.refusal.empty());
}

TEST_CASE("what is wrong, too large or nobody's wish is refused, and why is said") {
  struct Row {
    std::string raw, words;
  };
  std::string interim, extensions = kChunked, tiny = kChunked, fields;
  for (int i = 0; i < 20; ++i) interim += "HTTP/1.1 100 Continue\r\n\r\n";
  for (int i = 0; i < 20; ++i) extensions += "1;" + std::string(50'000, 'x') + "\r\n \r\n";
  for (int i = 0; i < 9'000; ++i) tiny += "1;" + std::string(20, 'x') + "\r\n \r\n";
  for (int i = 0; i < 9'000; ++i) fields += "X-A: 1234567\r\n";
  const auto row = GENERATE_COPY(values<Row>({
      {sized(std::string(kLimit + 1, 'x')), "more than 10000 bytes"},
      {kChunked + "ffffff\r\n" + std::string(20'000, 'x'), "more than 10000 bytes"},
      {kChunked + "1000\r\n" + std::string(4096, 'x') + "\r\n2000\r\n" + std::string(8192, 'x'),
       "more than 10000 bytes"},
      {"HTTP/1.1 200 OK\r\n\r\n" + std::string(20'000, 'x'), "more than 10000 bytes"},
      {sized(gzip(std::string(1'000'000, 'x')), "Content-Encoding: gzip\r\n"), "more than 10000 bytes"},
      {"HTTP/1.1 200 OK\r\nX-A: " + std::string(70'000, 'x'), "a header of more than 65536 bytes"},
      {"HTTP/1.1 200 OK\r\n" + fields, "a header of more than 65536 bytes"},
      {"HTTP/1.1 200 " + std::string(70'000, 'x'), "a header of more than 65536 bytes"},
      {kChunked + "1;" + std::string(70'000, 'x'), "a header of more than 65536 bytes"},
      {kChunked + "0\r\n" + fields, "a header of more than 65536 bytes"},
      {extensions, "framing alone"},
      {tiny, "framing alone"},
      {interim, "more than 16 interim answers"},
      {"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", "its status is 101"},
      {"HTTP/1.1 000 x\r\nContent-Length: 0\r\n\r\n", "its status is 0"},
      {"SSH-2.0-OpenSSH_9.2\r\n\r\n\r\n", "not HTTP"},
      {kChunked + "-1\r\nabc", "not a number"},
      {kChunked + "zz\r\nabc", "not a number"},
      {kChunked + "ffffffffffffffffffff\r\nabc", "not a number"},
      {"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", "Content-Length"},
      {"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nab", "Content-Length"},
      {"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n", "two lengths"},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", "its Transfer-Encoding is 'gzip, chunked'"},
      {sized("well", "Content-Encoding: br\r\n"), "its Content-Encoding is 'br'"},
      {sized("well", "Content-Encoding: gzip\r\n"), "gzip encoding is broken"},
      {sized(gzip("well").substr(0, 15), "Content-Encoding: gzip\r\n"), "gzip encoding does not end"},
      {sized(gzip("well") + "more", "Content-Encoding: gzip\r\n"), "gzip encoding is broken"},
  }));
  const std::size_t piece = GENERATE(std::size_t{1}, std::size_t{7'000}, std::size_t{1'000'000});
  INFO(row.raw.substr(0, 200));
  const auto got = read(row.raw, piece);
  CHECK(got.state == State::Failed);
  CHECK_THAT(got.refusal, Catch::Contains(row.words));
  CHECK_THAT(got.refusal, Catch::StartsWith("server: the answer "));  // cannot be used, is too large, was cut off
  CHECK(got.body.size() <= kLimit);
}

TEST_CASE("what follows an answer ends the connection, and an end that comes too early is told") {
  CHECK_FALSE(read(sized("well") + sized("another's"), 1'000).keep);
  CHECK(read(sized("well") + sized("another's"), 1'000).body == "well");
  CHECK_THAT(read("", 1, true).refusal, Catch::Contains("closed the connection"));
  CHECK_THAT(read("HTTP/1.1 200 OK\r\nA", 1, true).refusal, Catch::Contains("closed the connection"));
  CHECK_THAT(read("HTTP/1.1 100 Continue\r\n\r\n", 1, true).refusal, Catch::Contains("only interim answers"));
  CHECK_THAT(read(kChunked + "4\r\nwe", 1, true).refusal, Catch::Contains("closed the connection"));
  CHECK(read("HTTP/1.1 204 No Content\r\n\r\n", 1).keep);
  CHECK_FALSE(read("HTTP/1.1 304 Not Modified\r\nContent-Length: 4\r\n\r\nwell", 1'000).keep);
}
