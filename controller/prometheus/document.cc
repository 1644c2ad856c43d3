// The bulk parser: simdjson on demand, one pass, in whatever order the fields come. A range answer can be 47 MB, so
// numbers are read in place. Its traps: the text needs SIMDJSON_PADDING bytes of room behind it, and what is not read
// is not validated, so the fields that an answer must have are checked to have come.
#include "controller/prometheus/document.h"

#include <simdjson.h>

#include <charconv>
#include <cmath>
#include <limits>

namespace aia::prometheus {
namespace {

namespace json = simdjson::ondemand;
using simdjson::error_code;

#define AIA_TRY(expression)                                      \
  do {                                                           \
    if (const error_code failed_ = (expression)) return failed_; \
  } while (false)

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
        std::errc::result_out_of_range) {  // beyond a double's range: too small is zero, too large infinite
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

/// [1435781451.781, "1.5"]
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

/// A list of series, or the pair of a scalar or string: the first element tells.
error_code read_result(json::value result, Document& document) {
  document.has_result = true;
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
      // A string result is known by its resultType, which may come later.
      document.has_text = read_number(text, scalar.samples.back().value) != simdjson::SUCCESS;
    }
    ++place;
  }
  if (place == 1 || place > 2) return simdjson::INCORRECT_TYPE;
  if (place == 2) document.answer.series.push_back(std::move(scalar));
  return simdjson::SUCCESS;
}

error_code read_strings(json::value value, std::vector<std::string>& out) {
  json::array elements;
  AIA_TRY(value.get_array().get(elements));
  for (auto element : elements) {
    std::string_view text;
    AIA_TRY(element.get_string().get(text));
    out.emplace_back(text);
  }
  return simdjson::SUCCESS;
}

error_code read_text(json::value value, std::string& out) {
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
      AIA_TRY(field.value().get_bool().get(document.is_partial));
    } else if (name == "warnings") {
      AIA_TRY(read_strings(field.value(), document.answer.warnings));
    } else if (name == "infos") {
      AIA_TRY(read_strings(field.value(), document.answer.infos));
    }
  }
  const char* behind = nullptr;  // out of bounds when nothing follows
  return root.current_location().get(behind) == simdjson::SUCCESS ? simdjson::TAPE_ERROR : simdjson::SUCCESS;
}

#undef AIA_TRY

}  // namespace

Result<Document> read_document(std::string body) {
  Document document;
  try {
    if (const error_code failed = read_root(body, document))
      return Error{ErrorKind::Unavailable, simdjson::error_message(failed)};
  } catch (const std::exception& error) {  // no memory for a huge answer
    return Error{ErrorKind::Unavailable, error.what()};
  }
  return document;
}

}  // namespace aia::prometheus
