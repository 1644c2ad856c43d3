// Parses with simdjson on demand, in one pass and in any order of fields. A range answer can have 47 MB, so numbers are
// read in place. simdjson has two traps. The text needs SIMDJSON_PADDING bytes of room behind its end. simdjson
// validates only the parts that are read, so required fields are checked explicitly.
#include "controller/prometheus/document.h"

#include <simdjson.h>

#include <charconv>
#include <cmath>
#include <limits>

#include "controller/api/meta_json.h"

namespace aia::prometheus {
namespace {

constexpr std::size_t kMostRemarks = 16;     // kept of an answer's warnings, and of its infos
constexpr std::size_t kLongestRemark = 500;  // bytes

namespace json = simdjson::ondemand;
using simdjson::error_code;

#define AIA_TRY(expression)                                      \
  do {                                                           \
    if (const error_code failed_ = (expression)) return failed_; \
  } while (false)

/// Go writes an empty list as null, so null means the same as a missing field.
bool is_null(json::value& value) {
  bool null = false;
  return value.is_null().get(null) == simdjson::SUCCESS && null;
}

error_code read_number(std::string_view text, double& out) {
  if (text == "NaN") {
    out = std::numeric_limits<double>::quiet_NaN();
  } else if (text == "+Inf" || text == "Inf") {
    out = std::numeric_limits<double>::infinity();
  } else if (text == "-Inf") {
    out = -std::numeric_limits<double>::infinity();
  } else {
    const auto* end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, out);
    if (parsed.ptr != end) return simdjson::NUMBER_ERROR;
    if (parsed.ec ==
        std::errc::result_out_of_range) {  // out of a double's range: too small becomes zero, too large infinity
      out = std::strtod(std::string(text).c_str(), nullptr);
    } else if (parsed.ec != std::errc{}) {
      return simdjson::NUMBER_ERROR;
    }
  }
  return simdjson::SUCCESS;
}

error_code read_time(json::value value, WallTime& out) {
  double at_s = 0;
  AIA_TRY(value.get_double().get(at_s));
  if (!(std::abs(at_s) < 1e12)) return simdjson::NUMBER_OUT_OF_RANGE;
  out = WallTime(Millis(std::llround(at_s * 1000)));
  return simdjson::SUCCESS;
}

/// [1435781451.781, "1.5"]: time in seconds, value as text.
error_code read_sample(json::value sample, ports::Sample& out) {
  json::array pair;
  AIA_TRY(sample.get_array().get(pair));
  int place = 0;
  for (auto element : pair) {
    json::value value;
    AIA_TRY(element.get(value));
    if (place == 0) {
      AIA_TRY(read_time(value, out.time));
    } else if (place == 1) {
      std::string_view text;
      AIA_TRY(value.get_string().get(text));
      AIA_TRY(read_number(text, out.value));
    }
    ++place;
  }
  return place == 2 ? simdjson::SUCCESS : simdjson::INCORRECT_TYPE;
}

error_code read_labels(json::value metric, std::map<std::string, std::string>& out) {
  if (is_null(metric)) return simdjson::SUCCESS;
  json::object labels;
  AIA_TRY(metric.get_object().get(labels));
  for (auto field : labels) {
    std::string_view name, value;
    AIA_TRY(field.unescaped_key().get(name));
    std::string key(name);
    AIA_TRY(field.value().get_string().get(value));
    out.emplace(std::move(key), value);
  }
  return simdjson::SUCCESS;
}

error_code read_series(json::object object, Document& document) {
  ports::LabelledSeries series;
  for (auto field : object) {
    std::string_view name;
    AIA_TRY(field.unescaped_key().get(name));
    if (name == "metric") {
      AIA_TRY(read_labels(field.value(), series.labels));
    } else if (name == "value") {
      AIA_TRY(read_sample(field.value(), series.samples.emplace_back()));
    } else if (name == "values") {
      json::array pairs;
      AIA_TRY(field.value().get_array().get(pairs));
      for (auto element : pairs) {
        json::value pair;
        AIA_TRY(element.get(pair));
        AIA_TRY(read_sample(pair, series.samples.emplace_back()));
      }
    } else if (name == "histogram" || name == "histograms") {
      document.has_histograms = true;
    }
  }
  document.answer.series.push_back(std::move(series));
  return simdjson::SUCCESS;
}

/// Reads a list of series, or the pair of a scalar or string. The type of the first element decides.
error_code read_result(json::value result, Document& document) {
  document.has_result = true;
  if (is_null(result)) return simdjson::SUCCESS;
  json::array elements;
  AIA_TRY(result.get_array().get(elements));
  ports::LabelledSeries scalar;
  int place = 0;
  for (auto element : elements) {
    json::value value;
    AIA_TRY(element.get(value));
    json::json_type type{};
    AIA_TRY(value.type().get(type));
    if (type == json::json_type::object) {
      json::object object;
      AIA_TRY(value.get_object().get(object));
      AIA_TRY(read_series(object, document));
      continue;
    }
    if (place == 0) {
      AIA_TRY(read_time(value, scalar.samples.emplace_back().time));
    } else {
      std::string_view text;
      AIA_TRY(value.get_string().get(text));
      // Only resultType tells a string from a scalar, and resultType may come later.
      document.has_text = read_number(text, scalar.samples.back().value) != simdjson::SUCCESS;
    }
    ++place;
  }
  if (place == 1 || place > 2) return simdjson::INCORRECT_TYPE;
  if (place == 2) document.answer.series.push_back(std::move(scalar));
  return simdjson::SUCCESS;
}

/// Keeps the first 16 remarks and counts the remainder.
void keep(Remarks& remarks, std::string_view text) {
  if (remarks.texts.size() < kMostRemarks)
    remarks.texts.push_back(api::cut(std::string(text.substr(0, 4 * kLongestRemark)), kLongestRemark));
  else
    ++remarks.left_out;
}

/// Prometheus 2.48 to 2.53, and Thanos built on them, report infos among the warnings; later versions report them as
/// infos. An info is a remark on the query's style; the answer is complete (util/annotations of Prometheus).
error_code read_remarks(json::value value, Document& document, bool all_are_infos) {
  if (is_null(value)) return simdjson::SUCCESS;
  json::array elements;
  AIA_TRY(value.get_array().get(elements));
  for (auto element : elements) {
    std::string_view text;
    AIA_TRY(element.get_string().get(text));
    const bool is_info = all_are_infos || text.starts_with("PromQL info:");
    keep(is_info ? document.infos : document.warnings, text);
  }
  return simdjson::SUCCESS;
}

error_code read_text(json::value value, std::string& out) {
  if (is_null(value)) return simdjson::SUCCESS;
  std::string_view text;
  AIA_TRY(value.get_string().get(text));
  out = text;
  return simdjson::SUCCESS;
}

error_code read_data(json::value value, Document& document) {
  json::json_type type{};
  AIA_TRY(value.type().get(type));
  if (type != json::json_type::object) return simdjson::SUCCESS;  // an error's data may be null
  json::object data;
  AIA_TRY(value.get_object().get(data));
  for (auto field : data) {
    std::string_view name;
    AIA_TRY(field.unescaped_key().get(name));
    if (name == "resultType") {
      AIA_TRY(read_text(field.value(), document.result_type));
    } else if (name == "result") {
      AIA_TRY(read_result(field.value(), document));
    }
  }
  return simdjson::SUCCESS;
}

error_code read_root(std::string& body, Document& document) {
  body.reserve(body.size() + simdjson::SIMDJSON_PADDING);
  json::parser parser;
  json::document root;
  AIA_TRY(parser.iterate(simdjson::padded_string_view(body.data(), body.size(), body.capacity())).get(root));
  json::object object;
  AIA_TRY(root.get_object().get(object));
  for (auto field : object) {
    std::string_view name;
    AIA_TRY(field.unescaped_key().get(name));
    if (name == "status") {
      AIA_TRY(read_text(field.value(), document.status));
    } else if (name == "data") {
      AIA_TRY(read_data(field.value(), document));
    } else if (name == "errorType") {
      AIA_TRY(read_text(field.value(), document.error_type));
    } else if (name == "error") {
      AIA_TRY(read_text(field.value(), document.error));
    } else if (name == "isPartial") {
      json::value partial;
      AIA_TRY(field.value().get(partial));
      if (!is_null(partial)) AIA_TRY(partial.get_bool().get(document.is_partial));
    } else if (name == "warnings") {
      AIA_TRY(read_remarks(field.value(), document, false));
    } else if (name == "infos") {
      AIA_TRY(read_remarks(field.value(), document, true));
    }
  }
  const char* behind = nullptr;  // current_location() is out of bounds when nothing follows the document
  return root.current_location().get(behind) == simdjson::SUCCESS ? simdjson::TAPE_ERROR : simdjson::SUCCESS;
}

#undef AIA_TRY

std::vector<std::string> in_words(const Remarks& remarks) {
  auto words = remarks.texts;
  if (remarks.left_out > 0) words.push_back("and " + std::to_string(remarks.left_out) + " more");
  return words;
}

}  // namespace

Result<Document> read_document(std::string body) {
  Document document;
  try {
    if (const error_code failed = read_root(body, document))
      return Error{ErrorKind::Unavailable, simdjson::error_message(failed)};
  } catch (const std::exception& error) {  // out of memory for a huge answer
    return Error{ErrorKind::Unavailable, error.what()};
  }
  document.answer.warnings = in_words(document.warnings);
  document.answer.infos = in_words(document.infos);
  return document;
}

}  // namespace aia::prometheus
