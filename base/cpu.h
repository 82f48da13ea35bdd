// Which vectorised kernels may run: what the machine has, capped by BM_CPU_LEVEL.
//
//   if (UsableCpuLevel() >= CpuLevel::kAvx2) ...
//
// Thread-safe.
#ifndef BASE_CPU_H_
#define BASE_CPU_H_

namespace bm {

// Sets of instructions that kernels are written for. A level includes those before it.
enum class CpuLevel {
  kPortable,  // what every x86-64 has
  kAvx2,      // AVX2, FMA
  kAvx512,    // AVX-512 F, BW, DQ, VL
  kVnni,      // AVX-512 VNNI
  kAmx,       // AMX TILE and INT8, switched on by the operating system
};
inline constexpr int kCpuLevelCount = 5;

// As in BM_CPU_LEVEL.
const char* Name(CpuLevel level);

// The highest level that this machine has.
CpuLevel MachineCpuLevel();

// The lower of that and BM_CPU_LEVEL, which is read at every call.
CpuLevel UsableCpuLevel();

}  // namespace bm

#endif  // BASE_CPU_H_
