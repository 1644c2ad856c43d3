// Finds the failed step from cpprestsdk's report: a fixed text and an error code without its category. Only
// cpprest_failure.cc knows those texts; the tests cause each of them. Source: cpprestsdk 2.10.18, http_client_asio.cpp.
#pragma once

#include <string>

#include "controller/http/failure.h"

namespace aia::http {

/// `tls_refusal`: why a certificate was refused; empty if none was.
Failure cpprest_failure(const std::string& text, int code, const std::string& tls_refusal);

}  // namespace aia::http
