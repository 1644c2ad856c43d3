// Turns text into HTML. All foreign text in a report, such as names of traces, goes through escaped().
#pragma once

#include <string>
#include <string_view>

namespace aia::simulation {

/// Escapes for content and for attributes in quotes. Control characters, which HTML cannot contain, become "�".
std::string escaped(std::string_view text);

/// A coordinate for SVG with at most one decimal ("12", "0.5").
std::string coordinate(double value);

}  // namespace aia::simulation
