// Elements of tensors in local memory, after one bounds check for all of them.
#ifndef BMDRIVER_SIM_REFERENCE_LOCAL_VIEW_H_
#define BMDRIVER_SIM_REFERENCE_LOCAL_VIEW_H_

#include <cstdint>
#include <cstring>

#include "absl/status/statusor.h"
#include "isa/bdc.h"
#include "isa/layout.h"

namespace bm::reference {

// A tensor of 32-bit words, or of packed 8- or 16-bit elements, in the local memory of a chip.
class LocalView {
 public:
  // OUT_OF_RANGE where an element would lie beyond the lane's memory. `shape` counts elements.
  static absl::StatusOr<LocalView> Create(uint8_t* local, uint32_t address, const isa::Dims4& shape,
                                          const isa::Dims4& stride, isa::Precision precision);
  // The tensor of an operand that is no constant, or of a result.
  static absl::StatusOr<LocalView> Of(uint8_t* local, const isa::Operand& operand, const isa::Dims4& shape);
  static absl::StatusOr<LocalView> Of(uint8_t* local, const isa::Result& result, const isa::Dims4& shape);

  // The first word of (n, c), with rows and columns to step through by stride().h and .w words.
  uint32_t* Words(uint32_t n, uint32_t c) const { return reinterpret_cast<uint32_t*>(Bytes(n, c)); }
  float* Floats(uint32_t n, uint32_t c) const { return reinterpret_cast<float*>(Bytes(n, c)); }

  // An element of any precision, as its bits extended by `is_signed`.
  int32_t Load(uint32_t n, uint32_t c, uint32_t h, uint32_t w, bool is_signed) const;
  void Store(uint32_t n, uint32_t c, uint32_t h, uint32_t w, int32_t value) const;

  // A packed operand whose first batch serves every batch.
  void set_batch_is_one() { batch_is_one_ = true; }

  const isa::Dims4& stride() const { return stride_; }

 private:
  uint8_t* Bytes(uint32_t n, uint32_t c) const {
    const uint32_t channel = lane0_ + c;
    return local_ + channel % isa::kLanes * isa::kLaneBytes + offset_ +
           4 * (uint64_t{n} * stride_.n + uint64_t{channel / isa::kLanes} * stride_.c);
  }
  uint8_t* Element(uint32_t n, uint32_t c, uint32_t h, uint32_t w) const;

  uint8_t* local_ = nullptr;
  uint32_t lane0_ = 0;
  uint32_t offset_ = 0;
  isa::Dims4 stride_;
  uint32_t pack_ = 1;
  uint32_t bytes_ = 4;
  bool batch_is_one_ = false;
};

// Checks a range of bytes that every one of `lanes` lanes from the address on holds at its offset.
absl::Status CheckLaneBytes(uint32_t address, uint64_t bytes);

}  // namespace bm::reference

#endif  // BMDRIVER_SIM_REFERENCE_LOCAL_VIEW_H_
