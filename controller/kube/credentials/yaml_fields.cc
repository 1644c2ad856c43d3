// Converts the nodes of yaml-cpp to JSON. yaml-cpp does not interpret merge keys or tags, so this file does. Exceptions
// of yaml-cpp become Bad here. See yaml_fields.h.
#include "controller/kube/credentials/yaml_fields.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>
#include <string_view>

namespace aia::kube {
namespace {

constexpr int kMaxDepth = 32;
constexpr int kMaxValues = 100'000;
constexpr std::size_t kMaxTextBytes = 16U << 20U;

constexpr std::string_view kCoreTag = "tag:yaml.org,2002:";
constexpr std::string_view kTyped[] = {"null", "bool", "int", "float"};  ///< core tags of JSON's types

template <class Words>
bool among(std::string_view text, const Words& words) {
  return std::find(std::begin(words), std::end(words), text) != std::end(words);
}

/// Truth values of YAML 1.1, as "on" for true. "y" and "n" stay text here, because they may be names.
std::optional<Json> truth_of(std::string_view text) {
  static constexpr std::string_view kTrue[] = {"yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"};
  static constexpr std::string_view kFalse[] = {"no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"};
  if (among(text, kTrue)) return Json(true);
  if (among(text, kFalse)) return Json(false);
  return std::nullopt;
}

bool is_null(std::string_view text) {
  static constexpr std::string_view kNull[] = {"", "~", "null", "Null", "NULL"};
  return among(text, kNull);
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// The base of a number without sign: 16, 2 or 8 by its prefix, which is cut off, else 10.
int take_base(std::string_view& text) {
  if (text.size() < 2 || text.front() != '0') return 10;
  const char kind = text[1];
  const int base = kind == 'x' || kind == 'X' ? 16 : kind == 'b' || kind == 'B' ? 2 : 8;
  text.remove_prefix(base != 8 || kind == 'o' || kind == 'O' ? 2 : 1);
  return base;
}

std::optional<Json> whole_number_of(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  const int base = take_base(text);
  std::uint64_t size = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), size, base);
  if (failure != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (!negative) return Json(size);
  if (size > std::uint64_t{1} << 63U) return std::nullopt;
  return Json(static_cast<std::int64_t>(0 - size));
}

std::optional<Json> fraction_of(std::string_view text) {
  static constexpr std::string_view kNoFigures[] = {".nan",  ".NaN",  ".NAN",  ".inf",  ".Inf",  ".INF",
                                                    "+.inf", "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF"};
  if (among(text, kNoFigures)) return Json(std::nan(""));
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (text.empty() || (!is_digit(text.front()) && text.front() != '.')) return std::nullopt;
  double size = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), size);
  if (failure != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return Json(negative ? -size : size);
}

/// Numbers of YAML 1.1: 0777 is octal, 1_000 has a separator.
std::optional<Json> number_of(std::string_view text) {
  std::string figures(text);
  if (!text.starts_with('.')) std::erase(figures, '_');
  if (const auto whole = whole_number_of(figures)) return whole;
  return fraction_of(figures);
}

/// A place in the document, for messages. A chain of steps, because a path for every value would cost more than the
/// values.
struct Place {
  const Place* above = nullptr;
  std::string step;  ///< ".cluster", "[]"

  [[nodiscard]] std::string text() const {
    std::string path;
    for (const Place* place = this; place != nullptr; place = place->above) path.insert(0, place->step);
    if (path.starts_with('.')) path.erase(0, 1);
    return path.empty() ? "the top" : path;
  }
};

class Conversion {
 public:
  Json value(const YAML::Node& node, const Place& at, int depth) {
    if (depth > kMaxDepth) throw Bad{"nested too deeply at " + at.text() + ": 32 levels are the most"};
    count(node.IsScalar() ? node.Scalar().size() : 0, at);
    if (!node.IsDefined() || node.IsNull()) return nullptr;
    if (node.IsScalar()) return scalar(node, at);
    if (node.IsMap()) return map(node, at, depth);
    Json list = Json::array();
    for (const YAML::Node& item : node) list.push_back(value(item, {&at, "[]"}, depth + 1));
    return list;
  }

 private:
  void count(std::size_t bytes, const Place& at) {
    bytes_ += bytes;
    if (++values_ > kMaxValues || bytes_ > kMaxTextBytes)
      throw Bad{"too large at " + at.text() + ": 100,000 values and 16 MiB are the most, aliases followed"};
  }

  Json map(const YAML::Node& node, const Place& at, int depth) {
    Json object = Json::object();
    std::set<std::string> written;
    for (const auto& entry : node) {
      if (is_merge(entry.first)) {
        merge(object, entry.second, {&at, ".<<"}, depth);
        continue;
      }
      const std::string key = key_of(entry.first, at);
      const Place place{&at, "." + key};
      count(key.size(), place);
      if (!written.insert(key).second) throw Bad{"the key " + place.text() + " is there twice"};
      object[key] = value(entry.second, place, depth + 1);
    }
    return object;
  }

  static bool is_merge(const YAML::Node& key) {
    if (!key.IsScalar() || key.Scalar() != "<<") return false;
    return key.Tag() == "?" || key.Tag().empty() || key.Tag() == std::string(kCoreTag) + "merge";  // "!": quoted
  }

  void merge(Json& object, const YAML::Node& from, const Place& at, int depth) {
    if (from.IsMap()) {
      object.update(value(from, at, depth + 1));
      return;
    }
    if (!from.IsSequence()) throw Bad{at.text() + " is neither a map nor a list of maps"};
    for (std::size_t i = from.size(); i-- > 0;) {
      if (!from[i].IsMap()) throw Bad{at.text() + "[] is not a map"};
      object.update(value(from[i], at, depth + 1));
    }
  }

  static std::string key_of(const YAML::Node& key, const Place& at) {
    const Json read = key.IsScalar() ? scalar(key, at) : Json();
    if (read.is_null()) throw Bad{"a key that is not a string in " + at.text()};
    return read.is_string() ? read.get<std::string>() : dump_json(read);
  }

  static Json scalar(const YAML::Node& node, const Place& at) {
    const std::string& text = node.Scalar();
    const std::string& tag = node.Tag();
    const bool is_core = tag.starts_with(kCoreTag);
    const std::string_view core = is_core ? std::string_view(tag).substr(kCoreTag.size()) : "";
    if (core == "binary") return binary(text, at);
    std::optional<Json> read;
    if (tag.empty() || tag == "?")
      read = untagged(text);
    else if (among(core, kTyped))
      read = typed(text, core, at);
    if (!read) return text;
    if (read->is_number_float() && !std::isfinite(read->get<double>()))
      throw Bad{at.text() + " is a number that JSON does not have"};
    return *read;
  }

  static Json binary(const std::string& text, const Place& at) {
    if (const auto decoded = http::decode_base64(text)) return *decoded;
    throw Bad{at.text() + " is !!binary, but not valid base64"};
  }

  /// The value of a plain text without a tag; nullopt: the text is a string.
  static std::optional<Json> untagged(const std::string& text) {
    if (is_null(text)) return Json();
    const std::optional<Json> truth = truth_of(text);
    return truth ? truth : number_of(text);
  }

  /// The value of a text tagged as null, bool, int or float.
  static Json typed(const std::string& text, std::string_view core, const Place& at) {
    std::optional<Json> read;
    if (core == "null" && is_null(text)) read = Json();
    if (core == "bool") read = truth_of(text);
    if (core == "int" || core == "float") read = number_of(text);
    if (!read || (core == "int" && read->is_number_float()))
      throw Bad{at.text() + " is tagged !!" + std::string(core) + ", but is none"};
    return *read;
  }

  int values_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace

Json yaml_to_json(const std::string& text) {
  try {
    return Conversion().value(YAML::Load(text), Place{}, 0);
  } catch (const YAML::Exception& exception) {
    throw Bad{std::string("not YAML: ") + exception.what()};
  }
}

}  // namespace aia::kube
