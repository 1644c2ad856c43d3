// What texts of a spec may look like: names of objects and kinds, which become parts of URL paths, and labels. The
// CRDs' CEL rules say the same, and a test compares them. Source:
// https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
#pragma once

#include <string>

#include "controller/api/schema.h"

namespace aia::api {

inline constexpr std::size_t kMaxObjectName = 253;
inline constexpr std::size_t kMaxDemandName = 40;

/// A text with more than white space in it.
bool is_filled(const std::string& text);
/// A label as RFC 1123 defines it, of at most kMaxDemandName or 63 bytes.
bool is_demand_name(const std::string& text);
bool is_namespace_or_empty(const std::string& text);
/// Labels as RFC 1123 defines them, with dots between: the name of a scaled object, because labels carry the name, too.
bool is_dns_name(const std::string& text);
/// "v1" or "group/version".
bool is_api_version(const std::string& text);
bool is_kind(const std::string& text);
/// Any name that is one part of a URL path.
bool is_object_name(const std::string& text);
/// A label's name as Prometheus has them.
bool is_series_label(const std::string& text);
/// "nvidia.com/gpu": a resource of a device plugin.
bool is_extended_resource(const std::string& text);

// Rules of references to objects.
inline constexpr Text kApiVersionText{1, 253, is_api_version,
                                      "{value} must be a version, or a group and a version, e.g. apps/v1"};
inline constexpr Text kKindText{
    1, 63, is_kind, "{value} must be at most {most} letters, digits or -, starting with a letter, e.g. Deployment"};
inline constexpr Text kNameText{1, kMaxObjectName, is_object_name,
                                "{value} must be the name of an object: at most {most} printable characters without "
                                "spaces, / or %, and not . or .."};
inline constexpr Text kDnsNameText{1, kMaxObjectName, is_dns_name,
                                   "{value} must be at most {most} lower-case letters, digits, - or ., each part "
                                   "starting and ending with a letter or digit"};

}  // namespace aia::api
