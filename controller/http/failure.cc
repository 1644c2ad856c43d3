// The words for each step of an exchange that can fail. The message names the server first and ends with the detail
// from OpenSSL or the operating system.
#include "controller/http/failure.h"

namespace aia::http {
namespace {

const char* words(Step step) {
  switch (step) {
    case Step::Setup: return "cannot prepare the request";
    case Step::Resolve: return "cannot resolve the host's name (DNS)";
    case Step::Connect: return "cannot connect";
    case Step::Handshake: return "TLS handshake failed";
    case Step::NeverSent: return "the server closed the idle connection";
    case Step::Write: return "the connection broke while the request was sent";
    case Step::Read: return "the connection broke before the server answered";
    case Step::Body: return "the answer was cut off";
    case Step::Refused: return "the answer cannot be used";
    case Step::Limit: return "the answer is too large";
  }
  return "failed";
}

ErrorKind step_kind(Step step) {
  return step == Step::Limit ? ErrorKind::TooLarge : ErrorKind::Unavailable;
}

}  // namespace

Error to_error(const Failure& failure, const std::string& server) {
  std::string message = server + ": " + words(failure.step);
  if (!failure.detail.empty()) message += ": " + failure.detail;
  return {step_kind(failure.step), std::move(message)};
}

}  // namespace aia::http
