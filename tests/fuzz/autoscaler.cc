// JSON as an AIAutoscaler or a Forecast: what decodes is valid, and what we write about it reads back as it was.
#include <nlohmann/json.hpp>

#include "controller/api/autoscaler_json.h"
#include "controller/api/forecast_json.h"
#include "controller/api/validate.h"
#include "tests/fuzz/fuzz.h"

using namespace aia;
using aia::fuzz::require;
using Json = nlohmann::json;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = aia::fuzz::text_of(data, size);
  Json object = Json::parse(text, nullptr, false);
  if (object.is_discarded()) return 0;

  const auto autoscaler = api::autoscaler_from_json(object);
  require(autoscaler.ok() || !autoscaler.error().message.empty(), "an error has words");
  if (autoscaler) {
    require(api::validate(autoscaler->spec).ok(), "what decodes is valid", text);
    const Json written = api::status_to_json(autoscaler->status);
    object["status"] = written;
    const auto again = api::autoscaler_from_json(object);
    require(again.ok() && again->spec == autoscaler->spec, "a spec is what it was beside a new status", text);
    require(api::status_to_json(again->status) == written, "a status reads back as it was written", written.dump());
  }

  const auto forecast = api::forecast_from_json(object);
  if (!forecast) return 0;
  const Json written = api::forecast_to_json(*forecast);
  const auto again = api::forecast_from_json(written);
  require(again.ok(), "a Forecast that we write can be read", written.dump());
  require(api::forecast_to_json(*again) == written, "and says the same", written.dump());
  return 0;
}
