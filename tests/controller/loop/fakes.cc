// The fakes' behaviour; see fakes.h.
#include "tests/controller/loop/fakes.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace aia::loop::fakes {

void Deployment::lose(int count) {
  for (int i = 0; i < count; ++i) {
    auto& pod = pods.at(static_cast<std::size_t>(i));
    pod.pod.ready_since.reset();
    pod.ready_at = WallTime::max();
  }
}

void FakeCluster::settle(const std::string& name, bool ready_now) {
  auto& deployment = deployments.at(name);
  auto& pods = deployment.pods;
  while (static_cast<int>(pods.size()) > deployment.replicas) pods.pop_back();
  while (static_cast<int>(pods.size()) < deployment.replicas) {
    FakePod pod;
    pod.pod.name = name + "-" + std::to_string(next_pod_++);
    pod.pod.uid = pod.pod.name;
    pod.pod.created = ready_now ? clock_.time - 24h : clock_.time;
    pod.ready_at = pod.pod.created + deployment.lead;
    pods.push_back(pod);
  }
  for (auto& pod : pods) {
    if (pod.ready_at <= clock_.time) pod.pod.ready_since = pod.ready_at;
  }
}

std::vector<ports::AutoscalerView> FakeCluster::autoscalers() {
  std::vector<ports::AutoscalerView> views;
  for (const auto& [name, view] : objects) views.push_back(view);
  return views;
}

std::vector<Result<ports::Target>> FakeCluster::targets(const std::vector<api::Autoscaler>& of, Millis deadline) {
  targets_deadline = deadline;
  if (on_targets) on_targets();
  std::vector<Result<ports::Target>> targets;
  for (const auto& object : of) {
    if (reads_answered && targets.size() >= *reads_answered) {
      targets.push_back(unread);
      continue;
    }
    read.push_back(object.spec.target.name);
    const auto found = deployments.find(object.spec.target.name);
    if (found == deployments.end()) {
      targets.push_back(Error{ErrorKind::NotFound, object.spec.target.to_string() + " does not exist", {}});
      continue;
    }
    const auto& deployment = found->second;
    if (deployment.read_error) {
      targets.push_back(*deployment.read_error);
      continue;
    }
    ports::Target target;
    target.spec_replicas = deployment.replicas;
    target.resource_version = std::to_string(deployment.version);
    target.uid = deployment.uid;
    target.status_replicas = deployment.replicas;
    target.rollout = deployment.rollout;
    target.replica = deployment.replica;
    for (const auto& pod : deployment.pods) target.pods.push_back(pod.pod);
    if (deployment.as_seen) deployment.as_seen(target);
    targets.push_back(std::move(target));
  }
  return targets;
}

std::vector<ports::Owner> FakeCluster::other_owners(const std::string&, const api::TargetRef& target) {
  return owners[target.name];
}

std::vector<std::string> FakeCluster::forecasts_of(const api::Autoscaler& autoscaler) {
  std::vector<std::string> names;
  for (const auto& [name, forecast] : forecasts) {
    if (forecast.autoscaler == autoscaler.meta.name) names.push_back(name);
  }
  return names;
}

Result<ports::ScaleView> FakeCluster::read_scale(const api::Autoscaler& autoscaler) {
  const auto& deployment = deployments.at(autoscaler.spec.target.name);
  return ports::ScaleView{deployment.replicas, std::to_string(deployment.version), deployment.uid};
}

Result<std::string> FakeCluster::write_scale(const api::Autoscaler& autoscaler, int replicas,
                                             const std::string& version) {
  auto& deployment = deployments.at(autoscaler.spec.target.name);
  if (on_write) on_write(autoscaler.spec.target.name);
  clock_.time += write_takes;
  if (deployment.write_error) return *deployment.write_error;
  if (deployment.before_write) deployment.before_write(deployment);
  if (version != std::to_string(deployment.version))
    return Error{ErrorKind::Conflict, "the object has been modified", {}};
  scale_writes.push_back({autoscaler.spec.target.name, replicas, clock_.time});
  deployment.replicas = replicas;
  return std::to_string(++deployment.version);
}

Status FakeCluster::write_forecast(const api::Forecast& forecast) {
  clock_.time += write_takes;
  if (report_error) return *report_error;
  ++forecast_writes;
  forecasts[forecast.meta.name] = forecast;
  return done;
}

Status FakeCluster::delete_forecast(const api::ObjectKey& key) {
  ++forecast_deletes;
  forecasts.erase(key.name);
  return done;
}

Status FakeCluster::write_status(const api::Autoscaler& autoscaler) {
  clock_.time += write_takes;
  if (report_error) return *report_error;
  ++status_writes;
  objects.at(autoscaler.meta.name).object.status = autoscaler.status;
  return done;
}

Status FakeCluster::write_event(const api::Autoscaler& about, const ports::Event& event) {
  clock_.time += write_takes;
  if (event_error) return *event_error;
  events.emplace_back(about.meta.name, event);
  return done;
}

namespace {

ports::LabelledSeries part_of(const FakeSeries& series, const ports::MetricQuery& query, const std::string& value) {
  ports::LabelledSeries part;
  part.labels[query.by->label] = value;
  const Millis step = query.start ? query.step : Millis(1);
  for (WallTime at = query.start.value_or(query.end); at <= query.end; at += step)
    part.samples.push_back({at, series.by.at(value)(at)});
  return part;
}

/// By their means over the last of what is asked for, all of them: the loop takes what it needs.
ports::QueryAnswer heaviest_of(const FakeSeries& series, const ports::MetricQuery& query) {
  ports::QueryAnswer answer;
  for (const auto& [value, demand] : series.by) {
    double sum = 0;
    int looks = 0;
    for (WallTime at = query.end - query.by->over; at <= query.end; at += query.by->resolution, ++looks)
      sum += demand(at);
    answer.series.push_back({{{query.by->label, value}}, {{query.end, sum / looks}}});
  }
  if (series.by.empty()) answer.series.push_back({{}, {{query.end, series.value(query.end)}}});
  return answer;
}

ports::QueryAnswer answer_of(const FakeSeries& series, const ports::MetricQuery& query) {
  if (query.by && query.by->heaviest > 0) return heaviest_of(series, query);
  ports::QueryAnswer answer;
  answer.warnings = series.warnings;
  const int count = query.start ? series.series : series.series_now.value_or(series.series);
  for (int i = 0; i < count; ++i) {
    ports::LabelledSeries one;
    if (count > 1) one.labels["pod"] = std::to_string(i);
    const Millis step = query.start ? query.step : Millis(1);
    for (WallTime at = query.start.value_or(query.end); at <= query.end; at += step) {
      if (at < series.from) continue;
      const double value = series.value(at);
      if (!query.start || !std::isnan(value)) one.samples.push_back({at, value});
    }
    if (!one.samples.empty()) answer.series.push_back(std::move(one));
  }
  if (!query.by) return answer;
  for (const std::string& value : query.by->values) {
    if (series.by.contains(value)) answer.series.push_back(part_of(series, query, value));
  }
  return answer;
}

}  // namespace

std::vector<Result<ports::QueryAnswer>> FakeMetrics::query(const std::vector<ports::MetricQuery>& queries,
                                                           Millis deadline) {
  asked = queries;
  if (on_query) on_query(deadline);
  if (throws) throw std::runtime_error("out of luck");
  std::vector<Result<ports::QueryAnswer>> answers;
  for (const auto& query : queries) {
    const auto found = series.find(query.promql);
    if (found == series.end()) {
      answers.push_back(ports::QueryAnswer{});
    } else if (found->second.error) {
      answers.push_back(*found->second.error);
    } else if (query.start && found->second.range_error) {
      answers.push_back(*found->second.range_error);
    } else {
      answers.push_back(answer_of(found->second, query));
    }
  }
  return answers;
}

std::vector<Result<ports::Evidence>> FakeMetrics::evidence(const std::vector<ports::EvidenceQuery>& queries,
                                                           WallTime at, Millis deadline) {
  if (on_evidence) on_evidence(deadline);
  std::vector<Result<ports::Evidence>> results;
  for (const auto& query : queries) {
    const auto found = series.find(query.promql);
    ports::Evidence fresh;
    fresh.pods = {{"", "", at}};
    if (found != series.end() && found->second.evidence_error) {
      results.push_back(*found->second.evidence_error);
    } else {
      results.push_back(found != series.end() && found->second.evidence ? found->second.evidence(at) : fresh);
    }
  }
  return results;
}

std::vector<std::string> FakeMetrics::why_empty(const std::vector<ports::EvidenceQuery>& queries, WallTime /*at*/,
                                                Millis /*deadline*/) {
  std::vector<std::string> sentences;
  for (const auto& query : queries) sentences.push_back(why.contains(query.promql) ? why.at(query.promql) : "");
  return sentences;
}

World::World() {
  add("llm", 2, "demand");
  restart();
}

api::Autoscaler& World::add(const std::string& name, int replicas, const std::string& query) {
  cluster.deployments[name].replicas = replicas;
  cluster.settle(name, true);
  auto& object = cluster.objects[name].object;
  object.meta = {"serving", name, "uid-" + name, "1", 1, clock.time, false, {}};
  object.spec.target = {"apps/v1", "Deployment", name};
  object.spec.min_replicas = 1;
  object.spec.max_replicas = 40;
  object.spec.mode = api::Mode::Auto;
  object.spec.demand = {{"requests", query, api::DemandKind::Rate, std::nullopt, 10}};
  object.spec.forecast.history = 1h;
  object.spec.forecast.seasons = {};
  if (!metrics.series.contains(query)) metrics.series[query].value = [](WallTime) { return 15.0; };
  return object;
}

const api::Condition& World::condition(const std::string& type, const std::string& name) {
  const auto& all = status(name).conditions;
  const auto found = std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.type == type; });
  if (found == all.end()) throw std::runtime_error("no condition " + type + " on " + name);
  return *found;
}

int World::ready(const std::string& name) {
  const auto& pods = deployment(name).pods;
  return static_cast<int>(std::count_if(pods.begin(), pods.end(), [](const auto& one) { return one.pod.ready_since; }));
}

std::function<ports::Evidence(WallTime)> World::pods_report(std::size_t reporting, Millis age,
                                                            const std::string& name) {
  return [this, reporting, age, name](WallTime at) {
    ports::Evidence evidence;
    const auto& pods = deployment(name).pods;
    for (std::size_t i = 0; i < std::min(reporting, pods.size()); ++i) {
      evidence.pods.push_back({"serving", pods[i].pod.name, at - age});
    }
    return evidence;
  };
}

void World::cycle() {
  for (auto& [name, deployment] : cluster.deployments) cluster.settle(name);
  loop->run_once();
}

void World::run_for(Millis duration, const std::function<void()>& after_each) {
  for (const WallTime end = clock.time + duration; clock.time < end; clock.time += settings.cycle) {
    cycle();
    if (after_each) after_each();
  }
}

}  // namespace aia::loop::fakes
