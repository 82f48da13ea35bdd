// alpha * x + beta on rows of values of any type.
#ifndef BMCV_SRC_LINEAR_H_
#define BMCV_SRC_LINEAR_H_

#include <cstdint>

#include "bmcv/kernels/row_kernels.h"
#include "bmcv_api_ext.h"

namespace bm::cv {

// The factor and the addend of a plane, in memory order.
struct Linear {
  float alpha, beta;
};
Linear LinearOf(const bmcv_convert_to_attr& attributes, int plane);

// out[i] = alpha * in[i] + beta in single precision, product and sum rounded; to bytes rounded to nearest, halves away
// from zero, and saturated.
using LinearRow = void(const RowKernels& kernels, const uint8_t* in, Linear linear, uint8_t* out, int count);

// Between 1N types: bytes to FLOAT32, bytes and signed bytes, signed bytes and FLOAT32 to themselves. Null for others.
LinearRow* LinearRowFor(bm_image_data_format_ext input, bm_image_data_format_ext output);

}  // namespace bm::cv

#endif  // BMCV_SRC_LINEAR_H_
