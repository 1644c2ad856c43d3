// Base64 as kubeconfig's *-data fields use it. Source: RFC 4648, section 4.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace aia::kube {

/// Line breaks and spaces are skipped. Nothing when another character, wrong padding or a cut-off group is found.
std::optional<std::string> decode_base64(std::string_view text);

std::string encode_base64(std::string_view bytes);

}  // namespace aia::kube
