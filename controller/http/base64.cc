// See base64.h.
#include "controller/http/base64.h"

#include <openssl/evp.h>

namespace aia::http {

std::string encode_base64(std::string_view bytes) {
  std::string out((bytes.size() + 2) / 3 * 4, '\0');
  auto* to = reinterpret_cast<unsigned char*>(out.data());  // one more than size() is ours: the terminating zero
  EVP_EncodeBlock(to, reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  return out;
}

}  // namespace aia::http
