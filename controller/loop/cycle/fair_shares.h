// Shares a budget among callers. No caller gets more than its wish, and the budget a caller leaves unused goes to the
// other callers. So an object with a year of history to read does not keep other objects waiting for their history.
// Source: max-min fairness, Bertsekas and Gallager, Data Networks, 6.5.2.
#pragma once

#include <vector>

namespace aia::loop {

/// Returns a share for each wish in `wanted`, in order. The shares add up to `budget` at most.
std::vector<int> fair_shares(const std::vector<int>& wanted, int budget);

}  // namespace aia::loop
