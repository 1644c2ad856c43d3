// Which of the two clients the transport's tests are of: their files are built once for each (CMakeLists.txt).
#pragma once

#include "controller/http/make_transport.h"

namespace aia::http {

#ifdef AIA_TESTS_BEAST
inline constexpr bool kBeast = true;
#else
inline constexpr bool kBeast = false;
#endif

inline Result<std::unique_ptr<Transport>> make_transport(const TransportOptions& options) {
  return kBeast ? make_beast_transport(options) : make_cpprest_transport(options);
}

}  // namespace aia::http
