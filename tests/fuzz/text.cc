// The small grammars: durations (Go's and PromQL's), decimals, times, URLs, base64, label selectors. What is read and
// written again reads the same.
#include <cmath>

#include "base/decimal.h"
#include "base/time.h"
#include "controller/http/base64.h"
#include "controller/http/url.h"
#include "controller/kube/client/selector.h"
#include "controller/prometheus/duration.h"
#include "tests/fuzz/fuzz.h"

using namespace aia;
using aia::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = aia::fuzz::text_of(data, size);
  if (const auto duration = parse_duration(text)) {
    const auto again = parse_duration(format_duration(*duration));
    require(again.ok() && *again == *duration, "a duration reads back as it was", text);
    static_cast<void>(format_rough(*duration));
  }
  if (const auto duration = prometheus::parse_promql_duration(text))
    require(*duration >= Millis(0), "PromQL's durations are not negative", text);
  if (const auto time = parse_rfc3339(text)) {
    const auto again = parse_rfc3339(format_rfc3339_micro(*time));
    require(again.ok() && *again == *time, "a time reads back as it was", text);
    static_cast<void>(format_rfc3339(*time));
  }
  if (const auto number = parse_decimal(text)) {
    require(std::isfinite(*number), "a decimal is finite", text);
    const auto again = parse_decimal(format_decimal(*number));
    require(again.ok() && *again == *number, "a decimal reads back as it was", text);
    static_cast<void>(format_measured(*number));
    static_cast<void>(format_figure(*number));
  }
  if (const auto url = http::parse_base_url(text)) {
    const auto again = http::parse_base_url(url->origin() + url->prefix);
    require(again.ok() && again->host == url->host && again->port == url->port && again->tls == url->tls &&
                again->prefix == url->prefix,
            "a URL reads back as it was", text);
  }
  require(http::percent_encode(text).find_first_of(" &=?#/\r\n") == std::string::npos, "encoded is encoded", text);
  require(http::decode_base64(http::encode_base64(text)) == text, "base64 reads back as it was", text);
  if (const auto bytes = http::decode_base64(text))
    require(http::decode_base64(http::encode_base64(*bytes)) == bytes, "and what was read, too", text);
  if (const auto selector = kube::parse_selector(text)) {
    const bool empty = selector->requirements.empty();
    require(!empty || selector->matches({}), "a selector without requirements matches everything", text);
    static_cast<void>(selector->matches({{"app", "x"}, {"tier", "b"}}));
  }
  return 0;
}
