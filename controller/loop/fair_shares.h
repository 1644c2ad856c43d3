// How a budget is shared among those who want of it: nobody gets more than asked for, and what one leaves is the
// others'. So that an object with a year of history to read does not keep the others waiting for theirs.
// Source: max-min fairness, Bertsekas and Gallager, Data Networks, 6.5.2.
#pragma once

#include <vector>

namespace aia::loop {

/// A share for each of `wanted`, in order; together at most `budget`.
std::vector<int> fair_shares(const std::vector<int>& wanted, int budget);

}  // namespace aia::loop
