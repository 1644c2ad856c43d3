// Reads one HTTP/1.1 answer from the bytes of a connection, and hands head and body to an Exchange. The reader bounds
// every part while the bytes arrive, however the peer frames them. Bounded are the header, the header of each chunk,
// the body, the body with its framing, and the number of interim answers (1xx). Interim answers are skipped. The reader
// does no I/O, so that a fuzzer can play the peer. Boost.Beast's parser does the parsing. Source: RFC 9112 (messages,
// chunks, where a body ends), RFC 9110, 15.2 (interim answers) and 8.4.1 (gzip).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "controller/http/exchange.h"

namespace aia::http {

struct AnswerLimits {
  std::size_t header_bytes = 64U << 10U;  ///< each: the header, the header of a chunk with its extensions, the trailer
  int interim_answers = 16;
};

class AnswerReader {
 public:
  enum class State { NeedsMore, Done, Failed };

  /// `exchange` must outlive the reader. Its max_body_bytes bound the body as sent, and once more the decoded body. The
  /// body of a stream (a 2xx for a sink) is not bounded.
  explicit AnswerReader(Exchange& exchange, AnswerLimits limits = {});
  ~AnswerReader();
  AnswerReader(const AnswerReader&) = delete;
  AnswerReader& operator=(const AnswerReader&) = delete;

  /// Takes the next bytes. After Done the exchange has ended; after Failed the exchange has failed.
  State feed(std::string_view bytes);

  /// The peer has closed its side of the connection. This ends an answer without a length; any other answer was cut
  /// off.
  State feed_end();

  /// Whether any byte has arrived.
  [[nodiscard]] bool begun() const { return total_bytes_ > 0; }

  /// After Done: whether the connection may carry another request. False if bytes follow the answer.
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
  std::string pending_;  ///< the start of an incomplete header; body bytes are not kept
  std::uint64_t total_bytes_ = 0;
  int interim_answers_ = 0;
  bool keep_ = false;
};

}  // namespace aia::http
