// Reads one HTTP/1.1 answer from the bytes of a connection as they arrive, and hands its head and body to an Exchange.
// Everything is bounded while it arrives, whatever the peer frames: the header, each chunk's header, the body, the
// whole with its framing, and the number of interim answers (1xx), which are skipped. No I/O, so that a fuzzer can be
// the peer. What is read is decided by Boost.Beast's parser. Source: RFC 9112 (messages, chunks, where a body ends),
// RFC 9110, 15.2 (interim answers) and 8.4.1 (gzip).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "controller/http/exchange.h"

namespace aia::http {

struct AnswerLimits {
  std::size_t header_bytes = 64U << 10U;  ///< of the header; of each chunk's header with its extensions; of the trailer
  int interim_answers = 16;
};

class AnswerReader {
 public:
  enum class State { NeedsMore, Done, Failed };

  /// `exchange` outlives it; its max_body_bytes bound the body as it is sent, and once more as it is
  /// decoded; what goes to a sink is not bounded.
  explicit AnswerReader(Exchange& exchange, AnswerLimits limits = {});
  ~AnswerReader();
  AnswerReader(const AnswerReader&) = delete;
  AnswerReader& operator=(const AnswerReader&) = delete;

  /// Takes the bytes that came next. When it returns Done the exchange has ended, when Failed it has failed.
  State feed(std::string_view bytes);

  /// The peer has closed its end: the end of an answer that says no length, else its being cut off.
  State feed_end();

  /// Whether anything came at all.
  [[nodiscard]] bool begun() const { return total_bytes_ > 0; }

  /// After Done: the connection may carry another request. Not where something follows the answer.
  [[nodiscard]] bool may_keep() const { return keep_; }

 private:
  class Parser;
  class Inflater;
  State put(std::string_view bytes);
  State end_one(std::string_view rest);
  State end_answer();
  State fail(Step step, std::string why);
  [[nodiscard]] bool is_too_large() const;

  Exchange& exchange_;
  const AnswerLimits limits_;
  std::unique_ptr<Parser> parser_;
  std::string pending_;  ///< the start of a header that is not complete yet; a body is never kept
  std::uint64_t total_bytes_ = 0;
  int interim_answers_ = 0;
  bool keep_ = false;
};

}  // namespace aia::http
