// Walks the fields of the struct (schema.h). A spec is refused as a whole, a status is read as far as it can be.
#include "controller/api/accelerator_pool_json.h"

#include "controller/api/meta_json.h"
#include "controller/api/reader.h"
#include "controller/api/validate.h"
#include "controller/api/writer.h"

namespace aia::api {
namespace {

bool is_held(const Field& metadata) {
  for (const Field& finalizer : metadata["finalizers"].items())
    if (finalizer.text() == kPoolFinalizer) return true;
  return false;
}

}  // namespace

Result<AcceleratorPool> accelerator_pool_from_json(const nlohmann::json& object) {
  Problem problem;
  AcceleratorPool out;
  const Field root(object, problem);
  out.meta = meta_from(root["metadata"]);
  out.held = is_held(root["metadata"]);
  const Reader spec(root["spec"], Unreadable::Report);
  AcceleratorPoolSpec::fields(spec, out.spec);
  if (problem) return *problem;
  if (const Status valid = validate(out.spec); !valid.ok()) return valid.error();
  out.status = pool_status_from_json(object);
  return out;
}

AcceleratorPoolStatus pool_status_from_json(const nlohmann::json& object) {
  Problem ignored;
  AcceleratorPoolStatus out;
  const Reader status(Field(object, ignored)["status"], Unreadable::Skip);
  AcceleratorPoolStatus::fields(status, out);
  return out;
}

nlohmann::json pool_status_to_json(const AcceleratorPoolStatus& status) {
  return Writer::json_of(status);
}

}  // namespace aia::api
