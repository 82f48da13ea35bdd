#include "bmcv/src/typed_pixels.h"

#include <algorithm>
#include <cstddef>
#include <cstring>

namespace bm::cv {
namespace {

constexpr int kFloatBytes = sizeof(float);

// function(row of floats, row of bytes, values) for every row.
template <typename Byte, typename Function>
void ForRows(const std::vector<PlaneOf<Byte>>& floats, const std::vector<Plane>& bytes, Function function) {
  for (size_t p = 0; p < floats.size(); ++p) {
    for (int y = 0; y < floats[p].height; ++y) {
      function(floats[p].row(y), bytes[p].row(y), bytes[p].width * bytes[p].channels);
    }
  }
}

template <typename Byte>
BytePlanes NewPlanes(const std::vector<PlaneOf<Byte>>& floats) {
  BytePlanes bytes;
  size_t total = 0;
  for (const PlaneOf<Byte>& plane : floats) {
    total += static_cast<size_t>(plane.width) * plane.channels / kFloatBytes * plane.height;
  }
  bytes.storage.resize(total);
  uint8_t* next = bytes.storage.data();
  for (const PlaneOf<Byte>& plane : floats) {
    const int channels = plane.channels / kFloatBytes;
    const ptrdiff_t stride = static_cast<ptrdiff_t>(plane.width) * channels;
    bytes.planes.push_back({next, plane.width, plane.height, channels, stride});
    next += stride * plane.height;
  }
  return bytes;
}

}  // namespace

std::vector<ConstPlane> BytePlanes::as_const() const {
  std::vector<ConstPlane> same;
  for (const Plane& plane : planes)
    same.push_back({plane.data, plane.width, plane.height, plane.channels, plane.stride});
  return same;
}

BytePlanes BytesFor(const std::vector<Plane>& floats) { return NewPlanes(floats); }

BytePlanes Truncated(const std::vector<ConstPlane>& floats) {
  BytePlanes bytes = NewPlanes(floats);
  ForRows(floats, bytes.planes, [](const uint8_t* from, uint8_t* to, int count) {
    for (int i = 0; i < count; ++i) {
      float value;
      std::memcpy(&value, from + i * kFloatBytes, kFloatBytes);
      to[i] = value > 0 ? static_cast<uint8_t>(std::min(value, 255.0f)) : 0;  // 0 for what is no number too
    }
  });
  return bytes;
}

void Widen(const BytePlanes& bytes, const std::vector<Plane>& floats) {
  ForRows(floats, bytes.planes, [](uint8_t* to, const uint8_t* from, int count) {
    for (int i = 0; i < count; ++i) {
      const float value = from[i];
      std::memcpy(to + i * kFloatBytes, &value, kFloatBytes);
    }
  });
}

}  // namespace bm::cv
