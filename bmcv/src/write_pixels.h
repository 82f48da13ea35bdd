// A scaled and converted part of a picture into another picture.
#ifndef BMCV_SRC_WRITE_PIXELS_H_
#define BMCV_SRC_WRITE_PIXELS_H_

#include "bmcv/src/axis.h"
#include "bmcv/src/channels.h"
#include "bmcv/src/colour.h"
#include "bmcv_api_ext.h"

namespace bm::cv {

// target = the part `crop` of the source at the target's size. The pictures do not overlap.
//
// YUV to YUV without a conversion scales every channel alone by its own size (the crop is then a multiple of the
// source's subsampling); other targets with subsampled chroma take the mean of the chroma of their pixels. Both need a
// target of the size of the crop where the source has all its chroma.
void WritePixels(const ConstPixels& source, const bmcv_rect_t& crop, Sampling sampling, const Conversion& conversion,
                 const Pixels& target);

}  // namespace bm::cv

#endif  // BMCV_SRC_WRITE_PIXELS_H_
