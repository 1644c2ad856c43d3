// How Prometheus, or anything that speaks its query API (Mimir, Thanos, VictoriaMetrics), is reached and how much is
// asked of it.
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

/// Queries signed for an AWS service: Amazon Managed Service for Prometheus.
struct Sigv4Options {
  std::string region;  ///< "eu-central-1"; empty: queries are not signed
  std::string service = "aps";
  std::shared_ptr<const ports::Clock> clock;  ///< must be set where queries are signed
  /// Told that credentials cannot be renewed, while those at hand still serve; empty: they can again. From a thread of
  /// the source's.
  std::function<void(const std::string& problem)> on_problem;
};

struct PrometheusOptions {
  std::string url;  ///< "http://prometheus:9090" or with a prefix and a tenant: "https://thanos.example.org/q?tenant=a"
  http::TlsOptions tls;
  std::string bearer_token;       ///< at most one of token, file, user and sigv4
  std::string bearer_token_file;  ///< read again for every request, so that a rotated token is picked up
  std::string username;           ///< basic authentication
  std::string password;
  Sigv4Options sigv4;     ///< credentials come from the environment (aws_credentials.h)
  http::Headers headers;  ///< sent with every query, such as X-Scope-OrgID

  Tenancy tenancy;  ///< what a tenant's PromQL may read

  int max_series = 10'000;                        ///< of one answer; evidence has one a pod
  std::int64_t max_samples = 500'000;             ///< of one answer, series times points; a week at 60 s has 10,080
  Millis query_timeout{std::chrono::seconds(5)};  ///< of one query at the server; the caller's deadline ends it, too
  std::size_t max_body_bytes = 32U << 20U;        ///< of one response; that many samples are half of it
  std::size_t max_bytes_under_way = 128U << 20U;  ///< of all responses, each counted as large as it may become
  int max_selectors = 32;                         ///< of one expression: each costs a query for its evidence
  std::int64_t max_sources = 400'000;             ///< behind all queries of a batch; those who ask share them

  double max_samples_read = 1e7;  ///< of a series, in all windows of one request: about a second of the server's CPU

  int max_points = 11'000;  ///< points a series one range query may have; lower it where the server allows fewer
  int max_pages = 100;      ///< a range that needs more is refused as a mistake
  std::size_t max_get_bytes = 2'000;  ///< a longer query goes as POST: proxies cut URLs off
};

/// --prometheus-url in its two parts.
struct Address {
  std::string base;   ///< "https://host:port/prefix"
  std::string query;  ///< "tenant=a&dedup=true", which goes with every request; empty: nothing does
};

/// Errors: Invalid, naming the flag: no URL, or parameters that are not percent-encoded or that queries set themselves.
Result<Address> address_of(std::string_view url);

/// Headers written NAME=VALUE or "NAME: VALUE". Errors: Invalid, naming the header, never its value: no name or a wrong
/// one, a line break, one given twice, one that we make ourselves.
Result<http::Headers> parse_headers(const std::vector<std::string>& texts);

/// Whether queries can be signed: region and service have names, and the environment names credentials. Nothing is
/// asked yet. Errors: Invalid, naming flag or variable.
Status check(const Sigv4Options& options);

/// The transport these options ask for. Errors: Invalid, when two kinds of credentials are given, a token is not
/// readable, or what `check` finds.
Result<http::TransportOptions> transport_options(const PrometheusOptions& options);

}  // namespace aia::prometheus
