// Which PromQL functions read nothing but their arguments. A list of those that are known rather than of those that are
// not to be had: what a newer engine adds may read series that no selector names, as info() does (it joins target_info
// of every namespace).
#pragma once

#include <string_view>

namespace aia::prometheus {

/// True for the aggregations and functions of Prometheus 3 but info(); upper case counts only in aggregations, as
/// there.
bool reads_only_its_arguments(std::string_view function);

}  // namespace aia::prometheus
