// Field on nlohmann::json. Each read checks the JSON type first, so that nlohmann::json never throws.
#include "controller/api/field.h"

#include <limits>
#include <nlohmann/json.hpp>

#include "base/decimal.h"

namespace aia::api {
namespace {

/// The parsed value; a parse error is reported at `field`.
template <class T>
T value_or_fail(const Field& field, Result<T> parsed) {
  if (parsed.ok()) return std::move(parsed).value();
  field.fail(parsed.error().message);
  return T{};
}

}  // namespace

bool Field::present() const {
  return value_ != nullptr && !value_->is_null();
}

Field Field::operator[](const char* key) const {
  const nlohmann::json* member = nullptr;
  if (present() && value_->is_object()) {
    const auto found = value_->find(key);
    if (found != value_->end()) member = &*found;
  } else if (present()) {
    fail(std::string("is a JSON ") + value_->type_name() + ", not an object");
  }
  return {member, problem_, path_.empty() ? key : path_ + "." + key};
}

std::string Field::text() const {
  if (!present()) {
    fail("is required");
    return {};
  }
  if (!value_->is_string()) {
    fail(std::string("is a JSON ") + value_->type_name() + "; write a string, in quotes");
    return {};
  }
  return value_->get_ref<const std::string&>();
}

std::int64_t Field::integer() const {
  if (!present()) {
    fail("is required");
    return 0;
  }
  const bool too_large =
      value_->is_number_unsigned() && value_->get<std::uint64_t>() > std::numeric_limits<std::int64_t>::max();
  if (!value_->is_number_integer() || too_large) {
    fail(value_->is_number() ? "is not an integer in range; write e.g. 3"
                             : "is not a number; write an integer, e.g. 3");
    return 0;
  }
  return value_->get<std::int64_t>();
}

int Field::count() const {
  const std::int64_t value = integer();
  if (value > std::numeric_limits<std::int32_t>::max() || value < std::numeric_limits<std::int32_t>::min()) {
    fail(std::to_string(value) + " is out of range");
    return 0;
  }
  return static_cast<int>(value);
}

Millis Field::duration() const {
  const std::string string = text();
  return string.empty() && !present() ? Millis{0} : value_or_fail(*this, parse_duration(string));
}

WallTime Field::time() const {
  const std::string string = text();
  return string.empty() && !present() ? WallTime{} : value_or_fail(*this, parse_rfc3339(string));
}

double Field::decimal() const {
  const std::string string = text();
  return string.empty() && !present() ? 0 : value_or_fail(*this, parse_decimal(string));
}

std::vector<Field> Field::items() const {
  std::vector<Field> out;
  if (!present()) return out;
  if (!value_->is_array()) {
    fail(std::string("is a JSON ") + value_->type_name() + ", not a list");
    return out;
  }
  out.reserve(value_->size());
  for (const nlohmann::json& item : *value_) {
    const std::string path = path_ + "[" + std::to_string(out.size()) + "]";
    out.push_back(Field(&item, problem_, path));
  }
  return out;
}

std::vector<std::pair<std::string, Field>> Field::members() const {
  std::vector<std::pair<std::string, Field>> out;
  if (!present()) return out;
  if (!value_->is_object()) {
    fail(std::string("is a JSON ") + value_->type_name() + ", not an object");
    return out;
  }
  for (auto member = value_->begin(); member != value_->end(); ++member)
    out.emplace_back(member.key(), Field(&*member, problem_, path_ + "." + member.key()));
  return out;
}

Field Field::only_item(const char* says) const {
  std::vector<Field> all = items();
  if (all.size() > 1) fail(says);
  return all.empty() ? Field(nullptr, problem_, path_ + "[0]") : all.front();
}

void Field::fail(const std::string& message) const {
  if (!*problem_) *problem_ = Error{ErrorKind::Invalid, (path_.empty() ? "the document" : path_) + ": " + message};
}

}  // namespace aia::api
