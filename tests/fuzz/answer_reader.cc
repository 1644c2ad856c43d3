// A server's side of one connection of the queries' client: a body limit, how the bytes are cut and whether the
// connection closes come first, then what the server sends. The same bytes are the same answer however they were cut,
// nothing is kept beyond the limits, and an answer that ended is never one that failed.
#include "controller/http/answer_reader.h"

#include <algorithm>

#include "tests/fuzz/fuzz.h"

using namespace aia;
using namespace aia::http;
using aia::fuzz::require;

namespace {

struct Outcome {
  AnswerReader::State state = AnswerReader::State::NeedsMore;
  int status = 0;
  std::string body;
  bool keep = false;
};

constexpr std::size_t kShortHeader = 512, kLongHeader = 1U << 16U;

Outcome read(std::string_view bytes, std::size_t piece, std::size_t limit, std::size_t header, bool closes) {
  Exchange exchange(std::make_shared<Signal>(), limit);
  AnswerLimits limits;
  limits.header_bytes = header;
  AnswerReader reader(exchange, limits);
  Outcome out;
  while (!bytes.empty() && out.state == AnswerReader::State::NeedsMore) {
    out.state = reader.feed(bytes.substr(0, piece));
    bytes.remove_prefix(std::min(piece, bytes.size()));
  }
  if (closes && out.state == AnswerReader::State::NeedsMore) out.state = reader.feed_end();
  const bool failed = exchange.failure().has_value();
  require(exchange.progress().done == (out.state != AnswerReader::State::NeedsMore),
          "an exchange ends with its answer");
  require(failed == (out.state == AnswerReader::State::Failed), "what failed says why");
  out.keep = out.state == AnswerReader::State::Done && reader.may_keep() && bytes.empty();
  const Response response = exchange.take_response();
  out.status = response.status;
  out.body = response.body;
  require(out.body.size() <= limit, "a body has its limit");
  require(out.state != AnswerReader::State::Done || (out.status >= 200 && out.status <= 999),
          "an answer is a final one");
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto bytes = aia::fuzz::text_of(data, size);
  const std::size_t limit = 16 * aia::fuzz::take(bytes);
  const unsigned choice = aia::fuzz::take(bytes);
  const bool closes = choice % 2 == 1, is_short = choice / 2 % 2 == 1;
  const std::size_t piece = 1 + choice / 4, header = is_short ? kShortHeader : kLongHeader;
  const auto cut = read(bytes, piece, limit, header, closes);
  const auto whole = read(bytes, std::max<std::size_t>(1, bytes.size()), limit, header, closes);
  if (is_short) return 0;  // Beast counts the status line into the header's length or not, as the bytes were cut
  // A header that is none is refused later when it comes in pieces: then all of it is waited for.
  const auto ended = [](const Outcome& one) { return one.state == AnswerReader::State::Done; };
  require(ended(cut) == ended(whole), "an answer ends alike however it was cut", bytes);
  if (!ended(cut)) return 0;
  require(cut.status == whole.status && cut.body == whole.body, "an answer reads alike however it was cut", bytes);
  require(!whole.keep || cut.keep, "a connection that is kept when all came at once is kept", bytes);
  return 0;
}
