// Reads what objects of every kind have, with whatever is not there left empty, and cuts texts between characters.
#include "controller/api/meta_json.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace aia::api {
namespace {

/// How a UTF-8 character may begin: its first byte, its second byte, its length. Source: the Unicode standard, table
/// 3-7.
struct Form {
  unsigned char first, last;  // of the first byte
  unsigned char least, most;  // of the second byte
  std::size_t length;
};

constexpr Form kForms[] = {{0x00, 0x7F, 0x00, 0xFF, 1}, {0xC2, 0xDF, 0x80, 0xBF, 2}, {0xE0, 0xE0, 0xA0, 0xBF, 3},
                           {0xE1, 0xEC, 0x80, 0xBF, 3}, {0xED, 0xED, 0x80, 0x9F, 3}, {0xEE, 0xEF, 0x80, 0xBF, 3},
                           {0xF0, 0xF0, 0x90, 0xBF, 4}, {0xF1, 0xF3, 0x80, 0xBF, 4}, {0xF4, 0xF4, 0x80, 0x8F, 4}};

/// Length of the UTF-8 character at `at`; 0 if the bytes there are no character.
std::size_t character_length(const std::string& text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(at + i < text.size() ? text[at + i] : 0); };
  for (const Form& form : kForms) {
    if (byte(0) < form.first || byte(0) > form.last) continue;
    if (byte(1) < form.least || byte(1) > form.most) return 0;
    for (std::size_t i = 2; i < form.length; ++i)
      if ((byte(i) & 0xC0U) != 0x80U) return 0;
    return form.length;
  }
  return 0;
}

}  // namespace

std::string cut(const std::string& text, std::size_t limit) {
  static const std::string kEllipsis = "…";
  std::string out;
  std::size_t keep = 0;  // length of the part of `out` that leaves room for the ellipsis
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = character_length(text, at);
    out += length == 0 ? "?" : text.substr(at, length);
    at += std::max<std::size_t>(length, 1);
    if (out.size() + kEllipsis.size() <= limit) keep = out.size();
    if (out.size() > limit) return out.substr(0, keep) + (limit >= kEllipsis.size() ? kEllipsis : "");
  }
  return out;
}

ObjectMeta meta_from(const Field& metadata) {
  ObjectMeta meta;
  meta.name = metadata["name"].text();
  if (const Field ns = metadata["namespace"]; ns.present()) meta.ns = ns.text();
  if (const Field uid = metadata["uid"]; uid.present()) meta.uid = uid.text();
  if (const Field version = metadata["resourceVersion"]; version.present()) meta.resource_version = version.text();
  if (const Field generation = metadata["generation"]; generation.present()) meta.generation = generation.integer();
  if (const Field created = metadata["creationTimestamp"]; created.present()) meta.created = created.time();
  meta.deleting = metadata["deletionTimestamp"].present();
  for (const auto& [key, value] : metadata["labels"].members()) meta.labels[key] = value.text();
  return meta;
}

Result<ObjectMeta> meta_from_json(const nlohmann::json& object) {
  Problem problem;
  ObjectMeta meta = meta_from(Field(object, problem)["metadata"]);
  if (problem) return *problem;
  return meta;
}

}  // namespace aia::api
