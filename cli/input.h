// Reads a file from the command line, or standard input, as text, and writes files and standard output.
#pragma once

#include <string>

#include "base/result.h"

namespace aia {

/// The whole content of the file; "-" is standard input. Errors: Unavailable, naming `flag` and the path.
Result<std::string> read_input(const std::string& flag, const std::string& path);

/// Replaces the file. Errors: Unavailable, naming `flag` and the path.
Status write_output(const std::string& flag, const std::string& path, const std::string& text);

/// Prints to standard output and flushes, so that a full disk is an error. Errors: Unavailable.
Status print(const std::string& text);

/// For people: the path's last part, or "standard input".
std::string input_name(const std::string& path);

}  // namespace aia
