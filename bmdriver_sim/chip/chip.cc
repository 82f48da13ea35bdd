#include "bmdriver_sim/chip/chip.h"

#include <sys/mman.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "absl/strings/str_format.h"
#include "base/checked_math.h"
#include "isa/numerics.h"

namespace bm::chip {
namespace {

constexpr uint64_t kDdrBytes = isa::kDdrEnd - isa::kDdrBase;
constexpr uint64_t kGenerationPages = kDdrBytes / Chip::kGenerationPageBytes;

// Memory that costs nothing until it is touched; reads as zero.
template <typename T>
T* Reserve(uint64_t bytes) {
  void* address = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return address == MAP_FAILED ? nullptr : static_cast<T*>(address);
}

void Release(void* address, uint64_t bytes) {
  if (address != nullptr) munmap(address, bytes);
}

void StoreFloat(uint8_t* l2, uint32_t offset, int index, float value) {
  std::memcpy(l2 + offset + index * sizeof(float), &value, sizeof(value));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Chip>> Chip::Create() {
  std::unique_ptr<Chip> chip(new Chip());
  chip->ddr_ = Reserve<uint8_t>(kDdrBytes);
  chip->local_ = Reserve<uint8_t>(isa::kLocalBytes);
  chip->l2_ = Reserve<uint8_t>(isa::kL2Bytes);
  chip->page_generations_ = Reserve<std::atomic<uint64_t>>(kGenerationPages * sizeof(std::atomic<uint64_t>));
  if (chip->ddr_ == nullptr || chip->local_ == nullptr || chip->l2_ == nullptr || chip->page_generations_ == nullptr) {
    return absl::ResourceExhaustedError(
        absl::StrFormat("cannot reserve %d bytes of address space for a card: raise the limit (ulimit -v)", kDdrBytes));
  }
  chip->ResetL2();
  return chip;
}

Chip::~Chip() {
  Release(ddr_, kDdrBytes);
  Release(local_, isa::kLocalBytes);
  Release(l2_, isa::kL2Bytes);
  Release(page_generations_, kGenerationPages * sizeof(std::atomic<uint64_t>));
}

absl::StatusOr<absl::Span<uint8_t>> Chip::System(uint64_t address, uint64_t size) {
  const auto inside = [&](uint64_t base, uint64_t bytes) {
    return address >= base && address - base <= bytes && size <= bytes - (address - base);
  };
  if (inside(isa::kDdrBase, kDdrBytes)) return absl::MakeSpan(ddr_ + (address - isa::kDdrBase), size);
  if (inside(isa::kL2Base, isa::kL2Bytes)) return absl::MakeSpan(l2_ + (address - isa::kL2Base), size);
  return absl::OutOfRangeError(
      absl::StrFormat("%d bytes at address 0x%x lie neither in DDR (0x%x to 0x%x) nor in L2 (0x%x to 0x%x)", size,
                      address, isa::kDdrBase, isa::kDdrEnd, isa::kL2Base, isa::kL2Base + isa::kL2Bytes));
}

void Chip::MarkWritten(uint64_t address, uint64_t size) {
  if (size == 0 || address < isa::kDdrBase || address >= isa::kDdrEnd) return;
  const uint64_t last = std::min(address + size, isa::kDdrEnd) - 1;
  const uint64_t generation = generation_.fetch_add(1, std::memory_order_relaxed) + 1;
  for (uint64_t page = (address - isa::kDdrBase) / kGenerationPageBytes;
       page <= (last - isa::kDdrBase) / kGenerationPageBytes; ++page) {
    page_generations_[page].store(generation, std::memory_order_release);
  }
}

uint64_t Chip::GenerationOf(uint64_t address, uint64_t size) const {
  if (size == 0 || address < isa::kDdrBase || address >= isa::kDdrEnd) return 0;
  const uint64_t last = std::min(address + size, isa::kDdrEnd) - 1;
  uint64_t newest = 0;
  for (uint64_t page = (address - isa::kDdrBase) / kGenerationPageBytes;
       page <= (last - isa::kDdrBase) / kGenerationPageBytes; ++page) {
    newest = std::max(newest, page_generations_[page].load(std::memory_order_acquire));
  }
  return newest;
}

void Chip::ResetL2() {
  std::memset(l2_, 0, isa::kL2Bytes);
  for (int i = 0; i < 256; ++i) {
    const int s = i < 128 ? i : i - 256;
    const bool in_range = s >= -103 && s <= 88;
    StoreFloat(l2_, isa::kTableExpInteger, i, in_range ? static_cast<float>(s) : 0.0f);
    StoreFloat(l2_, isa::kTableExp, i,
               in_range ? isa::Flush(static_cast<float>(std::exp(static_cast<double>(s)))) : 0.0f);
    StoreFloat(l2_, isa::kTableLog, i, static_cast<float>((i - 127) * std::log(2.0)));
    StoreFloat(l2_, isa::kTableUnsignedToFloat, i, static_cast<float>(i));
    StoreFloat(l2_, isa::kTableSignedToFloat, i, static_cast<float>(s));
  }
  float reciprocal_factorial = 1.0f;
  double arcsin = 1.0;  // Maclaurin coefficient of x^(k + 1): zero for odd k
  for (int k = 0; k < 64; ++k) {
    // A chain of single-precision divisions, as the chip's own table was made.
    reciprocal_factorial /= static_cast<float>(k + 1);
    StoreFloat(l2_, isa::kTableExpTaylor, k, k <= 32 ? isa::Flush(reciprocal_factorial) : 0.0f);
    StoreFloat(l2_, isa::kTableLogTaylor, k, (k % 2 == 0 ? 1.0f : -1.0f) / static_cast<float>(k + 1));
    StoreFloat(l2_, isa::kTableArcsinTaylor, k, k % 2 == 0 ? static_cast<float>(arcsin) : 0.0f);
    if (k % 2 == 0) arcsin *= static_cast<double>(k + 1) * (k + 1) / (static_cast<double>(k + 2) * (k + 3));
  }
}

}  // namespace bm::chip
