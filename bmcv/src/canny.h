// Canny's edges over one plane of bytes, as OpenCV finds them.
#ifndef BMCV_SRC_CANNY_H_
#define BMCV_SRC_CANNY_H_

#include "bmcv/src/filter.h"

namespace bm::cv {

// The norm of a gradient: |dx| + |dy|, or the Euclidean one.
enum class GradientNorm { kL1, kL2 };

// 255 where an edge is, else 0. Gradients are those of the 3 x 3 Sobel kernels with the border repeated. An edge is a
// gradient above `low`, largest across its direction, that is linked to one above `high`. Source and target have one
// channel and one shape.
void Canny(const ConstPlane& source, double low, double high, GradientNorm norm, const Plane& target);

}  // namespace bm::cv

#endif  // BMCV_SRC_CANNY_H_
