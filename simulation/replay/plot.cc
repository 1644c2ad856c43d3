// The SVG's own coordinates are 1000 × 100. When the page stretches the SVG, `vector-effect: non-scaling-stroke` in the
// style sheet keeps the width of lines.
#include "simulation/replay/plot.h"

#include <cmath>

#include "simulation/replay/figures.h"
#include "simulation/replay/html.h"

namespace aia::simulation {
namespace {

constexpr double kWidth = 1000, kHeight = 100;

class Path {
 public:
  Path(double top, std::size_t columns) : top_(top), columns_(static_cast<double>(columns)) {}

  void move(double column, double value) { put('M', x(column) + ' ' + y(value)); }
  void line(double column, double value) { put('L', x(column) + ' ' + y(value)); }
  void across(double column) { put('H', x(column)); }
  void up(double value) { put('V', y(value)); }
  void close() { text_ += 'Z'; }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string x(double column) const { return coordinate(column / columns_ * kWidth); }
  std::string y(double value) const { return coordinate(kHeight - value / top_ * kHeight); }
  void put(char command, const std::string& operands) { (text_ += command) += operands; }

  double top_, columns_;
  std::string text_;
};

/// Joins the middles of columns; a gap ends the line.
void draw_line(Path& path, const Layer& layer) {
  bool drawing = false;
  for (std::size_t i = 0; i < layer.values.size(); ++i) {
    const auto& value = layer.values[i];
    const double at = static_cast<double>(i) + 0.5;
    if (value) drawing ? path.line(at, *value) : path.move(at, *value);
    drawing = value.has_value();
  }
}

void draw_steps(Path& path, const Layer& layer) {
  std::optional<double> last;
  for (std::size_t i = 0; i < layer.values.size(); ++i) {
    const auto& value = layer.values[i];
    const double at = static_cast<double>(i);
    if (last) path.across(at);
    if (value && !last) path.move(at, *value);
    if (value && last && *value != *last) path.up(*value);
    last = value;
  }
  if (last) path.across(static_cast<double>(layer.values.size()));
}

/// Fills columns from `below` (or zero) up; neighbours share an outline.
void draw_area(Path& path, const Layer& layer) {
  const auto lower = [&](std::size_t i) { return layer.below.empty() ? 0.0 : layer.below[i].value_or(0); };
  const auto filled = [&](std::size_t i) {
    return i < layer.values.size() && layer.values[i] && *layer.values[i] > lower(i);
  };
  for (std::size_t i = 0; i < layer.values.size(); ++i) {
    if (!filled(i)) continue;
    std::size_t end = i;
    path.move(static_cast<double>(i), lower(i));
    for (; filled(end); ++end) {
      path.up(*layer.values[end]);
      path.across(static_cast<double>(end + 1));
    }
    for (std::size_t k = end; k-- > i;) {
      path.up(lower(k));
      path.across(static_cast<double>(k));
    }
    path.close();
    i = end;
  }
}

std::string layer_svg(const Layer& layer, double top) {
  Path path(top, layer.values.size());
  const bool filled = layer.shape == Layer::Shape::Area || layer.shape == Layer::Shape::Band;
  if (layer.shape == Layer::Shape::Line) draw_line(path, layer);
  if (layer.shape == Layer::Shape::Steps) draw_steps(path, layer);
  if (filled) draw_area(path, layer);
  if (path.text().empty()) return "";
  return "<path class=\"" + std::string(filled ? "fill " : "line ") + escaped(layer.css) + "\" d=\"" + path.text() +
         "\"/>";
}

/// The number of parts into which grid lines divide an axis up to `top`, chosen for short labels.
int parts(double top) {
  for (const int count : {5, 4, 3, 6, 7}) {
    const double step = top / count, power = std::pow(10, std::floor(std::log10(step) + 1e-9));
    for (const double short_one : {1.0, 2.0, 2.5, 5.0})
      if (std::abs(step / power - short_one) < 1e-6) return count;
  }
  return 4;
}

/// The time between marks, so that about eight marks fit.
Millis spacing(Millis span) {
  for (const int minutes : {5, 10, 15, 30, 60, 120, 180, 360, 720}) {
    if (span / std::chrono::minutes(minutes) <= 8) return std::chrono::minutes(minutes);
  }
  return std::chrono::hours(24) * (1 + span / std::chrono::hours(24 * 8));
}

/// Adds grid lines to the SVG, and their labels to the text beside the SVG.
void add_grid(const Plot& plot, std::string& svg, std::string& labels) {
  const int count = parts(plot.top);
  for (int i = 0; i <= count; ++i) {
    const double share = static_cast<double>(i) / count;
    svg += "<path class=\"grid\" d=\"M0 " + coordinate(kHeight * (1 - share)) + "H" + coordinate(kWidth) + "\"/>";
    labels +=
        "<span class=\"y\" style=\"bottom:" + coordinate(share * 100) + "%\">" + figure(plot.top * share) + "</span>";
  }
  const Millis every = spacing(plot.to - plot.from);
  int number = 0;
  for (auto mark = plot.from - plot.from.time_since_epoch() % every; mark <= plot.to; mark += every) {
    if (mark < plot.from) continue;
    const double share =
        static_cast<double>((mark - plot.from).count()) / static_cast<double>((plot.to - plot.from).count());
    svg += "<path class=\"grid\" d=\"M" + coordinate(share * kWidth) + " 0V" + coordinate(kHeight) + "\"/>";
    const bool days = every >= std::chrono::hours(24);
    const std::string text = days                                           ? day_of(mark)
                             : mark == plot.to && clock_of(mark) == "00:00" ? "24:00"
                                                                            : clock_of(mark);
    labels += "<span class=\"x" + std::string(number++ % 2 ? " odd" : "") +
              "\" style=\"left:" + coordinate(share * 100) + "%\">" + text + "</span>";
  }
}

std::string legend(const Plot& plot) {
  std::string items;
  for (const auto& layer : plot.layers) {
    if (layer.label.empty()) continue;
    const bool filled = layer.shape == Layer::Shape::Area || layer.shape == Layer::Shape::Band;
    items += "<li><svg class=\"key\" viewBox=\"0 0 26 12\" aria-hidden=\"true\"><path class=\"" +
             std::string(filled ? "fill " : "line ") + escaped(layer.css) + "\" d=\"" +
             (filled ? "M1 1H25V11H1Z" : "M1 6H25") + "\"/></svg>" + escaped(layer.label) + "</li>";
  }
  return "<ul class=\"legend\">" + items + "</ul>";
}

}  // namespace

std::string html(const Plot& plot) {
  std::string svg, labels;
  add_grid(plot, svg, labels);
  for (const auto& layer : plot.layers) svg += layer_svg(layer, plot.top);
  return "<figure><figcaption><h3>" + escaped(plot.title) + "</h3>" +
         (plot.caption.empty() ? "" : "<p>" + escaped(plot.caption) + "</p>") + legend(plot) +
         "</figcaption><div class=\"plot\"><svg viewBox=\"0 0 1000 100\" preserveAspectRatio=\"none\" role=\"img\" "
         "aria-label=\"" +
         escaped(plot.title) + "\">" + svg + "</svg>" + labels + "</div></figure>\n";
}

}  // namespace aia::simulation
