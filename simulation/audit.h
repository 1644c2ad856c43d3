// The audit log of the virtual API server: every write, its writer and its outcome. The checkers judge the controllers'
// writes by this log alone, as tests/cluster does with the audit log of the real API server.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "controller/api/meta.h"

namespace aia::simulation {

struct Write {
  WallTime at{};       ///< when the server applied or refused the write
  std::string writer;  ///< the controller's identity, or "person", "cluster"
  std::string kind;    ///< "Scale", "Status", "Forecast", "DeleteForecast", "Event", "Lease", "Spec", "Delete", …
  api::ObjectKey object;
  std::string value;     ///< replicas or nodes, or a digest of the written object
  std::string version;   ///< resourceVersion in the request; empty: none
  std::string outcome;   ///< "ok", or the kind of the error ("conflict")
  WallTime sent{};       ///< when the writer checked its lease and sent the request
  WallTime view{};       ///< the moment that the writer's caches showed
  int before = 0;        ///< Scale: replicas before the write (Size: nodes)
  std::string doubt;     ///< Scale: the true fault in the data behind the decision; empty: the data was sound
  bool answered = true;  ///< false: the writer was not told the outcome
  WallTime looked{};     ///< when the writer looked at its caches
  int ready = 0;         ///< Scale: Ready pods at `at` (Size: nodes in use)
  int lost = 0;          ///< Scale: lost pods at `at`: they were Ready before
};

/// One line: "2026-11-21T08:30:00.250 a Scale serving/llm 7 was 9 @123 ok".
std::string to_string(const Write& write);

class Audit {
 public:
  void add(Write write) { writes_.push_back(std::move(write)); }
  void note_pods(int ready, int lost) {
    writes_.back().ready = ready, writes_.back().lost = lost;
  }  ///< of the newest write
  [[nodiscard]] const std::vector<Write>& writes() const { return writes_; }

  /// Of all lines: equal for equal runs.
  [[nodiscard]] std::uint64_t digest() const;

 private:
  std::vector<Write> writes_;
};

}  // namespace aia::simulation
