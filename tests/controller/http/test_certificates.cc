// Runs openssl once per test program; see the header.
#include "tests/controller/http/test_certificates.h"

#include <cstdlib>
#include <filesystem>
#include <stdexcept>

namespace aia::http {
namespace {

class Directory {
 public:
  Directory() {
    std::string pattern = (std::filesystem::temp_directory_path() / "aia-certificates-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
    path_ = pattern;
  }
  ~Directory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;
  [[nodiscard]] std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

void openssl(const std::string& arguments) {
  const std::string command = "openssl " + arguments + " >/dev/null 2>&1";
  if (std::system(command.c_str()) != 0) throw std::runtime_error("failed: " + command);
}

std::string make_ca(const Directory& dir, const std::string& name) {
  openssl("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj '/CN=" + name + "' -keyout " +
          dir.file(name + ".key") + " -out " + dir.file(name + ".crt"));
  return dir.file(name + ".crt");
}

Certificate sign(const Directory& dir, const std::string& ca, const std::string& name, const std::string& san) {
  const Certificate made{dir.file(name + ".crt"), dir.file(name + ".key")};
  openssl("req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj '/CN=" + name +
          "' -addext 'subjectAltName=" + san + "' -keyout " + made.key_file + " -out " + dir.file(name + ".csr"));
  openssl("x509 -req -days 2 -copy_extensions copy -CAcreateserial -in " + dir.file(name + ".csr") + " -CA " +
          dir.file(ca + ".crt") + " -CAkey " + dir.file(ca + ".key") + " -out " + made.cert_file);
  return made;
}

}  // namespace

const TestCertificates& TestCertificates::get() {
  static const Directory dir;
  static const TestCertificates made = [] {
    TestCertificates all;
    all.ca_file = make_ca(dir, "test-ca");
    all.other_ca_file = make_ca(dir, "other-ca");
    all.server = sign(dir, "test-ca", "server", "DNS:localhost,IP:127.0.0.1");
    all.named_server = sign(dir, "test-ca", "named", "DNS:api.example.internal");
    all.client = sign(dir, "test-ca", "aiautoscaler", "DNS:aiautoscaler");
    return all;
  }();
  return made;
}

}  // namespace aia::http
