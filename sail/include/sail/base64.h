// Base64 of RFC 4648.
#ifndef SAIL_BASE64_H
#define SAIL_BASE64_H

#include <cstdint>
#include <string>

#include "tensor.h"

namespace sail {

// Returns 0, or -1 where data is null and not empty.
int base64_enc(Handle& handle, const void* data, uint32_t dlen, std::string& encoded);

// p_outbuf has room for 3 bytes for every 4 characters. Returns 0 and the number of bytes written, or -1 for text that
// is not base64.
int base64_dec(Handle& handle, const void* data, uint32_t dlen, uint8_t* p_outbuf, uint32_t* p_size);

}  // namespace sail

#endif  // SAIL_BASE64_H
