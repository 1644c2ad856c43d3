// The report of bench/lead_time about a group of series: a JSON object, and a table made from this object.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "forecasting/exam/protocol.h"

namespace forecasting::bench {

/// The exam of one series.
struct Sat {
  std::string name;
  std::vector<int> minutes;  ///< of each lead
  std::vector<exam::LeadReport> leads;
  std::vector<int> window_minutes;  ///< of each window
  std::vector<double> took_us;
  double cpu_s = 0;
  std::size_t state_bytes = 0;
};

/// Geometric means, worst series and pooled coverage at each of `minutes` ahead, CPU, and every series.
nlohmann::ordered_json group_json(const std::string& name, const std::vector<int>& minutes,
                                  const std::vector<Sat>& series);

std::string group_table(const nlohmann::ordered_json& group);

}  // namespace forecasting::bench
