// Bytes as Prometheus's answers: pages between 0x00, the first byte chooses the HTTP status. Whatever comes is an
// answer or an Error; half of a history never passes for all of it; a value is never made up.
#include "controller/prometheus/evidence.h"
#include "controller/prometheus/limits.h"
#include "controller/prometheus/response.h"
#include "tests/fuzz/fuzz.h"

using namespace aia;
using namespace aia::prometheus;
using aia::fuzz::require;

namespace {

std::size_t samples_of(const ports::QueryAnswer& answer) {
  std::size_t count = 0;
  for (const auto& series : answer.series) count += series.samples.size();
  return count;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static constexpr int kStatus[] = {200, 204, 302, 400, 401, 403, 404, 422, 429, 500, 503};
  auto input = aia::fuzz::text_of(data, size);
  const int status = kStatus[aia::fuzz::take(input) % std::size(kStatus)];
  std::vector<Result<ports::QueryAnswer>> pages;
  std::size_t samples = 0;
  bool whole = true;
  for (const auto body : aia::fuzz::split(input, '\0')) {
    auto page = parse_response({status, {{"retry-after", std::string(body.substr(0, 4))}}, std::string(body)});
    require(page.ok() || !page.error().message.empty(), "an error has words", body);
    require(!page.ok() || status < 300, "only a 2xx is an answer", body);
    require(!page.ok() || body.find("success") != std::string_view::npos || body.find('\\') != std::string_view::npos,
            "an answer says that it is one", body);
    const auto again = parse_response({status, {}, std::string(body)});
    require(again.ok() == page.ok(), "the same bytes mean the same", body);
    whole = whole && page.ok();
    if (page) samples += samples_of(*page);
    pages.push_back(std::move(page));
  }
  const auto answer = stitch(std::move(pages));
  require(answer.ok() == whole, "a page that failed fails the whole");
  if (!answer) return 0;
  require(samples_of(*answer) == samples, "no sample is lost or made up in stitching");
  Selectors selectors;
  selectors.all.emplace_back();
  selectors.all.push_back(selectors.all.front());  // the same is counted once
  const Behind found = behind(*answer);
  const auto evidence = reduce(selectors, {&found, &found});
  require(evidence.pods.size() <= answer->series.size(), "a series is at most one source");
  PrometheusOptions options;
  options.max_series = 3;
  const auto limited = within_limits(answer, {}, options, Millis(1000));
  require(limited.ok() == (answer->series.size() <= 3), "the limit on series holds");
  return 0;
}
