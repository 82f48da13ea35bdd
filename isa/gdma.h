// Typed GDMA commands. Encoding, fields and meaning: docs/isa.md 4.
//
// decode(encode(x)) == x. A local address is a byte offset in local memory (kLocalBase dropped); a system address is
// the engine's 40-bit address (DDR or L2).
#ifndef ISA_GDMA_H_
#define ISA_GDMA_H_

#include <array>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "isa/types.h"

namespace bm::isa {

inline constexpr int kGdmaCommandBytes = 128;
using GdmaWords = std::array<uint32_t, 32>;

enum class Direction : uint8_t { kSystemToLocal = 0, kLocalToSystem = 1, kSystemToSystem = 2, kLocalToLocal = 3 };

// What a command does; the first seven map to SPECIAL_FUNC, the flat and matrix forms to their mode bits.
enum class GdmaFunction : uint8_t {
  kCopy = 0,
  kTransposeNC = 1,
  kConvert = 3,
  kFill = 4,
  kTransposeCW = 5,
  kFilter = 7,
};

// One side of a transfer. Strides count elements of that side's format; on the local side the C stride is per slot.
struct GdmaSide {
  bool is_local = false;
  uint64_t address = 0;
  Dims4 shape;
  Dims4 stride;
  friend bool operator==(const GdmaSide& a, const GdmaSide& b) {
    return a.is_local == b.is_local && a.address == b.address && a.shape == b.shape && a.stride == b.stride;
  }
};

struct GdmaCommand {
  uint16_t id = 0;        // own id, from 1 in each command group
  uint16_t wait_bdc = 0;  // may start when every BDC command up to this id is complete
  bool is_last = false;   // CHAIN_END, set by the runtime

  Direction direction = Direction::kSystemToLocal;
  GdmaFunction function = GdmaFunction::kCopy;
  DataFormat source_format = DataFormat::kF32;
  DataFormat target_format = DataFormat::kF32;  // kConvert only
  bool is_flat = false;                         // COMMON_MODE: flat_count contiguous elements
  bool is_matrix = false;                       // SYS_MEM_TYPE: rows x columns on the system side
  bool same_shape = true;                       // CHW_COPY: the target sizes follow from the source's
  bool has_strides = true;                      // STRIDE_ENABLE
  bool accumulate = false;                      // ACC_WRITE: fp32 add into the target
  uint32_t constant = 0;                        // kFill: bit pattern
  uint32_t flat_count = 0;                      // is_flat
  uint32_t mask_address = 0;                    // kFilter: local byte address of the mask words
  uint64_t lane_mask = ~uint64_t{0};            // bit i: local lane i may be written
  GdmaSide source;                              // not read by kFill
  GdmaSide target;

  friend bool operator==(const GdmaCommand& a, const GdmaCommand& b);
};

// UNIMPLEMENTED / INVALID_ARGUMENT as DecodeBdc.
absl::StatusOr<GdmaCommand> DecodeGdma(absl::Span<const uint32_t> words);
GdmaWords EncodeGdma(const GdmaCommand& command);

// One line: id, wait, direction and function, shapes, strides, addresses.
std::string Disassemble(const GdmaCommand& command);

// Direction, function and format ("load.f32", "store.cw.f32", "copy.convert.i8-f32").
std::string Mnemonic(const GdmaCommand& command);

}  // namespace bm::isa

#endif  // ISA_GDMA_H_
