// A member of the choice: a point model with a calibrated track and a record per knot. The plain seasonal-naive is a
// member, too: a yardstick that is never chosen.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "forecasting/engine/forecaster.h"
#include "forecasting/members/conformal_track.h"
#include "forecasting/members/point_model.h"
#include "forecasting/members/record.h"

namespace forecasting {

struct Member {
  Model model = Model::LastValue;
  std::string name;  ///< as in Summary::model
  bool seasonal = false;
  std::unique_ptr<PointModel> point;
  std::vector<ConformalTrack> tracks;  ///< per knot
  std::vector<Record> records;         ///< per knot
};

/// The members in the order of preference at equal loss: last value, seasonal-naive, Holt-Winters; without a season
/// only the first.
std::vector<Member> make_members(const Options& options);

/// Seasonal-naive as in the textbook, without level correction; its model is SeasonalNaive. Needs a season.
Member make_seasonal_yardstick(const Options& options);

}  // namespace forecasting
