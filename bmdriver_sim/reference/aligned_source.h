// An FP32 operand of the MD operations: an aligned tensor of the result's shape or an immediate.
#ifndef BMDRIVER_SIM_REFERENCE_ALIGNED_SOURCE_H_
#define BMDRIVER_SIM_REFERENCE_ALIGNED_SOURCE_H_

#include "absl/status/statusor.h"
#include "base/status_macros.h"
#include "bmdriver_sim/reference/execute.h"
#include "bmdriver_sim/reference/local_view.h"
#include "isa/numerics.h"

namespace bm::reference {

class AlignedSource {
 public:
  static absl::StatusOr<AlignedSource> Create(const isa::Operand& operand, const isa::Dims4& shape, uint8_t* local) {
    AlignedSource source;
    source.is_constant_ = operand.is_constant;
    source.constant_ = operand.constant;
    if (!operand.is_constant) {
      ASSIGN_OR_RETURN(source.view_, LocalView::Of(local, operand, shape));
    }
    return source;
  }

  // The bits at row-major position `i` of a channel's plane (rows of aligned tensors follow each other).
  uint32_t Bits(uint32_t n, uint32_t c, uint64_t i) const { return is_constant_ ? constant_ : view_.Words(n, c)[i]; }
  float Get(uint32_t n, uint32_t c, uint64_t i) const { return isa::FloatOf(Bits(n, c, i)); }

 private:
  bool is_constant_ = false;
  uint32_t constant_ = 0;
  LocalView view_;
};

// Calls visit(n, c, i) for every element of an aligned tensor, i counting within a channel's plane. ABORTED once the
// chip is halted.
template <typename Visit>
absl::Status ForEachElement(const isa::Dims4& shape, const chip::Chip& chip, Visit visit) {
  for (uint32_t n = 0; n < shape.n; ++n) {
    for (uint32_t c = 0; c < shape.c; ++c) {
      for (uint32_t h = 0; h < shape.h; ++h) {
        RETURN_IF_ERROR(CheckRunning(chip));
        for (uint32_t w = 0; w < shape.w; ++w) visit(n, c, uint64_t{h} * shape.w + w);
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace bm::reference

#endif  // BMDRIVER_SIM_REFERENCE_ALIGNED_SOURCE_H_
