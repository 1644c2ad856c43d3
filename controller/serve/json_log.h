// Writes the log as one JSON object per line on stderr, readable for machines and still for people. Foreign texts can
// have any length: Prometheus repeats a tenant's query in its errors. So the length of each line is limited.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace aia::serve {

enum class LogLevel { Debug, Info, Warning, Error };

/// Sets the lowest level that is written: "debug", "info", "warning", "error". False: `level` is none of these.
bool set_log_level(const std::string& level);

inline constexpr std::size_t kMaxLine = 8192;  ///< bytes of a line
inline constexpr std::size_t kMaxText = 1024;  ///< bytes of one text in a line
inline constexpr std::size_t kMaxItems = 16;   ///< entries of one list in a line

/// `line`, cut to kMaxLine bytes. A cut text ends with "…". A cut list "reasons" is followed by "reasons_left_out", the
/// number of missing entries. If the line is still too long, the limits for texts and lists are halved, again and
/// again. Names and number of fields are not limited: both are assumed to be the program's own.
std::string bounded_line(const nlohmann::ordered_json& line);

/// Whether lines of this level are written.
bool is_logged(LogLevel level);

/// Writes {"time":…,"level":…,"message":…} followed by `fields`, cut by bounded_line.
void log_line(LogLevel level, const std::string& message, const nlohmann::ordered_json& fields);
void log_line(LogLevel level, const std::string& message);

}  // namespace aia::serve
