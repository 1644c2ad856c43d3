// Configures access to Prometheus or another server with its query API (Mimir, Thanos, VictoriaMetrics): address,
// credentials, and limits on the load that we cause.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "controller/http/transport.h"
#include "controller/ports/clock.h"
#include "controller/prometheus/tenancy.h"

namespace aia::prometheus {

/// Signs queries for an AWS service: Amazon Managed Service for Prometheus.
struct Sigv4Options {
  std::string region;  ///< "eu-central-1"; empty: queries are not signed
  std::string service = "aps";
  std::shared_ptr<const ports::Clock> clock;  ///< required when queries are signed
  /// Called when renewing credentials begins to fail, even while the old credentials still serve; an empty text reports
  /// success. Called from the keeper's thread (aws_credentials_keeper.h).
  std::function<void(const std::string& problem)> on_problem;
};

struct PrometheusOptions {
  std::string url;  ///< "http://prometheus:9090", or with prefix and tenant: "https://thanos.example.org/q?tenant=a"
  http::TlsOptions tls;
  std::string bearer_token;       ///< at most one of token, file, user and sigv4
  std::string bearer_token_file;  ///< read again for every request, to pick up a rotated token
  std::string username;           ///< basic authentication
  std::string password;
  Sigv4Options sigv4;     ///< credentials come from the environment (aws_credentials.h)
  http::Headers headers;  ///< sent with every query, such as X-Scope-OrgID

  Tenancy tenancy;  ///< limits what a tenant's PromQL may read

  int max_series = 10'000;             ///< of one answer; evidence has one series per pod
  std::int64_t max_samples = 500'000;  ///< of one answer, series times points; a week at 60 s has 10,080 points
  Millis query_timeout{
      std::chrono::seconds(5)};             ///< of one query at the server; the caller's deadline also ends the query
  std::size_t max_body_bytes = 32U << 20U;  ///< of one response; max_samples samples fill about half
  std::size_t max_bytes_under_way =
      128U << 20U;                     ///< of all responses under way, each counted at its largest allowed size
  int max_selectors = 32;              ///< of one expression: the evidence of each selector costs a query
  std::int64_t max_sources = 400'000;  ///< series behind all queries of a batch; namespaces share equally

  double max_samples_read = 1e7;  ///< of one series, in all windows of one request: about a second of server CPU

  int max_points = 11'000;            ///< points per series in one range query; lower for a server with a lower limit
  int max_pages = 100;                ///< a range with more pages is refused as a mistake
  std::size_t max_get_bytes = 2'000;  ///< a longer query is sent as POST, because proxies truncate URLs
};

/// --prometheus-url, split in two.
struct Address {
  std::string base;   ///< "https://host:port/prefix"
  std::string query;  ///< "tenant=a&dedup=true", added to every request; may be empty
};

/// Splits `url`. Errors: Invalid, naming the flag: no URL, or parameters that are not percent-encoded or that our
/// queries set themselves.
Result<Address> address_of(std::string_view url);

/// Reads headers written NAME=VALUE or "NAME: VALUE". Errors: Invalid, naming the header, never its value: a missing or
/// wrong name, a missing value, a control character such as a line break, a header given twice, or a header that we set
/// ourselves.
Result<http::Headers> parse_headers(const std::vector<std::string>& texts);

/// Checks that queries can be signed: region and service are names, and the environment has credentials. No server is
/// asked yet. Errors: Invalid, naming the flag or variable.
Status check(const Sigv4Options& options);

/// The transport for these options. Errors: Invalid: two kinds of credentials, an unreadable token file, a bad address
/// or proxy variable, or an error of `check`.
Result<http::TransportOptions> transport_options(const PrometheusOptions& options);

}  // namespace aia::prometheus
