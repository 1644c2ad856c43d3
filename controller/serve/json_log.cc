// spdlog writes, nlohmann::json formats; see json_log.h.
#include "controller/serve/json_log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <nlohmann/json.hpp>

#include "controller/api/time.h"

namespace aia::serve {
namespace {

spdlog::level::level_enum level_of(LogLevel level) {
  switch (level) {
    case LogLevel::Debug: return spdlog::level::debug;
    case LogLevel::Warning: return spdlog::level::warn;
    case LogLevel::Error: return spdlog::level::err;
    case LogLevel::Info: break;
  }
  return spdlog::level::info;
}

const char* in_words(LogLevel level) {
  switch (level) {
    case LogLevel::Debug: return "debug";
    case LogLevel::Warning: return "warning";
    case LogLevel::Error: return "error";
    case LogLevel::Info: break;
  }
  return "info";
}

spdlog::logger& logger() {
  static const auto instance = [] {
    auto made = std::make_shared<spdlog::logger>("aiautoscaler", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_pattern("%v");
    made->flush_on(spdlog::level::debug);
    return made;
  }();
  return *instance;
}

}  // namespace

bool set_log_level(const std::string& level) {
  for (const auto candidate : {LogLevel::Debug, LogLevel::Info, LogLevel::Warning, LogLevel::Error}) {
    if (level != in_words(candidate)) continue;
    logger().set_level(level_of(candidate));
    return true;
  }
  return false;
}

void log_line(LogLevel level, const std::string& message, const nlohmann::ordered_json& fields) {
  if (!logger().should_log(level_of(level))) return;
  nlohmann::ordered_json line;
  line["time"] = format_rfc3339_micro(std::chrono::floor<Millis>(std::chrono::system_clock::now()));
  line["level"] = in_words(level);
  line["message"] = message;
  for (const auto& [key, value] : fields.items()) line[key] = value;
  logger().log(level_of(level), "{}", line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
}

void log_line(LogLevel level, const std::string& message) {
  log_line(level, message, nlohmann::ordered_json::object());
}

}  // namespace aia::serve
