// Text into HTML. Everything that a report shows and did not write itself goes through escaped().
#pragma once

#include <string>
#include <string_view>

namespace aia::simulation {

/// For content and for attributes in quotes. Control characters, which HTML has no way to write, become "�".
std::string escaped(std::string_view text);

/// A coordinate for SVG: one decimal, no more than needed ("12", "0.5").
std::string coordinate(double value);

}  // namespace aia::simulation
