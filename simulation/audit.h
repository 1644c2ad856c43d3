// What the virtual API server was asked to write, by whom, and what came of it: the only witness that the checkers
// hear about what the controllers did, as the real API server's audit log is in tests/cluster.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "controller/api/meta.h"

namespace aia::simulation {

struct Write {
  WallTime at{};       ///< when the server applied or refused it
  std::string writer;  ///< a controller's identity, or "person", "cluster"
  std::string kind;    ///< "Scale", "Status", "Forecast", "DeleteForecast", "Event", "Lease", "Spec", "Delete", …
  api::ObjectKey object;
  std::string value;     ///< replicas, or a digest of what was written
  std::string version;   ///< the resourceVersion it carried; empty: none
  std::string outcome;   ///< "ok", or the kind of the error ("conflict")
  WallTime sent{};       ///< when the writer had seen that it leads and sent it
  WallTime view{};       ///< how old the writer's caches were: the moment they showed
  int before = 0;        ///< Scale: replicas that it replaced
  std::string doubt;     ///< Scale: what was wrong with the data behind it, as the world knows; empty: nothing
  bool answered = true;  ///< false: the writer was not told the outcome
  WallTime looked{};     ///< when the writer looked at its caches
  int ready = 0;         ///< Scale: pods that were Ready then (Size: nodes that pods held),
  int lost = 0;          ///< and pods that had been and were not
};

/// One line: "2026-11-21T08:30:00.250 a Scale serving/llm 7 was 9 @123 ok".
std::string to_string(const Write& write);

class Audit {
 public:
  void add(Write write) { writes_.push_back(std::move(write)); }
  void note_pods(int ready, int lost) { writes_.back().ready = ready, writes_.back().lost = lost; }  ///< of the newest
  [[nodiscard]] const std::vector<Write>& writes() const { return writes_; }

  /// Over all lines: equal for equal runs.
  [[nodiscard]] std::uint64_t digest() const;

 private:
  std::vector<Write> writes_;
};

}  // namespace aia::simulation
