// Walks the fields of the struct (schema.h). A spec is refused as a whole, a status is read as far as it can be.
#include "controller/api/autoscaler_json.h"

#include "controller/api/meta_json.h"
#include "controller/api/reader.h"
#include "controller/api/validate.h"
#include "controller/api/writer.h"

namespace aia::api {

Result<Autoscaler> autoscaler_from_json(const nlohmann::json& object) {
  Problem problem;
  Autoscaler out;
  const Field root(object, problem);
  out.meta = meta_from(root["metadata"]);
  const Reader spec(root["spec"], Unreadable::Report);
  AutoscalerSpec::fields(spec, out.spec);
  if (problem) return *problem;
  if (const Status valid = validate(out.spec); !valid.ok()) return valid.error();
  out.status = status_from_json(object);
  return out;
}

AutoscalerStatus status_from_json(const nlohmann::json& object) {
  Problem ignored;
  AutoscalerStatus out;
  const Reader status(Field(object, ignored)["status"], Unreadable::Skip);
  AutoscalerStatus::fields(status, out);
  return out;
}

nlohmann::json status_to_json(const AutoscalerStatus& status) {
  return Writer::json_of(status);
}

}  // namespace aia::api
