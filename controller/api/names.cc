// Plain loops over ASCII: locale and regular expressions have no say in what a name is.
#include "controller/api/names.h"

#include <algorithm>
#include <string_view>

namespace aia::api {
namespace {

constexpr std::size_t kMaxApiVersion = 253;
constexpr std::size_t kMaxLabel = 63;

bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

char lowered(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// A label as RFC 1123 defines it, of any length.
bool is_dns_label(std::string_view text) {
  const auto is_inner = [](char c) { return is_lower(c) || is_digit(c) || c == '-'; };
  return !text.empty() && std::all_of(text.begin(), text.end(), is_inner) && text.front() != '-' && text.back() != '-';
}

}  // namespace

bool is_filled(const std::string& text) {
  return text.find_first_not_of(" \t\r\n") != std::string::npos;
}

bool is_demand_name(const std::string& text) {
  return text.size() <= kMaxDemandName && is_dns_label(text);
}

bool is_namespace_or_empty(const std::string& text) {
  return text.empty() || (text.size() <= kMaxLabel && is_dns_label(text));
}

bool is_dns_name(const std::string& text) {
  if (text.size() > kMaxObjectName) return false;
  std::string_view rest = text;
  for (auto dot = rest.find('.'); dot != std::string_view::npos; dot = rest.find('.')) {
    if (!is_dns_label(rest.substr(0, dot))) return false;
    rest.remove_prefix(dot + 1);
  }
  return is_dns_label(rest);
}

bool is_api_version(const std::string& text) {
  const auto slash = text.find('/');
  const std::string version = slash == std::string::npos ? text : text.substr(slash + 1);
  return text.size() <= kMaxApiVersion && (slash == std::string::npos || is_dns_name(text.substr(0, slash))) &&
         is_dns_label(version) && is_lower(version.front());
}

bool is_kind(const std::string& text) {
  std::string lower = text;
  std::transform(lower.begin(), lower.end(), lower.begin(), lowered);
  return text.size() <= kMaxLabel && is_dns_label(lower) && is_lower(lower.front());
}

bool is_object_name(const std::string& text) {
  const auto is_plain = [](char c) { return c > ' ' && c <= '~' && c != '/' && c != '%'; };
  return !text.empty() && text.size() <= kMaxObjectName && text != "." && text != ".." &&
         std::all_of(text.begin(), text.end(), is_plain);
}

bool is_series_label(const std::string& text) {
  const auto is_letter = [](char c) { return is_lower(lowered(c)) || c == '_'; };
  return !text.empty() && text.size() <= kMaxLabel && is_letter(text.front()) &&
         std::all_of(text.begin(), text.end(), [&](char c) { return is_letter(c) || is_digit(c); });
}

bool is_extended_resource(const std::string& text) {
  const auto slash = text.find('/');
  return slash != std::string::npos && slash > 0 && slash + 1 < text.size();
}

}  // namespace aia::api
