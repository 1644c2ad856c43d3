// A file that the user names on the command line, or standard input, as text.
#pragma once

#include <string>

#include "base/result.h"

namespace aia {

/// All of it; "-" is standard input. Errors: Unavailable, naming `flag` and the path.
Result<std::string> read_input(const std::string& flag, const std::string& path);

/// Replaces the file. Errors: Unavailable, naming `flag` and the path.
Status write_output(const std::string& flag, const std::string& path, const std::string& text);

/// To standard output, and sees that it got there. Errors: Unavailable.
Status print(const std::string& text);

/// For people: the path's last part, or "standard input".
std::string input_name(const std::string& path);

}  // namespace aia
