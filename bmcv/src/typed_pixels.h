// Pictures of single precision values or of four images in one, as pictures of bytes.
#ifndef BMCV_SRC_TYPED_PIXELS_H_
#define BMCV_SRC_TYPED_PIXELS_H_

#include <cstdint>
#include <vector>

#include "bmcv/src/channels.h"
#include "bmcv/src/filter.h"
#include "bmcv_api_ext.h"

namespace bm::cv {

// Planes without gaps in a buffer of its own.
struct BytePlanes {
  std::vector<uint8_t> storage;
  std::vector<Plane> planes;

  std::vector<ConstPlane> as_const() const;
};

// Planes for the bytes of planes of single precision values.
BytePlanes BytesFor(const std::vector<Plane>& floats);

// The values, clipped to 0..255 and truncated.
BytePlanes Truncated(const std::vector<ConstPlane>& floats);

// floats = bytes, value by value.
void Widen(const BytePlanes& bytes, const std::vector<Plane>& floats);

}  // namespace bm::cv

#endif  // BMCV_SRC_TYPED_PIXELS_H_
