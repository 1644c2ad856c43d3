// Numbers as the API carries them: decimal strings, because JSON numbers lose precision between clients (Kubernetes API
// conventions). Only finite numbers have a text.
// Source: https://github.com/kubernetes/community/blob/master/contributors/devel/sig-architecture/api-conventions.md
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace aia {

/// "12", "0.5", "1e3", "-2". Errors: Invalid, naming the text; infinities, NaN, blanks and other letters are refused.
Result<double> parse_decimal(std::string_view text);

/// For machines: the shortest text that reads back as the same double. Precondition: finite.
std::string format_decimal(double value);

/// For status: six significant digits ("118.333"). Precondition: finite.
std::string format_measured(double value);

/// For people: three significant digits, the integer part in full ("1235", "12.3", "0.0123"); below 1e-6 and from 1e12
/// with an exponent ("1.48e-08"). "?" when not finite.
std::string format_figure(double value);

}  // namespace aia
