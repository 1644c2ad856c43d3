// What a tenant writes into a spec becomes part of API paths: whatever it is, the path has as many parts as it should,
// and stays below its group, version and namespace. Input: apiVersion, kind and name of a scaleTargetRef, apart by NUL.
// Three ways, because each must hold by itself: what the validation lets through, what discovery does, and any parts at
// all.
#include "base/invariant.h"
#include "controller/api/accelerator_pool.h"
#include "controller/api/names.h"
#include "controller/kube/client/discovery.h"
#include "tests/fuzz/fuzz.h"

using namespace aia;
using namespace aia::kube;
using aia::fuzz::require;

namespace {

constexpr const char* kNamespace = "tenant-a";

/// Plain text only, no part that a server or a proxy takes out, `parts` of them, of which the first are `below`.
void require_path(const std::string& path, std::size_t parts, const std::string& below) {
  require(path.compare(0, below.size(), below) == 0, "a path stays where it belongs", path);
  require(path.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~%/") ==
              std::string::npos,
          "a path is plain", path);
  const auto all = aia::fuzz::split(path, '/');
  require(all.size() == parts + 1 && all.front().empty(), "a path has as many parts as it should", path);
  for (std::size_t i = 1; i < all.size(); ++i)
    require(!all[i].empty() && all[i] != "." && all[i] != "..", "no part leads elsewhere", path);
}

void require_paths(const Resource& resource, const std::string& name) {
  const bool core = resource.group.empty();
  const std::string version = version_path(resource.group, resource.version);
  require_path(version, core ? 2 : 3, core ? "/api/" : "/apis/");
  const std::string below = version + "/namespaces/" + kNamespace + "/";
  const std::size_t parts = core ? 6 : 7;
  require_path(object_path(resource, {kNamespace, name}), parts, below);
  require_path(object_path(resource, {kNamespace, name}, "scale"), parts + 1, below);
}

void require_all(const api::TargetRef& target) {
  const bool valid =
      api::is_api_version(target.api_version) && api::is_kind(target.kind) && api::is_object_name(target.name);
  const ServedKinds served{{target.kind, {"things", true, true}}};
  const auto resource = scale_resource_in(served, scaled_kind(target));
  require(!valid || resource.ok(), "what is valid is not refused later", target.to_string());
  if (resource) require_paths(*resource, target.name);
  if (valid) {
    const auto [group, version] = split_api_version(target.api_version);
    require(resource->group == group && resource->version == version, "and is what was written", target.to_string());
  }
  try {
    const auto [group, version] = split_api_version(target.api_version);
    require_paths({group, version, target.kind}, target.name);
  } catch (const BrokenInvariant&) {  // refused, which is as good
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto fields = aia::fuzz::split(aia::fuzz::text_of(data, size), '\0');
  const auto field = [&](std::size_t i) { return i < fields.size() ? std::string(fields[i]) : std::string(); };
  require_all({field(0), field(1), field(2)});
  return 0;
}
