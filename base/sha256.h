// SHA-256 by OpenSSL.
#ifndef BASE_SHA256_H_
#define BASE_SHA256_H_

#include <array>
#include <cstdint>

#include "absl/types/span.h"

namespace bm {

using Sha256Digest = std::array<uint8_t, 32>;

Sha256Digest Sha256(absl::Span<const uint8_t> bytes);

}  // namespace bm

#endif  // BASE_SHA256_H_
