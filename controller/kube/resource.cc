// See resource.h.
#include "controller/kube/resource.h"

namespace aia::kube {

std::string percent_encode(std::string_view text) {
  constexpr std::string_view kPlain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (kPlain.find(c) != std::string_view::npos) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += kHex[byte >> 4U];
      out += kHex[byte & 15U];
    }
  }
  return out;
}

std::pair<std::string, std::string> split_api_version(std::string_view api_version) {
  const std::size_t slash = api_version.find('/');
  if (slash == std::string_view::npos) return {"", std::string(api_version)};
  return {std::string(api_version.substr(0, slash)), std::string(api_version.substr(slash + 1))};
}

std::string version_path(std::string_view group, std::string_view version) {
  if (group.empty()) return "/api/" + percent_encode(version);
  return "/apis/" + percent_encode(group) + "/" + percent_encode(version);
}

std::string collection_path(const Resource& resource, std::string_view ns) {
  std::string path = version_path(resource.group, resource.version);
  if (!ns.empty()) path += "/namespaces/" + percent_encode(ns);
  return path + "/" + percent_encode(resource.plural);
}

std::string object_path(const Resource& resource, const api::ObjectKey& key, std::string_view subresource) {
  std::string path = collection_path(resource, key.ns) + "/" + percent_encode(key.name);
  if (!subresource.empty()) path += "/" + percent_encode(subresource);
  return path;
}

std::string with_query(std::string path, const Query& query) {
  char separator = '?';
  for (const auto& [name, value] : query) {
    path += separator + percent_encode(name) + "=" + percent_encode(value);
    separator = '&';
  }
  return path;
}

}  // namespace aia::kube
