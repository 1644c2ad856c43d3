// Which step failed, from what cpprestsdk tells: a fixed text and an error code without its category. The one place
// that knows those texts; the tests cause each of them. Source: cpprestsdk 2.10.18, http_client_asio.cpp.
#pragma once

#include <string>

#include "controller/http/failure.h"

namespace aia::http {

/// `tls_refusal`: why a certificate was refused, if one was.
Failure cpprest_failure(const std::string& text, int code, const std::string& tls_refusal);

}  // namespace aia::http
