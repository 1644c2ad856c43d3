// Documents of the API server, whatever it sends: parsing keeps what it does not trim, decoders neither throw nor make
// up replicas. The first byte chooses what is trimmed.
#include "controller/kube/client/discovery.h"
#include "controller/kube/client/json.h"
#include "controller/kube/client/response.h"
#include "controller/kube/client/scale.h"
#include "controller/kube/client/selector.h"
#include "controller/kube/lease/lease_client.h"
#include "controller/kube/workload/kind.h"
#include "controller/kube/workload/other_owners.h"
#include "controller/kube/workload/pod.h"
#include "controller/kube/workload/replica.h"
#include "tests/fuzz/fuzz.h"

using namespace aia;
using namespace aia::kube;
using aia::fuzz::require;

namespace {

void decode(const Json& json) {
  const auto scale = scale_from_json(json);
  if (scale) {
    require(scale->spec_replicas >= 0, "replicas are a count", dump_json(json));
    const auto selector = parse_selector(scale->selector);
    const auto pod = pod_from_json(json);
    if (selector) {
      PodJoin join;
      join.add(*selector, 0);
      bool joined = false;
      join.matches(pod.labels, [&](std::size_t) { joined = true; });
      require(joined == selector->matches(pod.labels), "the join finds what the selector matches", scale->selector);
    }
  }
  const auto pod = pod_from_json(json);
  require(std::is_sorted(pod.labels.begin(), pod.labels.end()), "labels are sorted", dump_json(json));
  static_cast<void>(hpa_from_json(json));
  for (const char* name : {"Deployment", "StatefulSet", "Other"}) {
    const Kind& kind = kind_of("apps/v1", name);
    if (kind.facts != nullptr) static_cast<void>(kind.facts(json));
    static_cast<void>(replica_of(kind, json));
  }
  require(!error_of_status(json, 500).message.empty(), "an error has words", dump_json(json));
  static_cast<void>(scale_resource_in(served_kinds(json), {"apps/v1", "Deployment", "d"}));
  if (const auto lease = lease_from_json(json)) {
    const auto written = lease_document({"ns", "name"}, *lease);
    const auto again = lease_from_json(written);
    require(again && lease_document({"ns", "name"}, *again) == written, "a lease reads back as it was",
            dump_json(json));
  }
  static_cast<void>(time_at(json, {"metadata", "creationTimestamp"}));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto text = aia::fuzz::text_of(data, size);
  const auto choice = aia::fuzz::take(text);
  const auto plain = parse_json(text);
  const Trim trim = choice % 2 == 0 ? pod_trim() : owner_trim();
  const auto envelope = static_cast<Envelope>(choice / 2 % 3);
  const auto trimmed = parse_json(text, trim, envelope);
  require(trimmed.has_value() == plain.has_value(), "trimming changes no verdict", text);
  static_cast<void>(error_of({500, {}, std::string(text)}));
  if (!plain) return 0;
  const auto again = parse_json(dump_json(*plain));
  require(again.has_value(), "what we write is JSON", text);
  const auto untrimmed = parse_json(text, Trim{{}, {}}, envelope);
  require(untrimmed && dump_json(*untrimmed) == dump_json(*plain), "without a trim nothing is lost", text);
  decode(*plain);
  decode(*trimmed);
  return 0;
}
