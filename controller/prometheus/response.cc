// Judges the document and the HTTP status together. A JSON error explains itself. Without JSON the message shows the
// HTTP status and the start of the body (a proxy's page, a login form), which the engineer needs.
#include "controller/prometheus/response.h"

#include <algorithm>
#include <charconv>
#include <map>

#include "controller/api/meta_json.h"
#include "controller/http/retry.h"
#include "controller/http/url.h"
#include "controller/prometheus/document.h"

namespace aia::prometheus {
namespace {

ErrorKind kind_of_status(int status) {
  switch (status) {
    case 400:
    case 422: return ErrorKind::Invalid;
    case 401: return ErrorKind::Unauthorized;
    case 403: return ErrorKind::Forbidden;
    case 429: return ErrorKind::Throttled;
    default: return ErrorKind::Unavailable;
  }
}

/// Maps Prometheus's errorType; unknown types (Mimir has its own) go by the HTTP status. Timeouts are also recognised
/// by their text. An overloaded Prometheus reports its timeout as bad_data, the engine of Thanos as execution, and
/// VictoriaMetrics repeats the HTTP status as the type.
ErrorKind kind_of_error(const std::string& type, const std::string& words, int status) {
  if (words.find("context deadline exceeded") != std::string::npos) return ErrorKind::Timeout;
  if (type == std::to_string(status) && words.find("timeout exceeded") != std::string::npos) return ErrorKind::Timeout;
  if (type == "bad_data" || type == "execution") return ErrorKind::Invalid;
  if (type == "timeout" || type == "canceled") return ErrorKind::Timeout;
  if (type == "internal" || type == "unavailable") return ErrorKind::Unavailable;
  return kind_of_status(status);
}

/// Whether the body is a web page: Grafana's, a proxy's or a login form.
bool looks_like_a_page(const std::string& got) {
  const auto lower = http::lower_case(got);
  return lower.find("<html") != std::string::npos || lower.find("<!doctype html") != std::string::npos;
}

Error not_an_answer(const http::Response& response, const std::string& got, const std::string& why) {
  std::string message = "Prometheus answered HTTP " + std::to_string(response.status) + " with " + got;
  if (looks_like_a_page(got))
    message += "; a web page is there: the URL must be that of the query API, with its prefix";
  if (response.status == 401 || response.status == 403)
    message +=
        "; look at the credentials (--prometheus-bearer-token-file, --prometheus-username, "
        "--prometheus-cert, --prometheus-sigv4-region) and at the tenant (--prometheus-header)";
  if (response.status == 404) message += "; there is no query API at this URL: check its prefix";
  if (response.status >= 300 && response.status < 400)
    message += "; redirects are not followed, the URL must name the server itself: " +
               response.header("location").value_or("no Location given");
  if (response.status < 300) message += ", which is not an answer of the query API (" + why + ")";
  const auto kind = response.status < 300 ? ErrorKind::Unavailable : kind_of_status(response.status);
  return {kind, message, http::retry_after(response)};
}

}  // namespace

std::string excerpt(const std::string& body) {
  constexpr std::size_t kShown = 120;
  std::string out = api::cut(body.substr(0, 2 * kShown), kShown);
  for (char& c : out)
    if (static_cast<unsigned char>(c) < ' ') c = ' ';
  return body.empty() ? "an empty body" : "'" + out + "'";
}

Result<ports::QueryAnswer> parse_response(http::Response response) {
  const std::string got = excerpt(response.body);
  auto document = read_document(std::move(response.body));
  if (!document) return not_an_answer(response, got, document.error().message);
  if (document->status == "error") {
    const auto kind = kind_of_error(document->error_type, document->error, response.status);
    const std::string type = document->error_type.empty() ? "error" : document->error_type;
    constexpr std::size_t kShown = 1'000;
    const std::string words = "Prometheus refuses the query (" + api::cut(type, kShown) + "): ";
    return Error{kind, words + api::cut(document->error, kShown), http::retry_after(response)};
  }
  if (document->status != "success" || response.status >= 300 || !document->has_result)
    return not_an_answer(response, got, "status or result is missing");
  if (document->result_type == "string" || document->has_text)
    return Error{ErrorKind::Invalid, "the query returns text where a number belongs"};
  if (document->has_histograms)
    return Error{ErrorKind::Invalid,
                 "the query returns native histograms where numbers belong; use histogram_quantile, histogram_sum or "
                 "histogram_count on them"};
  if (document->is_partial)
    document->answer.warnings.emplace_back("the answer is partial (isPartial): some storage nodes did not answer");
  return std::move(document->answer);
}

Result<ports::QueryAnswer> stitch(std::vector<Result<ports::QueryAnswer>> pages) {
  ports::QueryAnswer whole;
  std::map<std::map<std::string, std::string>, std::size_t> place;
  const auto add_new = [](std::vector<std::string>& to, std::vector<std::string>& from) {
    for (auto& text : from)
      if (std::find(to.begin(), to.end(), text) == to.end()) to.push_back(std::move(text));
  };
  for (auto& page : pages) {
    if (!page) return page.error();
    add_new(whole.warnings, page->warnings);
    add_new(whole.infos, page->infos);
    for (auto& series : page->series) {
      const auto [found, is_new] = place.try_emplace(series.labels, whole.series.size());
      if (is_new) {
        whole.series.push_back(std::move(series));
      } else {
        auto& samples = whole.series[found->second].samples;
        samples.insert(samples.end(), series.samples.begin(), series.samples.end());
      }
    }
  }
  return whole;
}

}  // namespace aia::prometheus
