// Pictures as the decoders write them and the encoders read them: up to three planes of 8-bit samples.
#ifndef BMDECODER_SURFACE_H_
#define BMDECODER_SURFACE_H_

#include <array>
#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"

namespace bm::decoder {

// Longest side of a video frame.
inline constexpr int kMaxVideoSide = 8192;

// The heaps that the video and JPEG units reach, as a mask of bmlib's.
inline constexpr int kUnitHeaps = 6;

// How many luma samples share a pair of chroma samples; k400 has no chroma.
enum class Sampling { k420, k422, k444, k400 };

// Cb and Cr in planes of their own, or interleaved in plane 1 as CbCr (NV12) or CrCb (NV21).
enum class ChromaLayout { kSeparate, kCbCr, kCrCb };

// `rows` rows of `stride` bytes. The last row counts as `stride` bytes, too.
template <typename Byte>
struct BasicPlane {
  Byte* data = nullptr;
  size_t stride = 0;
  size_t rows = 0;
};
using Plane = BasicPlane<uint8_t>;
using ConstPlane = BasicPlane<const uint8_t>;

// Y, then Cb and Cr, or Y and the interleaved chroma; the planes that the layout does not have stay empty.
using Planes = std::array<Plane, 3>;
using ConstPlanes = std::array<ConstPlane, 3>;

// Samples of one chroma component, from those of luma: rounded up, 0 for k400.
constexpr int ChromaWidth(Sampling sampling, int width) {
  return sampling == Sampling::k400 ? 0 : sampling == Sampling::k444 ? width : width / 2 + width % 2;
}
constexpr int ChromaHeight(Sampling sampling, int height) {
  return sampling == Sampling::k400 ? 0 : sampling == Sampling::k420 ? height / 2 + height % 2 : height;
}
constexpr int PlaneCount(Sampling sampling, ChromaLayout layout) {
  return sampling == Sampling::k400 ? 1 : layout == ChromaLayout::kSeparate ? 3 : 2;
}

ConstPlanes AsConst(const Planes& planes);

// OK if every plane of the layout has the visible samples of a picture of width x height; INVALID_ARGUMENT otherwise.
absl::Status CheckPlanes(int width, int height, Sampling sampling, ChromaLayout layout, const ConstPlanes& planes);

}  // namespace bm::decoder

#endif  // BMDECODER_SURFACE_H_
