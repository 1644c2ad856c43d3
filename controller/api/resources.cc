// Parses quantities in long double, which holds every int64 exactly, and adds amounts with saturation. An absurd
// request must not overflow into a small amount.
#include "controller/api/resources.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

namespace aia::api {
namespace {

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

std::int64_t plus(std::int64_t a, std::int64_t b) {  // both ≥ 0
  return a > kMost - b ? kMost : a + b;
}

/// The factor of a quantity's suffix; unset: no such suffix.
std::optional<long double> factor_of(std::string_view suffix) {
  static constexpr std::array<std::pair<std::string_view, int>, 10> kDecimal{
      {{"n", -9}, {"u", -6}, {"m", -3}, {"", 0}, {"k", 3}, {"M", 6}, {"G", 9}, {"T", 12}, {"P", 15}, {"E", 18}}};
  static constexpr std::array<std::pair<std::string_view, int>, 6> kBinary{
      {{"Ki", 10}, {"Mi", 20}, {"Gi", 30}, {"Ti", 40}, {"Pi", 50}, {"Ei", 60}}};
  for (const auto& [name, exponent] : kDecimal)
    if (suffix == name) return std::pow(10.0L, exponent);
  for (const auto& [name, exponent] : kBinary)
    if (suffix == name) return std::ldexp(1.0L, exponent);
  return std::nullopt;
}

/// A number in plain notation or with an exponent: "1E" is an exa, "1E3" a thousand.
std::optional<long double> number_of(std::string_view text) {
  if (!text.empty() && text.front() == '+') text.remove_prefix(1);
  if (text.empty() || text.front() == '+') return std::nullopt;
  long double number = 0;
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number, std::chars_format::general);
  if (read.ec != std::errc{} || read.ptr != end || !std::isfinite(number)) return std::nullopt;
  return number;
}

/// True for a device plugin's resource: its domain is not Kubernetes' own. (attachable-volumes-*, hugepages-* have no
/// domain; requests.* belongs to quotas.)
bool is_extended(std::string_view resource) {
  const std::string_view domain = resource.substr(0, resource.find('/'));
  return domain.size() < resource.size() && domain != "kubernetes.io" && !domain.ends_with(".kubernetes.io") &&
         !domain.starts_with("requests.");
}

}  // namespace

Result<std::int64_t> amount_of(std::string_view resource, std::string_view quantity) {
  const std::size_t last = quantity.find_last_of("0123456789.");
  const auto number = number_of(last == std::string_view::npos ? "" : quantity.substr(0, last + 1));
  const auto factor = factor_of(last == std::string_view::npos ? quantity : quantity.substr(last + 1));
  if (!number || !factor || *number < 0)
    return Error{ErrorKind::Invalid, '"' + std::string(quantity) + "\" is no quantity of " + std::string(resource) +
                                         "; write e.g. \"8\", \"500m\" or \"16Gi\""};
  const long double units = *number * *factor * (resource == "cpu" ? 1000 : 1);
  constexpr long double kRounding = 1e-9L;  // finer than any quantity, so 0.1 of a core is 100 thousandths, not 101
  const long double nearest = std::round(units);
  const long double whole = std::abs(units - nearest) < kRounding ? nearest : std::ceil(units);
  return whole >= static_cast<long double>(kMost) ? kMost : static_cast<std::int64_t>(whole);
}

std::int64_t amount(const Amounts& amounts, std::string_view name) {
  const auto found = amounts.find(name);
  return found == amounts.end() ? 0 : found->second;
}

Amounts sum(Amounts a, const Amounts& b) {
  for (const auto& [name, more] : b) a[name] = plus(a[name], more);
  return a;
}

std::int64_t times(std::int64_t amount, int factor) {
  return factor != 0 && amount > kMost / factor ? kMost : amount * factor;
}

Amounts larger(Amounts a, const Amounts& b) {
  for (const auto& [name, other] : b) a[name] = std::max(a[name], other);
  return a;
}

bool is_gpu(std::string_view resource) {
  static constexpr std::array<std::string_view, 8> kNames{
      "nvidia.com/gpu",   "nvidia.com/gpu.shared", "amd.com/gpu",    "gpu.intel.com/i915",
      "gpu.intel.com/xe", "habana.ai/gaudi",       "google.com/tpu", "aws.amazon.com/neuron"};
  return resource.substr(0, 15) == "nvidia.com/mig-" ||
         std::find(kNames.begin(), kNames.end(), resource) != kNames.end();
}

std::optional<std::int64_t> gpus_in(const Amounts& amounts, std::string_view gpu_resource) {
  std::int64_t known = 0, other = 0;
  int others = 0;
  for (const auto& [name, amount] : amounts) {
    if (amount <= 0) continue;
    if (name == gpu_resource || is_gpu(name))
      known = plus(known, amount);
    else if (is_extended(name))
      other = amount, ++others;
  }
  if (known > 0 || others == 0) return known;
  return others == 1 ? std::optional(other) : std::nullopt;
}

std::optional<std::int64_t> gpus_of(const ReplicaShape& replica, std::string_view gpu_resource) {
  Amounts all;
  for (const ReplicaPods& pods : replica.pods) {
    Amounts together = pods.requests;
    for (auto& [name, amount] : together) amount = times(amount, pods.count);
    all = sum(std::move(all), together);
  }
  return gpus_in(all, gpu_resource);
}

}  // namespace aia::api
