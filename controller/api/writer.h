// The visitor that writes a struct as JSON (schema.h), within the CRD's bounds, so that a long message or list never
// makes a write fail. What is unset, not finite, or an empty list that may be left out, is left out: missing is never
// zero.
#pragma once

#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/decimal.h"
#include "base/time.h"
#include "controller/api/codes.h"
#include "controller/api/meta_json.h"
#include "controller/api/schema.h"
#include "controller/api/words.h"

namespace aia::api {

class Writer {
 public:
  explicit Writer(nlohmann::json& object) : object_(&object) {}

  template <class T, class... Rules>
  void required(const char* key, const T& value, const Rules&... rules) const {
    here()[key] = json_of(value, rules...);
  }

  template <class T, class... Rules>
  void required(const char* key, const std::optional<T>& value, const Rules&... rules) const {
    optional(key, value, rules...);
  }

  template <class T, class... Rules>
  void optional(const char* key, const T& value, const Rules&... rules) const {
    required(key, value, rules...);
  }

  template <class T, class... Rules>
  void optional(const char* key, const std::optional<T>& value, const Rules&... rules) const {
    if (value && is_finite(*value)) required(key, *value, rules...);
  }

  template <class T, class... Rules>
  void optional(const char* key, const std::vector<T>& list, const Rules&... rules) const {
    if (!list.empty()) required(key, list, rules...);
  }

  template <class T, class... Rules>
  void defaulted(const char* key, const T& value, const Rules&... rules) const {
    required(key, value, rules...);
  }

  template <class... Rules>
  void or_auto(const char* key, const std::optional<Millis>& value, const Rules&...) const {
    here()[key] = value ? format_duration(*value) : "Auto";
  }

  template <class... Rules>
  void in_seconds(const char* key, const std::optional<Millis>& value, const Rules&...) const {
    if (value) here()[key] = std::chrono::floor<std::chrono::seconds>(*value).count();
  }

  void derived(const char* key, const std::optional<std::string>& text, const Text& rule) const {
    optional(key, text, rule);
  }

  [[nodiscard]] Writer required_object(const char* key) const { return {this, key, false}; }
  [[nodiscard]] Writer defaulted_object(const char* key) const { return {this, key, false}; }
  [[nodiscard]] Writer optional_object(const char* key) const { return {this, key, false}; }
  [[nodiscard]] Writer at_most_one(const char* key, const char*) const { return {this, key, true}; }

  template <class T, class... Rules>
  static nlohmann::json json_of(const T& value, const Rules&... rules) {
    if constexpr (Listed<const T, const Writer>) {
      nlohmann::json out = nlohmann::json::object();
      const Writer inner(out);
      T::fields(inner, value);
      return out;
    } else if constexpr (std::is_same_v<T, std::string>) {
      const Text* text = pick<Text>(rules...);
      return text != nullptr ? cut(value, text->most) : value;
    } else {
      return leaf(value);
    }
  }

  template <class T, class... Rules>
  static nlohmann::json json_of(const std::vector<T>& list, const Rules&... rules) {
    const Items* bounds = pick<Items>(rules...);
    const std::size_t count = bounds != nullptr ? std::min(list.size(), bounds->most) : list.size();
    const std::size_t first = bounds != nullptr && bounds->newest_last ? list.size() - count : 0;
    nlohmann::json out = nlohmann::json::array();
    for (std::size_t i = first; i < first + count; ++i) out.push_back(json_of(list[i], rules...));
    return out;
  }

 private:
  Writer(const Writer* around, const char* key, bool is_item) : around_(around), key_(key), is_item_(is_item) {}

  /// The object written to; one inside another is made when its first field is written.
  [[nodiscard]] nlohmann::json& here() const {
    if (around_ == nullptr) return *object_;
    nlohmann::json& value = around_->here()[key_];
    return is_item_ ? value[0] : value;
  }

  template <class T>
  static bool is_finite(const T& value) {
    if constexpr (std::is_same_v<T, double>) return std::isfinite(value);
    return true;
  }

  static nlohmann::json leaf(int value) { return value; }
  static nlohmann::json leaf(std::int64_t value) { return value; }
  /// A required figure without a text is "0".
  static nlohmann::json leaf(double value) { return std::isfinite(value) ? format_measured(value) : "0"; }
  static nlohmann::json leaf(Millis value) { return format_duration(value); }
  static nlohmann::json leaf(WallTime value) { return format_rfc3339(value); }
  static nlohmann::json leaf(const std::map<std::string, std::string>& value) { return value; }
  static nlohmann::json leaf(Code value) { return to_string(value); }
  static nlohmann::json leaf(ConditionType value) { return to_string(value); }
  template <Worded Enum>
  static nlohmann::json leaf(Enum value) {
    return to_string(value);
  }

  nlohmann::json* object_ = nullptr;  ///< nullptr: inside `around_`
  const Writer* around_ = nullptr;
  const char* key_ = nullptr;
  bool is_item_ = false;
};

}  // namespace aia::api
