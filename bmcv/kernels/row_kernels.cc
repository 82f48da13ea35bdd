#include "bmcv/kernels/row_kernels.h"

#include "bmcv/kernels/rows.h"

namespace bm::cv {

RowKernels RowKernelsFor(CpuLevel level) {
  RowKernels kernels = {};
#define X(type, member, function, needed) \
  if (kernels.member == nullptr && CpuLevel::needed <= level) kernels.member = function;
#include "bmcv/kernels/row_kernels.inc"
#undef X
  return kernels;
}

}  // namespace bm::cv
