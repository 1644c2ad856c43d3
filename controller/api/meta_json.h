// metadata of any Kubernetes object from JSON, and texts cut to the bounds of a status.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "controller/api/field.h"
#include "controller/api/meta.h"

namespace aia::api {

/// metadata of any Kubernetes object. `object` is the object itself, not its metadata.
Result<ObjectMeta> meta_from_json(const nlohmann::json& object);
ObjectMeta meta_from(const Field& metadata);

/// `text` in at most `limit` bytes of valid UTF-8, with "…" for the removed end and "?" for each byte that is no UTF-8.
std::string cut(const std::string& text, std::size_t limit);

}  // namespace aia::api
