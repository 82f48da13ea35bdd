// The gather engine: out[i] = in[index[i]] (docs/isa.md 4.3).
//
// decode(encode(x)) == x. Addresses are system addresses (DDR or L2), bytes.
#ifndef ISA_GDE_H_
#define ISA_GDE_H_

#include <array>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace bm::isa {

using GdeWords = std::array<uint32_t, 10>;

enum class GdeElement : uint8_t { kByte = 0, kWord = 1, kQuadWord = 2 };

constexpr int BytesOf(GdeElement element) {
  return element == GdeElement::kByte ? 1 : element == GdeElement::kWord ? 4 : 16;
}

struct GdeCommand {
  uint64_t input = 0;
  uint64_t output = 0;
  uint64_t index = 0;  // 32-bit indices, in elements
  uint32_t count = 0;  // of indices, below 2^28
  GdeElement element = GdeElement::kWord;
  friend bool operator==(const GdeCommand& a, const GdeCommand& b);
};

// INVALID_ARGUMENT names the field and value of an undefined element type.
absl::StatusOr<GdeCommand> DecodeGde(absl::Span<const uint32_t> words);
// Every value must be within its field (an invariant of ours).
GdeWords EncodeGde(const GdeCommand& command);

// One line: element type, count, addresses.
std::string Disassemble(const GdeCommand& command);

}  // namespace bm::isa

#endif  // ISA_GDE_H_
