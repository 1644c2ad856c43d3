// The visitor that reads a struct from JSON (schema.h). Bounds are not its business: validate.cc checks them when the
// whole object is read, because a rule between two fields needs both.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "controller/api/codes.h"
#include "controller/api/field.h"

namespace aia::api {

/// What becomes of a value that cannot be read. Report: the object is refused. Skip: the member keeps its initial
/// value, and an item of a list is left out: a status is ours to write again.
enum class Unreadable { Report, Skip };

class Reader {
 public:
  explicit Reader(Field object, Unreadable unreadable) : object_(std::move(object)), unreadable_(unreadable) {}

  template <class T, class... Rules>
  void required(const char* key, T& value, const Rules&...) const {
    read(object_[key], value);
  }

  template <class T, class... Rules>
  void required(const char* key, std::optional<T>& value, const Rules&...) const {
    if (object_.present()) read(object_[key], value);
  }

  template <class T, class... Rules>
  void optional(const char* key, T& value, const Rules&...) const {
    if (const Field field = object_[key]; field.present()) read(field, value);
  }

  template <class T, class... Rules>
  void defaulted(const char* key, T& value, const Rules&... rules) const {
    optional(key, value, rules...);
  }

  template <class... Rules>
  void or_auto(const char* key, std::optional<Millis>& value, const Rules&...) const {
    if (const Field field = object_[key]; field.present() && field.text() != "Auto") read(field, value);
  }

  template <class... Rules>
  void in_seconds(const char* key, std::optional<Millis>& value, const Rules&...) const {
    std::optional<int> count;
    optional(key, count);
    if (count) value = std::chrono::seconds(*count);
  }

  template <class T, class... Rules>
  void derived(const char*, const T&, const Rules&...) const {}

  [[nodiscard]] Reader required_object(const char* key) const { return Reader(object_[key], unreadable_); }
  [[nodiscard]] Reader defaulted_object(const char* key) const { return required_object(key); }
  [[nodiscard]] Reader optional_object(const char* key) const { return required_object(key); }
  [[nodiscard]] Reader at_most_one(const char* key, const char* says) const {
    return Reader(object_[key].only_item(says), unreadable_);
  }

 private:
  /// `field`; where what cannot be read is skipped, with a Problem of its own.
  [[nodiscard]] Field judged_by(Problem& problem, const Field& field) const {
    return unreadable_ == Unreadable::Skip ? field.within(problem) : field;
  }

  template <class T>
  void read(const Field& field, T& value) const {
    read_as<T>(field, value);
  }

  template <class T>
  void read(const Field& field, std::optional<T>& value) const {
    read_as<T>(field, value);
  }

  /// Reads a T into `value`, which is a T or an optional T.
  template <class T, class Into>
  void read_as(const Field& field, Into& value) const {
    T found{};
    Problem problem;
    if constexpr (Listed<T, const Reader>) {
      const Reader inner(field, unreadable_);
      T::fields(inner, found);
    } else {
      found = leaf(judged_by(problem, field), found);
    }
    if (!problem) value = std::move(found);
  }

  /// Reads each item whole or not at all.
  template <class T>
  void read(const Field& list, std::vector<T>& values) const {
    values.clear();
    for (const Field& item : list.items()) {
      Problem problem;
      T value{};
      const Field judged = judged_by(problem, item);
      Reader(judged, Unreadable::Report).read(judged, value);
      if (!problem) values.push_back(std::move(value));
    }
  }

  void read(const Field& object, std::map<std::string, std::string>& values) const {
    for (const auto& [key, value] : object.members()) read(value, values[key]);
  }

  // The second argument only tells which of these is meant.
  static std::string leaf(const Field& field, const std::string&) { return field.text(); }
  static int leaf(const Field& field, const int&) { return field.count(); }
  static std::int64_t leaf(const Field& field, const std::int64_t&) { return field.integer(); }
  static double leaf(const Field& field, const double&) { return field.decimal(); }
  static Millis leaf(const Field& field, const Millis&) { return field.duration(); }
  static WallTime leaf(const Field& field, const WallTime&) { return field.time(); }
  static Code leaf(const Field& field, const Code&) { return code_of(field.text()); }
  static ConditionType leaf(const Field& field, const ConditionType&) {
    const std::string word = field.text();
    const std::optional<ConditionType> type = condition_type_of(word);
    if (!type) field.fail('"' + word + "\" is no condition of ours");
    return type.value_or(ConditionType::Ready);
  }
  template <Worded Enum>
  static Enum leaf(const Field& field, const Enum&) {
    return field.word<Enum>();
  }

  Field object_;
  Unreadable unreadable_;
};

}  // namespace aia::api
