// alpha * x + beta on pixels of any type.
#ifndef BMCV_SRC_CONVERT_TO_H_
#define BMCV_SRC_CONVERT_TO_H_

#include "bmcv/kernels/row_kernels.h"
#include "bmcv_api_ext.h"

namespace bm::cv {

// The factor and the addend of a channel, in memory order.
struct Linear {
  float alpha, beta;
};
Linear LinearOf(const bmcv_convert_to_attr& attributes, int channel);

}  // namespace bm::cv

#endif  // BMCV_SRC_CONVERT_TO_H_
