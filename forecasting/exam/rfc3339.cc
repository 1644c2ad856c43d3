// RFC 3339 digit by digit: a reader that takes parts off the front and remembers the first misfit, then a calendar
// check by std::chrono, which refuses 30 February.
#include "forecasting/exam/rfc3339.h"

#include <cctype>

namespace forecasting::exam {
namespace {

/// Takes parts off the front; once one does not fit, none does.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  int digits(std::size_t count) {
    int number = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (!next_is_digit()) return ok_ = false, 0;
      number = 10 * number + (take() - '0');
    }
    return number;
  }

  char one_of(std::string_view allowed) {
    if (rest_.empty() || allowed.find(rest_.front()) == std::string_view::npos) return ok_ = false, '\0';
    return take();
  }

  bool skip(char wanted) {
    const bool there = !rest_.empty() && rest_.front() == wanted;
    if (there) take();
    return there;
  }

  /// The digits behind the point, as milliseconds.
  int fraction_ms() {
    if (!next_is_digit()) ok_ = false;
    int ms = 0;
    for (int unit = 100; next_is_digit(); unit /= 10) ms += (take() - '0') * unit;
    return ms;
  }

  [[nodiscard]] bool finished() const { return ok_ && rest_.empty(); }

 private:
  [[nodiscard]] bool next_is_digit() const {
    return ok_ && !rest_.empty() && std::isdigit(static_cast<unsigned char>(rest_.front())) != 0;
  }
  char take() {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }

  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace

std::optional<TimePoint> parse_rfc3339(std::string_view text) {
  using namespace std::chrono;
  Reader in(text);
  const int y = in.digits(4);
  in.one_of("-");
  const auto m = static_cast<unsigned>(in.digits(2));
  in.one_of("-");
  const auto d = static_cast<unsigned>(in.digits(2));
  in.one_of("Tt ");
  const int hour = in.digits(2);
  in.one_of(":");
  const int minute = in.digits(2);
  in.one_of(":");
  const int second = in.digits(2);
  const int ms = in.skip('.') ? in.fraction_ms() : 0;
  const char zone = in.one_of("Zz+-");
  minutes offset{0};
  if (zone == '+' || zone == '-') {
    const int hours_off = in.digits(2);
    in.one_of(":");
    const int minutes_off = in.digits(2);
    if (hours_off > 23 || minutes_off > 59) return std::nullopt;
    offset = minutes((zone == '-' ? -1 : 1) * (60 * hours_off + minutes_off));
  }
  const year_month_day date{year(y), month(m), day(d)};
  if (!in.finished() || !date.ok() || hour > 23 || minute > 59 || second > 60)
    return std::nullopt;  // 60: a leap second
  return sys_days(date) + hours(hour) + minutes(minute) + seconds(second) + milliseconds(ms) - offset;
}

}  // namespace forecasting::exam
