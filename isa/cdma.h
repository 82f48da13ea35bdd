// The host copy engine: a copy of bytes between two system addresses (docs/isa.md 4.3).
//
// decode(encode(x)) == x. The engine's sort and top-k (MISC_EN) are outside the closed list.
#ifndef ISA_CDMA_H_
#define ISA_CDMA_H_

#include <array>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace bm::isa {

// The register block up to its last field. The command itself starts at word 30.
using CdmaWords = std::array<uint32_t, 45>;

struct CdmaCommand {
  uint16_t id = 0;
  uint16_t wait_bdc = 0;
  uint16_t wait_gdma = 0;
  bool is_last = false;
  uint64_t source = 0;
  uint64_t target = 0;
  uint32_t bytes = 0;
  friend bool operator==(const CdmaCommand& a, const CdmaCommand& b);
};

// UNIMPLEMENTED names field and value of what is not a copy.
absl::StatusOr<CdmaCommand> DecodeCdma(absl::Span<const uint32_t> words);
CdmaWords EncodeCdma(const CdmaCommand& command);

// One line: id, waits, addresses, bytes.
std::string Disassemble(const CdmaCommand& command);

}  // namespace bm::isa

#endif  // ISA_CDMA_H_
