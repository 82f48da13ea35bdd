#include "base64.h"

#include "absl/strings/escaping.h"
#include "absl/strings/string_view.h"

namespace sail {

int base64_enc(Handle&, const void* data, uint32_t dlen, std::string& encoded) {
  if (data == nullptr && dlen != 0) return -1;
  encoded = absl::Base64Escape(absl::string_view(static_cast<const char*>(data), dlen));
  return 0;
}

int base64_dec(Handle&, const void* data, uint32_t dlen, uint8_t* p_outbuf, uint32_t* p_size) {
  if (p_outbuf == nullptr || p_size == nullptr || (data == nullptr && dlen != 0)) return -1;
  std::string plain;
  if (dlen % 4 != 0 || !absl::Base64Unescape(absl::string_view(static_cast<const char*>(data), dlen), &plain)) {
    return -1;
  }
  plain.copy(reinterpret_cast<char*>(p_outbuf), plain.size());
  *p_size = static_cast<uint32_t>(plain.size());
  return 0;
}

}  // namespace sail
