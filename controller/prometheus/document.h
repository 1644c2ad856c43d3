// The JSON envelope of Prometheus's query API as a struct, without any judgement: status, error, warnings and whatever
// series the result holds. A result of any type is read alike, because the type may come behind the result. Source:
// https://prometheus.io/docs/prometheus/latest/querying/api/#format-overview
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "controller/ports/metrics_source.h"

namespace aia::prometheus {

/// What a server says beside its answer.
struct Remarks {
  std::vector<std::string> texts;  ///< the first ones
  std::size_t left_out = 0;
};

struct Document {
  std::string status;
  std::string result_type;
  std::string error_type;
  std::string error;
  bool has_result = false;
  bool has_histograms = false;  ///< a series came with native histograms
  bool has_text = false;        ///< the value of a scalar or string is no number
  bool is_partial = false;      ///< VictoriaMetrics' cluster: some of its storage did not answer
  Remarks warnings, infos;      ///< in words in the answer
  ports::QueryAnswer answer;    ///< a scalar is one series without labels
};

/// Errors: Unavailable with the parser's words when the text is not such a document as a whole.
Result<Document> read_document(std::string body);

}  // namespace aia::prometheus
