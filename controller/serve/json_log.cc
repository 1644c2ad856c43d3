// Formats lines with nlohmann::json and writes with spdlog, whose pattern is the bare line. Cutting works on the
// values, not on the written line, so every line stays valid JSON.
#include "controller/serve/json_log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/time.h"
#include "controller/api/meta_json.h"

namespace aia::serve {
namespace {

using Json = nlohmann::ordered_json;

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

constexpr std::size_t kMinText = 32;  // a time is never cut

/// A copy of `value` with every text within `most_text` bytes of UTF-8, and every list within `most_items`.
Json cut(const Json& value, std::size_t most_text, std::size_t most_items) {
  if (value.is_string()) return api::cut(value.get_ref<const std::string&>(), most_text);
  if (value.is_array()) {
    auto kept = Json::array();
    for (std::size_t i = 0; i < std::min(value.size(), most_items); ++i)
      kept.push_back(cut(value[i], most_text, most_items));
    return kept;
  }
  if (!value.is_object()) return value;
  auto kept = Json::object();
  for (const auto& [name, member] : value.items()) {
    kept[name] = cut(member, most_text, most_items);
    if (member.is_array() && member.size() > most_items) kept[name + "_left_out"] = member.size() - most_items;
  }
  return kept;
}

}  // namespace

std::string bounded_line(const nlohmann::ordered_json& line) {
  for (std::size_t text = kMaxText, items = kMaxItems;; text /= 2, items /= 2) {
    auto written = cut(line, text, items).dump();
    if (written.size() <= kMaxLine || text <= kMinText) return written;
  }
}

bool is_logged(LogLevel level) {
  return logger().should_log(level_of(level));
}

bool set_log_level(const std::string& level) {
  for (const auto candidate : {LogLevel::Debug, LogLevel::Info, LogLevel::Warning, LogLevel::Error}) {
    if (level != in_words(candidate)) continue;
    logger().set_level(level_of(candidate));
    return true;
  }
  return false;
}

void log_line(LogLevel level, const std::string& message, const nlohmann::ordered_json& fields) {
  if (!is_logged(level)) return;
  nlohmann::ordered_json line;
  line["time"] = format_rfc3339_micro(std::chrono::floor<Millis>(std::chrono::system_clock::now()));
  line["level"] = in_words(level);
  line["message"] = message;
  for (const auto& [key, value] : fields.items()) line[key] = value;
  logger().log(level_of(level), "{}", bounded_line(line));
}

void log_line(LogLevel level, const std::string& message) {
  log_line(level, message, nlohmann::ordered_json::object());
}

}  // namespace aia::serve
