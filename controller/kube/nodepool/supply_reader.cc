// Two rounds of requests: first the node requests and the objects of all pools side by side, then the scales. The scale
// comes second because GET on the scale of a dynamic Karpenter NodePool answers 500. See supply_reader.h.
#include "controller/kube/nodepool/supply_reader.h"

#include <algorithm>
#include <functional>
#include <iterator>

#include "controller/kube/client/request.h"
#include "controller/kube/client/response.h"
#include "controller/kube/client/scale.h"
#include "controller/kube/nodepool/node_request.h"
#include "controller/kube/nodepool/pool_owner.h"

namespace aia::kube {
namespace {

constexpr int kOk = 200, kNotFound = 404;

/// A pool while its supply is read. `scaled`: the discovered resource of its scaleRef.
struct Reading {
  const api::AcceleratorPool& pool;
  ports::PoolSupply supply;
  std::optional<Resource> scaled;

  /// Keeps the first error, because later errors are mostly its consequences.
  void trouble(const Error& error) {
    if (!supply.problem) supply.problem = error;
  }
  [[nodiscard]] std::string path(const char* subresource) const {
    return object_path(*scaled, {pool.spec.scale_ref->ns, pool.spec.scale_ref->name}, subresource);
  }
};

/// All node requests of the pool, sorted by name. `first` is the first page; a page that is too large is read in
/// halves.
Result<std::vector<ports::NodeRequest>> all_node_requests(const api::AcceleratorPool& pool, http::Transport& transport,
                                                          Result<http::Response> first,
                                                          const std::function<Millis()>& left) {
  constexpr int kMost = 20'000;  // twice the nodes that a pool may have
  Result<NodeRequestPage> page = node_requests_from(std::move(first));
  std::vector<ports::NodeRequest> all;
  std::string from;
  int limit = kNodeRequestsAtOnce;
  for (int asked = limit;; asked += limit) {
    if (page) {
      std::move(page->requests.begin(), page->requests.end(), std::back_inserter(all));
      from = page->continue_token;
      if (from.empty()) break;
    } else if (page.error().kind == ErrorKind::TooLarge && limit > 1) {
      asked -= limit;
      limit /= 2;
    } else {
      return page.error();
    }
    if (asked >= kMost) return Error{ErrorKind::TooLarge, "there are more than " + std::to_string(kMost) + " of them"};
    page = node_requests_from(transport.send(list_node_requests(pool, limit, from), left()));
  }
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return all;
}

/// Marks nodes as deleting if their node request is being deleted. `busy`: names of busy nodes of any pool
/// (busy_nodes).
void take_node_requests(Reading& reading, const std::set<std::string>& busy, bool found,
                        Result<std::vector<ports::NodeRequest>> requests) {
  const auto& ref = reading.pool.spec.scale_ref;
  reading.supply.shows_requests =
      ref && (is_karpenter_pool(*ref) || is_machine_deployment(*ref)) && found && requests.ok();
  if (!requests) return reading.trouble(requests.error().in("nodes asked for"));
  for (const ports::NodeRequest& request : *requests) {
    bool labelled = false;
    for (ports::Node& node : reading.supply.nodes) {
      if (node.name != request.node) continue;
      labelled = true;
      node.deleting = node.deleting || request.deleting;
    }
    if (!labelled && !request.deleting && busy.contains(request.node)) ++reading.supply.busy_unlabelled;
  }
  reading.supply.requests = std::move(*requests);
}

/// Returns whether to read the scale next. A 404 that does not name the object means that its API is gone. The object
/// may still exist, so the error is then Unavailable, not NotFound.
bool take_object(Reading& reading, Discovery& discovery, Result<http::Response> response) {
  const api::ScaleRef& ref = *reading.pool.spec.scale_ref;
  if (response && response->status == kNotFound && !names_object(*response, ref.name)) {
    discovery.forget(ref.api_version);
    reading.trouble({ErrorKind::Unavailable, ref.to_string() + ": its API is not served as it was a moment ago", {}});
    return false;
  }
  const Result<Json> object = document(std::move(response));
  if (!object) {
    reading.trouble(object.error().in(ref.to_string()));
    return false;
  }
  reading.supply.refusal = refusal_of(ref, *object);
  reading.supply.rolling = rolling_of(ref, *object);
  return has_size(ref, *object);
}

void take_scale(Reading& reading, Result<http::Response> response) {
  const Result<Json> object = document(std::move(response));
  const Result<Scale> scale = object ? scale_from_json(*object) : Result<Scale>(object.error());
  if (!scale) {
    Error error = scale.error().in("scale of " + reading.pool.spec.scale_ref->to_string());
    if (error.kind == ErrorKind::NotFound) error.kind = ErrorKind::Unavailable;  // the object existed a moment ago
    return reading.trouble(error);
  }
  reading.supply.size = scale->spec_replicas;
  reading.supply.size_version = scale->resource_version;
}

void find_scales(Discovery& discovery, std::vector<Reading>& readings, Millis deadline) {
  std::vector<Reading*> of;
  std::vector<ScaledKind> kinds;
  for (Reading& reading : readings) {
    if (!reading.pool.spec.scale_ref) continue;
    of.push_back(&reading);
    kinds.push_back(scaled_kind(*reading.pool.spec.scale_ref));
  }
  if (kinds.empty()) return;
  const std::vector<Result<Resource>> resources = discovery.scale_resources(kinds, deadline);
  for (std::size_t i = 0; i < of.size(); ++i) {
    if (resources[i])
      of[i]->scaled = *resources[i];
    else
      of[i]->trouble(resources[i].error());
  }
}

/// Checks once whether the cluster serves the CapacityBuffer API, if any pool uses buffers.
void find_buffers(BufferClient& buffers, std::vector<Reading>& readings, Millis deadline) {
  std::optional<Result<std::optional<api::Reason>>> refusal;
  for (Reading& reading : readings) {
    if (reading.pool.spec.sizing != api::Sizing::CapacityBuffer) continue;
    if (!refusal) refusal = buffers.refusal(deadline);
    if (*refusal)
      reading.supply.refusal = **refusal;
    else
      reading.trouble(refusal->error());
  }
}

std::vector<Result<http::Response>> send_all(http::Transport& transport, const std::vector<http::Request>& requests,
                                             Millis deadline) {
  return requests.empty() ? std::vector<Result<http::Response>>{} : transport.send_all(requests, deadline);
}

}  // namespace

std::vector<ports::PoolSupply> SupplyReader::read(const std::vector<api::AcceleratorPool>& pools, Millis deadline) {
  const Millis began = clock_.steady();
  const auto left = [&] { return std::max(deadline - (clock_.steady() - began), Millis(1)); };
  std::vector<std::vector<ports::Node>> nodes = nodes_of_pools(pools, nodes_, pods_);
  std::vector<Reading> readings;
  for (std::size_t i = 0; i < pools.size(); ++i) {
    readings.push_back({pools[i], {}, {}});
    readings.back().supply.nodes = std::move(nodes[i]);
  }
  find_scales(discovery_, readings, left());
  find_buffers(buffers_, readings, left());

  const bool any_scaled = std::any_of(pools.begin(), pools.end(), [](const auto& one) { return one.spec.scale_ref; });
  const std::set<std::string> busy = any_scaled ? busy_nodes(pods_) : std::set<std::string>{};
  std::vector<http::Request> requests;  // for each pool: its node requests, then the object of its scaleRef
  for (const Reading& reading : readings) {
    requests.push_back(list_node_requests(reading.pool));
    if (reading.scaled) requests.push_back(get_request(reading.path("")));
  }
  std::vector<Result<http::Response>> answers = send_all(transport_, requests, left());
  requests.clear();
  std::size_t next = 0;
  std::vector<Reading*> sized;
  for (Reading& reading : readings) {
    Result<http::Response>& first = answers[next++];
    const bool found = first ? first->status == kOk : first.error().kind == ErrorKind::TooLarge;
    take_node_requests(reading, busy, found, all_node_requests(reading.pool, transport_, std::move(first), left));
    if (!reading.scaled || !take_object(reading, discovery_, std::move(answers[next++]))) continue;
    sized.push_back(&reading);
    requests.push_back(get_request(reading.path("scale")));
  }
  answers = send_all(transport_, requests, left());
  for (std::size_t i = 0; i < sized.size(); ++i) take_scale(*sized[i], std::move(answers[i]));

  std::vector<ports::PoolSupply> supplies;
  for (Reading& reading : readings) supplies.push_back(std::move(reading.supply));
  return supplies;
}

}  // namespace aia::kube
