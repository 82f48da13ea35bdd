// Small types and architecture constants that both halves of the SDK share.
#ifndef ISA_TYPES_H_
#define ISA_TYPES_H_

#include <cstdint>

namespace bm::isa {

// ---- Geometry of the BM1684 (docs/isa.md 1) ----
inline constexpr int kLanes = 64;
inline constexpr uint32_t kLaneBytes = 512 * 1024;            // local memory of one lane
inline constexpr uint32_t kLocalBytes = kLanes * kLaneBytes;  // 32 MiB
inline constexpr uint32_t kBankBytes = 64 * 1024;             // eight banks a lane
inline constexpr uint32_t kAlignWords = 32;                   // aligned layout: C stride in 32-bit words
inline constexpr uint32_t kAlignBytes = 128;
// Rows and columns of a convolution's or pooling's input with the command's padding, and that padding
// (docs/isa.md 2.4).
inline constexpr uint32_t kMaxWindowExtent = 2047;
inline constexpr uint32_t kMaxPadding = 15;
inline constexpr uint64_t kLocalBase = 0x08000000;  // address of lane 0
inline constexpr uint64_t kL2Base = 0x10000000;
inline constexpr uint64_t kL2Bytes = 4 * 1024 * 1024;
inline constexpr uint64_t kL2UserOffset = 0xA2000;  // first byte that compilers may use
inline constexpr uint64_t kL2UserEnd = 0x300000;    // constant tables from here on
inline constexpr uint64_t kDdrBase = 0x100000000;
inline constexpr uint64_t kDdrEnd = 0x500000000;        // 16 GiB of address space, 12 GiB of it heaps
inline constexpr uint64_t kContextStart = 0x105100000;  // first compile-time address of a bmodel
inline constexpr int kTpuMegahertz = 550;
inline constexpr int kGdmaMegahertz = 575;

// Byte offsets inside L2 of the constant tables (docs/isa.md 1).
inline constexpr uint32_t kTableExpInteger = 0x300000;       // 256: float of the signed byte
inline constexpr uint32_t kTableExp = 0x300400;              // 256: exp of the signed byte
inline constexpr uint32_t kTableLog = 0x300800;              // 256: (i - 127) * ln 2
inline constexpr uint32_t kTableExpTaylor = 0x300C00;        // 64: 1 / (k + 1)!
inline constexpr uint32_t kTableLogTaylor = 0x300D00;        // 64
inline constexpr uint32_t kTableArcsinTaylor = 0x300E00;     // 64
inline constexpr uint32_t kTableUnsignedToFloat = 0x300F00;  // 256
inline constexpr uint32_t kTableSignedToFloat = 0x301300;    // 256

enum class Engine : uint8_t { kBdc, kGdma };

// PREC fields of BDC commands.
enum class Precision : uint8_t { kInt8 = 0, kFp16 = 1, kFp32 = 2, kInt16 = 3, kInt32 = 4 };

// DATA_FORMAT fields of GDMA commands.
enum class DataFormat : uint8_t { kF32 = 0, kI16 = 1, kU8 = 2, kI8 = 3, kF16 = 4 };

constexpr int BytesOf(Precision precision) {
  return precision == Precision::kInt8 ? 1 : precision == Precision::kInt16 || precision == Precision::kFp16 ? 2 : 4;
}
constexpr int BytesOf(DataFormat format) {
  return format == DataFormat::kF32 ? 4 : format == DataFormat::kI16 || format == DataFormat::kF16 ? 2 : 1;
}
// Batches that one 32-bit word of local memory holds: 1 for 32-bit types, 2 for INT16 ("2N"), 4 for INT8 ("4N").
constexpr int PackOf(Precision precision) { return 4 / BytesOf(precision); }

// Four extents or strides, outermost first.
struct Dims4 {
  uint32_t n = 0;
  uint32_t c = 0;
  uint32_t h = 0;
  uint32_t w = 0;

  uint64_t Count() const { return uint64_t{n} * c * h * w; }
  friend bool operator==(const Dims4& a, const Dims4& b) {
    return a.n == b.n && a.c == b.c && a.h == b.h && a.w == b.w;
  }
  friend bool operator!=(const Dims4& a, const Dims4& b) { return !(a == b); }
};

}  // namespace bm::isa

#endif  // ISA_TYPES_H_
