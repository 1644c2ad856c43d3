// The digest is taken of the lines as text, so that two runs with different digests can also be compared with diff.
#include "simulation/audit.h"

#include <fmt/core.h>

#include "simulation/digest.h"

namespace aia::simulation {

std::string to_string(const Write& write) {
  std::string line = fmt::format("{} {} {} {} {}", format_rfc3339_micro(write.at), write.writer, write.kind,
                                 write.object.to_string(), write.value);
  if (write.kind == "Scale") line += fmt::format(" was {}", write.before);
  if (!write.version.empty()) line += " @" + write.version;
  return line + " " + write.outcome;
}

std::uint64_t Audit::digest() const {
  Digest digest;
  for (const auto& write : writes_) digest.add(to_string(write));
  return digest.value();
}

}  // namespace aia::simulation
