// A plot over time as a piece of HTML: curves in an SVG that stretches with the page, axis labels as text beside it, so
// that both stay legible from a telephone to a printout. No scripts, no resources; colours are the style sheet's.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/time.h"

namespace aia::simulation {

/// One layer; later ones lie over earlier ones. `css` names its class and what the legend shows.
struct Layer {
  enum class Shape {
    Line,   ///< from column to column
    Steps,  ///< constant within each column
    Area,   ///< from zero up
    Band    ///< between `below` and `values`, where values are greater
  };
  Shape shape = Shape::Line;
  std::string css;
  std::string label;                          ///< in the legend; empty: not in it
  std::vector<std::optional<double>> values;  ///< one a column, equally wide; unset: nothing is drawn
  std::vector<std::optional<double>> below;   ///< of a Band
};

struct Plot {
  std::string title;
  std::string caption;  ///< what the reader is to see in it; may be empty
  WallTime from{}, to{};
  double top = 1;  ///< of the axis, which starts at 0
  std::vector<Layer> layers;
};

/// A <figure>.
std::string html(const Plot& plot);

}  // namespace aia::simulation
