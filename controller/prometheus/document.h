// Reads the JSON envelope of Prometheus's query API into a struct and judges nothing: status, error, warnings and the
// series of the result. Every result type is read the same way, because the type may come after the result. Source:
// https://prometheus.io/docs/prometheus/latest/querying/api/#format-overview
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "controller/ports/metrics_source.h"

namespace aia::prometheus {

/// Warnings or infos of a server, beside its answer.
struct Remarks {
  std::vector<std::string> texts;  ///< the first 16, each of at most 500 bytes
  std::size_t left_out = 0;
};

struct Document {
  std::string status;
  std::string result_type;
  std::string error_type;
  std::string error;
  bool has_result = false;
  bool has_histograms = false;  ///< a series has native histograms
  bool has_text = false;        ///< the value of a scalar or string is no number
  bool is_partial = false;      ///< some storage nodes of a VictoriaMetrics cluster did not answer
  Remarks warnings, infos;      ///< the answer has the same as texts
  ports::QueryAnswer answer;    ///< a scalar becomes one series without labels
};

/// Parses `body`. Errors: Unavailable, with the parser's message, when the whole text is not such a document.
Result<Document> read_document(std::string body);

}  // namespace aia::prometheus
