// Asks in rounds: in the first round the node requests of all pools, and in each round whatever the pools' actuators
// ask for. All requests of a round are sent side by side.
#include "controller/kube/nodepool/supply_reader.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <map>

#include "controller/kube/client/response.h"

namespace aia::kube {
namespace {

constexpr int kOk = 200;

/// A pool while its supply is read, and its actuator.
struct Reader {
  PoolReading reading;
  Actuator& actuator;
  NodeRequestList list;
};

/// A page of node requests; empty where the API server answers 404. Errors: those of the transport and the API
/// server.
struct Page {
  std::vector<ports::NodeRequest> requests{};
  std::string continue_token{};
};

Result<Page> page_from(const Actuator& actuator, Result<http::Response> response) {
  const Result<Json> list = document(std::move(response));
  Page page;
  if (!list && list.error().kind == ErrorKind::NotFound) return page;
  if (!list) return list.error();
  for (const Json& object : list_at(*list, {"items"})) page.requests.push_back(actuator.node_request_from(object));
  page.continue_token = text_at(*list, {"metadata", "continue"});
  return page;
}

/// All node requests of the pool, sorted by name. `first` is the first page; a page that is too large is read in
/// halves.
Result<std::vector<ports::NodeRequest>> all_node_requests(const Reader& reader, http::Transport& transport,
                                                          Result<http::Response> first,
                                                          const std::function<Millis()>& left) {
  constexpr int kMost = 20'000;  // twice the nodes that a pool may have
  Result<Page> page = page_from(reader.actuator, std::move(first));
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
    page = page_from(reader.actuator, transport.send(list_node_requests(reader.list, limit, from), left()));
  }
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return all;
}

/// Takes the pool's node requests, of which `first` is the first page. Marks nodes as deleting if their node request is
/// being deleted. `busy`: names of busy nodes of any pool (busy_nodes).
void take_node_requests(Reader& reader, const std::set<std::string>& busy, http::Transport& transport,
                        Result<http::Response> first, const std::function<Millis()>& left) {
  PoolReading& reading = reader.reading;
  const bool found = first ? first->status == kOk : first.error().kind == ErrorKind::TooLarge;
  Result<std::vector<ports::NodeRequest>> requests = all_node_requests(reader, transport, std::move(first), left);
  reading.supply.shows_requests = reader.list.complete && found && requests.ok();
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

/// Lets each actuator prepare all its pools together.
void prepare(std::vector<Reader>& readers, const std::function<Millis()>& left) {
  std::vector<Actuator*> actuators;
  std::map<Actuator*, std::vector<PoolReading*>> readings;
  for (Reader& reader : readers) {
    std::vector<PoolReading*>& of = readings[&reader.actuator];
    if (of.empty()) actuators.push_back(&reader.actuator);
    of.push_back(&reader.reading);
  }
  for (Actuator* actuator : actuators) actuator->prepare(readings[actuator], left());
}

/// A request about a pool: for its node requests, or by its actuator.
struct Question {
  Reader* reader;
  bool of_list;
  http::Request request;
};

void add_question(std::vector<Question>& questions, Reader& reader, int round) {
  if (auto request = reader.actuator.question(reader.reading, round))
    questions.push_back({&reader, false, std::move(*request)});
}

}  // namespace

std::vector<ports::PoolSupply> SupplyReader::read(const std::vector<api::AcceleratorPool>& pools, Millis deadline) {
  const Millis began = clock_.steady();
  const auto left = [&] { return std::max(deadline - (clock_.steady() - began), Millis(1)); };
  std::vector<std::vector<ports::Node>> nodes = nodes_of_pools(pools, nodes_, pods_);
  std::vector<Reader> readers;
  for (std::size_t i = 0; i < pools.size(); ++i) {
    Actuator& actuator = actuators_.of(pools[i].spec);
    readers.push_back({{pools[i]}, actuator, actuator.node_requests(pools[i])});
    readers.back().reading.supply.nodes = std::move(nodes[i]);
  }
  prepare(readers, left);

  // Only a pool with a size needs to know which of its nodes are busy.
  const bool any_scaled = std::any_of(pools.begin(), pools.end(), [](const auto& one) { return one.spec.scale_ref; });
  const std::set<std::string> busy = any_scaled ? busy_nodes(pods_) : std::set<std::string>{};
  std::vector<Question> questions;
  for (Reader& reader : readers) {
    questions.push_back({&reader, true, list_node_requests(reader.list)});
    add_question(questions, reader, 0);
  }
  for (int round = 0; !questions.empty(); ++round) {
    std::vector<http::Request> requests;
    for (const Question& question : questions) requests.push_back(question.request);
    std::vector<Result<http::Response>> answers = transport_.send_all(requests, left());
    std::vector<Question> next;
    for (std::size_t i = 0; i < questions.size(); ++i) {
      Reader& reader = *questions[i].reader;
      if (questions[i].of_list)
        take_node_requests(reader, busy, transport_, std::move(answers[i]), left);
      else if (reader.actuator.take(reader.reading, round, std::move(answers[i])))
        add_question(next, reader, round + 1);
    }
    questions = std::move(next);
  }

  std::vector<ports::PoolSupply> supplies;
  for (Reader& reader : readers) supplies.push_back(std::move(reader.reading.supply));
  return supplies;
}

}  // namespace aia::kube
