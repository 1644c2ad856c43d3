// Trims in the parser's callback, which reports the depth of each key: fields are dropped before they take memory. The
// depth of an object's own keys depends on the envelope around the object.
#include "controller/kube/client/json.h"

#include <algorithm>
#include <limits>

namespace aia::kube {
namespace {

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// The depth that the parser reports for the top keys of an object in this envelope.
int top_depth(Envelope envelope) {
  switch (envelope) {
    case Envelope::None: return 1;
    case Envelope::WatchEvent: return 2;
    case Envelope::List: return 3;
  }
  return 1;
}

}  // namespace

std::optional<Json> parse_json(std::string_view text) {
  Json json = Json::parse(text.begin(), text.end(), nullptr, false);
  if (json.is_discarded()) return std::nullopt;
  return json;
}

std::optional<Json> parse_json(std::string_view text, const Trim& trim, Envelope envelope) {
  const int top = top_depth(envelope);
  const auto keep = [&](int depth, Json::parse_event_t event, Json& parsed) {
    if (event != Json::parse_event_t::key) return true;
    if (depth == top) return !contains(trim.top, parsed.get_ref<const std::string&>());
    if (depth == top + 1) return !contains(trim.metadata, parsed.get_ref<const std::string&>());
    if (depth == top + 3) return !contains(trim.entries, parsed.get_ref<const std::string&>());
    return true;
  };
  Json json = Json::parse(text.begin(), text.end(), keep, false);
  if (json.is_discarded()) return std::nullopt;
  return json;
}

std::string dump_json(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

const Json* find_at(const Json& json, Path path) {
  const Json* at = &json;
  for (const char* key : path) {
    if (!at->is_object()) return nullptr;
    const auto found = at->find(key);
    if (found == at->end()) return nullptr;
    at = &*found;
  }
  return at;
}

std::string text_at(const Json& json, Path path) {
  const Json* at = find_at(json, path);
  return at != nullptr && at->is_string() ? at->get_ref<const std::string&>() : std::string{};
}

std::int64_t int_at(const Json& json, Path path, std::int64_t otherwise) {
  const Json* at = find_at(json, path);
  if (at == nullptr || !at->is_number_integer()) return otherwise;
  constexpr auto kMax = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (at->is_number_unsigned() && at->get<std::uint64_t>() > kMax) return otherwise;
  return at->get<std::int64_t>();
}

bool bool_at(const Json& json, Path path) {
  const Json* at = find_at(json, path);
  return at != nullptr && at->is_boolean() && at->get<bool>();
}

const Json& list_at(const Json& json, Path path) {
  static const Json empty = Json::array();
  const Json* at = find_at(json, path);
  return at != nullptr && at->is_array() ? *at : empty;
}

std::optional<WallTime> time_at(const Json& json, Path path) {
  const std::string text = text_at(json, path);
  if (text.empty()) return std::nullopt;
  const Result<WallTime> time = parse_rfc3339(text);
  if (!time) return std::nullopt;
  return *time;
}

const Json* condition_of(const Json& object, std::string_view type) {
  for (const Json& condition : list_at(object, {"status", "conditions"})) {
    if (text_at(condition, {"type"}) == type) return &condition;
  }
  return nullptr;
}

bool is_true(const Json& object, std::string_view condition) {
  const Json* found = condition_of(object, condition);
  return found != nullptr && text_at(*found, {"status"}) == "True";
}

std::optional<WallTime> true_since(const Json& object, std::string_view condition) {
  if (!is_true(object, condition)) return std::nullopt;
  return time_at(*condition_of(object, condition), {"lastTransitionTime"});
}

api::ObjectKey key_of(const Json& object) {
  return {text_at(object, {"metadata", "namespace"}), text_at(object, {"metadata", "name"})};
}

}  // namespace aia::kube
