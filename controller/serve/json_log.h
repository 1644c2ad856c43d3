// The log: one JSON object a line on stderr, so that machines can read it and people still can.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace aia::serve {

enum class LogLevel { Debug, Info, Warning, Error };

/// "debug", "info", "warning", "error"; false: none of them.
bool set_log_level(const std::string& level);

/// {"time":…,"level":…,"message":…, then `fields`}.
void log_line(LogLevel level, const std::string& message, const nlohmann::ordered_json& fields);
void log_line(LogLevel level, const std::string& message);

}  // namespace aia::serve
