// The visitor that tells what a struct's list of fields says (controller/api/schema.h), in the words of a CRD's schema.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "controller/api/writer.h"

namespace aia::api {

class Describer {
 public:
  using Json = nlohmann::json;

  /// `number_length`: how long the text of a duration or a decimal number may be.
  Describer(Json& schema, int number_length) : schema_(&schema), number_length_(number_length) {
    schema["type"] = "object";
  }

  /// The schema of a struct.
  template <class T>
  static Json of(int number_length) {
    Json out;
    Describer at(out, number_length);
    T initial{};
    T::fields(at, initial);
    return out;
  }

  template <class T, class... Rules>
  void required(const char* key, const T& value, const Rules&... rules) {
    optional(key, value, rules...);
    (*schema_)["required"][key] = true;
  }

  template <class T, class... Rules>
  void defaulted(const char* key, const T& value, const Rules&... rules) {
    optional(key, value, rules...);
    property(key)["default"] = Listed<T, Describer> ? Json::object() : Writer::json_of(value, rules...);
  }

  template <class T, class... Rules>
  void optional(const char* key, const T& value, const Rules&... rules) {
    property(key) = described(value, rules...);
  }

  template <class... Rules>
  void or_auto(const char* key, const std::optional<Millis>& value, const Rules&... rules) {
    optional(key, value, rules...);
    property(key)["default"] = "Auto";
  }

  void in_seconds(const char* key, const std::optional<Millis>&, const Range<std::chrono::seconds>& range) {
    optional(key, 0, Range<std::int64_t>{range.least.count(), range.most.count()});
  }

  template <class T>
  void derived(const char* key, const T&, const Text& rule) {
    optional(key, std::string(), rule);
  }

  Describer required_object(const char* key) {
    (*schema_)["required"][key] = true;
    return optional_object(key);
  }
  Describer defaulted_object(const char* key) {
    property(key)["default"] = Json::object();
    return optional_object(key);
  }
  Describer optional_object(const char* key) { return {property(key), number_length_}; }
  Describer at_most_one(const char* key, const char*) {
    property(key) = {{"type", "array"}, {"maxItems", 1}};
    return {property(key)["items"], number_length_};
  }

 private:
  Json& property(const char* key) { return (*schema_)["properties"][key]; }

  template <class T, class... Rules>
  Json described(const T& value, const Rules&... rules) const {
    if constexpr (Listed<T, Describer>) {
      return of<T>(number_length_);
    } else {
      Json out = leaf(value);
      (bound(out, rules), ...);
      if ((std::is_same_v<T, Millis> || std::is_same_v<T, double>)) out["maxLength"] = number_length_;
      return out;
    }
  }

  template <class T, class... Rules>
  Json described(const std::optional<T>&, const Rules&... rules) const {
    return described(T{}, rules...);
  }

  template <class T, class... Rules>
  Json described(const std::vector<T>&, const Items& items, const Rules&... rules) const {
    Json out = {{"type", "array"}, {"items", described(T{}, rules...)}};
    return with_count(std::move(out), items, "Items");
  }

  Json described(const std::map<std::string, std::string>&, const Items& items, const Text& rule) const {
    Json out = {{"type", "object"}, {"additionalProperties", described(std::string(), rule)}};
    return with_count(std::move(out), items, "Properties");
  }

  static Json with_count(Json out, const Items& items, const std::string& what) {
    if (items.least > 0) out["min" + what] = items.least;
    out["max" + what] = items.most;
    return out;
  }

  static void bound(Json& out, const Text& text) {
    if (text.least > 0) out["minLength"] = text.least;
    out["maxLength"] = text.most;
  }
  static void bound(Json& out, const Either& words) { out["enum"] = {words.one, words.other}; }
  static void bound(Json& out, const Decimal& bounds) {
    const std::string equal = bounds.open ? " " : "= ";
    if (std::isfinite(bounds.most)) out["bounds"].push_back("<" + equal + format_decimal(bounds.most));
    out["bounds"].push_back(">" + equal + format_decimal(bounds.least));
  }
  static void bound(Json& out, const Range<Millis>& range) {
    out["bounds"] = {"<= " + format_duration(range.most), ">= " + format_duration(range.least)};
  }
  template <class T>
  static void bound(Json& out, const Range<T>& range) {
    out["minimum"] = range.least;
    out["maximum"] = range.most;
  }

  static Json leaf(int) { return {{"type", "integer"}, {"format", "int32"}}; }
  static Json leaf(std::int64_t) { return {{"type", "integer"}, {"format", "int64"}}; }
  static Json leaf(WallTime) { return {{"type", "string"}, {"format", "date-time"}}; }
  static Json leaf(const std::string&) { return {{"type", "string"}}; }
  static Json leaf(double) { return {{"type", "string"}}; }
  static Json leaf(Millis) { return {{"type", "string"}}; }
  static Json leaf(Code) { return {{"type", "string"}}; }
  static Json leaf(ConditionType) { return {{"type", "string"}}; }
  template <Worded Enum>
  static Json leaf(Enum) {
    Json words = Json::array();
    for (const auto& word : words_of(Enum{})) words.push_back(word.text);
    return {{"type", "string"}, {"enum", std::move(words)}};
  }

  Json* schema_;
  int number_length_;
};

}  // namespace aia::api
