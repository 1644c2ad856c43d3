// Counts what a test program allocates: "no allocation on the update path" is a promise that a test can hold.
#pragma once

namespace forecasting::testing {

/// How often this program has called operator new since it began.
long allocations();

}  // namespace forecasting::testing
