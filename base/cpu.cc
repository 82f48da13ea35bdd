#include "base/cpu.h"

#include <cpuid.h>

#include <algorithm>
#include <cstdint>
#include <string>

#include "base/environment.h"

namespace bm {
namespace {

bool HasAvx2() { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }
bool HasAvx512() {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}
bool HasVnni() { return __builtin_cpu_supports("avx512vnni"); }

// No compiler of the floor knows these names: leaf 7 says what the processor has, XCR0 what is switched on.
bool HasAmx() {
  constexpr uint32_t kTile = 1u << 24, kInt8 = 1u << 25, kTileState = 3u << 17, kXgetbv = 1u << 27;
  uint32_t a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d) || (c & kXgetbv) == 0) return false;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || (d & kTile) == 0 || (d & kInt8) == 0) return false;
  asm("xgetbv" : "=a"(a), "=d"(d) : "c"(0));
  return (a & kTileState) == kTileState;
}

struct Row {
  const char* name;
  bool (*is_there)();
};
constexpr Row kRows[kCpuLevelCount] = {
    {"portable", [] { return true; }}, {"avx2", HasAvx2}, {"avx512", HasAvx512}, {"vnni", HasVnni}, {"amx", HasAmx}};

}  // namespace

const char* Name(CpuLevel level) { return kRows[static_cast<int>(level)].name; }

CpuLevel MachineCpuLevel() {
  static const CpuLevel level = [] {
    int found = 0;
    while (found + 1 < kCpuLevelCount && kRows[found + 1].is_there()) ++found;
    return static_cast<CpuLevel>(found);
  }();
  return level;
}

CpuLevel UsableCpuLevel() {
  const std::string cap = EnvironmentText(EnvironmentVariable::kCpuLevel);
  for (int level = 0; level < kCpuLevelCount; ++level) {
    if (cap == kRows[level].name) return std::min(static_cast<CpuLevel>(level), MachineCpuLevel());
  }
  return MachineCpuLevel();
}

}  // namespace bm
