// The functions of row_kernels.inc.
#ifndef BMCV_KERNELS_ROWS_H_
#define BMCV_KERNELS_ROWS_H_

#include "bmcv/kernels/row_kernels.h"

namespace bm::cv {

#define X(type, member, function, level) type function;
#include "bmcv/kernels/row_kernels.inc"
#undef X

}  // namespace bm::cv

#endif  // BMCV_KERNELS_ROWS_H_
