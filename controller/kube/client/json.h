// Reads JSON documents of the API server without exceptions. A missing or mistyped field reads as its default, because
// an object from a newer server may lack or add any field. Trim drops unread fields while parsing, so that a page of
// 500 pods costs the memory of the few fields kept. Library: nlohmann::json (docs/decisions/0001).
#pragma once

#include <cstdint>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "controller/api/meta.h"

namespace aia::kube {

using Json = nlohmann::json;

/// Keys left out of every object of a list or watch event: at the object's top ("status"); one level down, mostly in
/// its metadata ("managedFields"); and in the entries of lists there ("env" of a pod's containers).
struct Trim {
  std::vector<std::string> top;
  std::vector<std::string> metadata = {"managedFields"};
  std::vector<std::string> entries{};
};

/// Where the object lies in the text: the whole document, `items` of a list, or `object` of a watch event.
enum class Envelope { None, WatchEvent, List };

/// nullopt when `text` is not JSON.
std::optional<Json> parse_json(std::string_view text);
std::optional<Json> parse_json(std::string_view text, const Trim& trim, Envelope envelope);

/// Compact text; a string that is not UTF-8 gets U+FFFD instead of ending the process.
std::string dump_json(const Json& json);

using Path = std::initializer_list<const char*>;

/// The value at a path of object keys; nullptr when any step is missing.
const Json* find_at(const Json& json, Path path);

/// The string, whole number, truth value or list at `path`. Defaults: "", `otherwise`, false, an empty array; for a
/// time, nullopt.
std::string text_at(const Json& json, Path path);
std::int64_t int_at(const Json& json, Path path, std::int64_t otherwise = 0);
bool bool_at(const Json& json, Path path);
const Json& list_at(const Json& json, Path path);
std::optional<WallTime> time_at(const Json& json, Path path);

/// The entry of status.conditions[] with this type; nullptr: no entry.
const Json* condition_of(const Json& object, std::string_view type);
bool is_true(const Json& object, std::string_view condition);

/// The time since which this condition is True; nullopt when the condition is not True or has no time.
std::optional<WallTime> true_since(const Json& object, std::string_view condition);

/// metadata.namespace and metadata.name.
api::ObjectKey key_of(const Json& object);

}  // namespace aia::kube
