// A plot over time as a piece of HTML: curves in an SVG that stretches with the page, and axis labels as text beside
// the SVG, so that both stay legible from a telephone to a printout. The plot needs no scripts and no resources; the
// style sheet sets the colours.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/time.h"

namespace aia::simulation {

/// A layer; later layers lie over earlier layers. `css` is its class in the style sheet, also for its key in the
/// legend.
struct Layer {
  enum class Shape {
    Line,   ///< from column to column
    Steps,  ///< constant within each column
    Area,   ///< from zero up
    Band    ///< between `below` and `values`, where values are greater
  };
  Shape shape = Shape::Line;
  std::string css;
  std::string label;                          ///< in the legend; empty: not in the legend
  std::vector<std::optional<double>> values;  ///< a value per column, equally wide; unset: not drawn
  std::vector<std::optional<double>> below;   ///< lower edge of a Band
};

struct Plot {
  std::string title;
  std::string caption;  ///< the point of the plot, for the reader; may be empty
  WallTime from{}, to{};
  double top = 1;  ///< upper end of the axis, which starts at 0
  std::vector<Layer> layers;
};

/// The plot as a <figure>.
std::string html(const Plot& plot);

}  // namespace aia::simulation
