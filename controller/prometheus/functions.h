// Lists the PromQL functions that read only their arguments. The list names allowed functions instead of forbidden
// ones, because a function of a newer engine may read series that no selector names. info() does so: info() joins
// target_info of every namespace.
#pragma once

#include <string_view>

namespace aia::prometheus {

/// True for all aggregations and functions of Prometheus 3 except info(). As in Prometheus, upper case is allowed only
/// in aggregations.
bool reads_only_its_arguments(std::string_view function);

}  // namespace aia::prometheus
