// The log: one JSON object a line on stderr, so that machines can read it and people still can. Texts that others wrote
// (an error that Prometheus repeats a tenant's query in) come here in any length: a line is bounded whatever it holds.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace aia::serve {

enum class LogLevel { Debug, Info, Warning, Error };

/// "debug", "info", "warning", "error"; false: none of them.
bool set_log_level(const std::string& level);

inline constexpr std::size_t kMaxLine = 8192;  ///< bytes of a line
inline constexpr std::size_t kMaxText = 1024;  ///< bytes of one text in it
inline constexpr std::size_t kMaxItems = 16;   ///< of one list in it

/// `line` in at most kMaxLine bytes. A longer text ends with "…"; a list "reasons" that is cut is followed by
/// "reasons_left_out", how many are. Where all that is still too much, texts and lists are cut further. The names and
/// the number of fields are taken to be the program's own.
std::string bounded_line(const nlohmann::ordered_json& line);

/// Whether lines of this level are written at all.
bool is_logged(LogLevel level);

/// {"time":…,"level":…,"message":…, then `fields`}, as bounded_line gives it.
void log_line(LogLevel level, const std::string& message, const nlohmann::ordered_json& fields);
void log_line(LogLevel level, const std::string& message);

}  // namespace aia::serve
