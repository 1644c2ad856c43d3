// A world with several workloads on one pool: "llm" and "chat" may use it, "guest" may not. Their demand wanders, so
// that a forecast knows how far it may go, and not where.
#pragma once

#include <regex>

#include "tests/controller/loop/pool_world.h"

namespace aia::loop::fakes {

/// In [0, 1), the same for the same.
inline double dice(std::uint64_t seed, std::int64_t at) {
  std::uint64_t x = seed * 0x9E3779B97F4A7C15 + static_cast<std::uint64_t>(at);
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
  return static_cast<double>((x ^ (x >> 31)) >> 11) / 9007199254740992.0;
}

/// 20 to 120 requests/s: every twelve minutes another level that nobody foresees, and straight lines between.
inline std::function<double(WallTime)> wandering(std::uint64_t seed) {
  return [seed](WallTime at) {
    const double blocks = std::chrono::duration<double, std::ratio<720>>(at.time_since_epoch()).count();
    const auto block = static_cast<std::int64_t>(blocks);
    const double between = blocks - static_cast<double>(block);
    return 20 + 100 * ((1 - between) * dice(seed, block) + between * dice(seed, block + 1));
  };
}

/// GPUs that all are said to want together, and the sum of what each wants.
struct Figures {
  double together = 0, apart = 0;
};

/// "llm" and "chat" may use the pool, "guest" names it from a namespace that may not.
struct Shared : PoolWorld {
  explicit Shared(api::Sizing sizing, std::uint64_t seed_of_chat = 2) : PoolWorld(sizing) {
    metrics.series["demand"].value = wandering(1);
    metrics.series["chat"].value = wandering(seed_of_chat);
    metrics.series["guest"].value = wandering(3);
    join("chat");
    join("guest").meta.ns = "other";
    for (const char* name : {"llm", "chat", "guest"}) {
      spec(name).forecast.model = api::ModelChoice::Auto;
      spec(name).forecast.history = 12h;
    }
    settings.node_shrink_window = 3min;
    pools.objects.at("h100").object.spec.max_nodes = 60;
    restart();
    steps(10min);
  }

  api::Autoscaler& join(const std::string& name) {
    auto& object = add(name, 2, name);
    on_pool.insert(name);
    object.spec.node_pool = "h100";
    object.spec.lead_time = 3min;
    deployment(name).replica = deployment("llm").replica;
    return object;
  }

  int buffer_of(const std::string& name) { return pools.stored.contains(name) ? pools.stored.at(name).replicas : 0; }
  int busy() {
    const auto& nodes = pools.nodes["h100"];
    return static_cast<int>(std::count_if(nodes.begin(), nodes.end(), [](const auto& one) { return one.node.busy; }));
  }
  /// In the newest cycle; a status is not written for a reason's words alone.
  const ports::PoolReport& report() { return reporter.cycle.pools.at(0); }
  std::string said(const std::string& code) {
    for (const auto& reason : report().reasons)
      if (reason.code == code) return reason.message;
    return "";
  }
  /// What the reason of this name says; unset: there is no such reason.
  std::optional<Figures> together() {
    static const std::regex words("([0-9]+) GPUs are wanted together, .* sums to ([0-9]+)");
    std::smatch found;
    const std::string message = said("Together");
    if (!std::regex_match(message, found, words)) return std::nullopt;
    return Figures{std::stod(found[1]), std::stod(found[2])};
  }
  int bound(const std::string& name) {
    const auto& all = deployment(name).pods;
    return static_cast<int>(
        std::count_if(all.begin(), all.end(), [](const auto& one) { return !one.pod.node.empty(); }));
  }
  bool until_both_have_buffers() {
    for (int i = 0; i < 960 && (buffer_of("llm") == 0 || buffer_of("chat") == 0); ++i) step();
    return buffer_of("llm") > 0 && buffer_of("chat") > 0;
  }
  bool wrote(const std::string& start) {
    return std::any_of(pools.writes.begin(), pools.writes.end(),
                       [&](const auto& one) { return one.starts_with(start); });
  }
};

/// Both have grown; then "llm" is asked little, so that its nodes are idle, and those "chat" has are asked for ahead.
struct Emptying : Shared {
  Emptying() : Shared(api::Sizing::Scale) {
    for (int i = 0; i < 480 && deployment("llm").replicas < 9; ++i) step();
    metrics.series["demand"].value = [](WallTime) { return 15.0; };
  }
  /// Least size within an hour.
  int least() {
    int nodes = pools.sizes.at("h100");
    steps(1h, [&] { nodes = std::min(nodes, pools.sizes.at("h100")); });
    return nodes;
  }
};

}  // namespace aia::loop::fakes
