// Parts of metav1 from and to JSON. Decoders take a Field, so that errors name the whole path.
#pragma once

#include <nlohmann/json.hpp>

#include "controller/api/field.h"
#include "controller/api/meta.h"
#include "controller/api/reason.h"

namespace aia::api {

/// metadata of any Kubernetes object. `object` is the object itself, not its metadata.
Result<ObjectMeta> meta_from_json(const nlohmann::json& object);
ObjectMeta meta_from(const Field& metadata);

/// {apiVersion, kind, name}.
TargetRef target_from(const Field& ref);
nlohmann::json target_to_json(const TargetRef& target);

/// A list with map key `type`. Messages are cut to the CRDs' bound. From another version of the controller, an unknown
/// reason is read as Code::Unknown, and a condition of an unknown type is left out.
std::vector<Condition> conditions_from(const Field& list);
nlohmann::json conditions_to_json(const std::vector<Condition>& conditions);

/// A list of {code, message}, written with at most kMaxReasons entries; an unknown code is read as Code::Unknown.
Reasons reasons_from(const Field& list);
nlohmann::json reasons_to_json(const Reasons& reasons);

/// `text` in at most `limit` bytes of valid UTF-8, with "…" for the removed end and "?" for each byte that is no UTF-8.
std::string cut(const std::string& text, std::size_t limit);

}  // namespace aia::api
