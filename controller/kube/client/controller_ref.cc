// Takes the first reference that says controller: true. The API server allows no second one.
#include "controller/kube/client/controller_ref.h"

#include "controller/kube/client/resource.h"

namespace aia::kube {

bool Controller::is(std::string_view group, std::string_view of_kind) const {
  return kind == of_kind && split_api_version(api_version).first == group;
}

Controller controller_of(const Json& object) {
  for (const Json& owner : list_at(object, {"metadata", "ownerReferences"})) {
    if (!bool_at(owner, {"controller"})) continue;
    const auto field = [&](const char* name) { return text_at(owner, {name}).substr(0, kLongestReference); };
    return {field("apiVersion"), field("kind"), field("name"), field("uid")};
  }
  return {};
}

}  // namespace aia::kube
