// The constant data of a net: one blob in DDR, and how weights are reordered for the chip (docs/isa.md 2.3).
#ifndef BMCOMPILER_LOWERING_COEFFICIENTS_H_
#define BMCOMPILER_LOWERING_COEFFICIENTS_H_

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "absl/types/span.h"
#include "bmcompiler/lowering/commands.h"
#include "isa/types.h"

namespace bm::lowering {

// A constant as commands want it in local memory: where it lies in DDR and with which strides it is loaded.
struct PackedConstant {
  DdrTensor source;
  Dims4 stride;  // local words

  uint64_t bytes_per_lane() const { return LocalTensor{0, 0, source.shape, stride}.extent_bytes(); }

  // The part for channels [first, first + count).
  PackedConstant Channels(uint32_t first, uint32_t count) const {
    PackedConstant part = *this;
    part.source.address += uint64_t{first} * source.stride.c * sizeof(float);
    part.source.shape.c = count;
    return part;
  }
};

class Coefficients {
 public:
  // The address of these values; equal contents share one address.
  uint64_t Add(absl::Span<const float> values);

  // One value per channel, compact: a word per slot.
  PackedConstant Vector(absl::Span<const float> values);

  // Convolution weights [oc, ic, kh, kw] as pairs of input channels: [oc][kh * kw][ceil(ic / 2)][2].
  PackedConstant ConvolutionWeight(absl::Span<const float> weight, uint32_t oc, uint32_t ic, uint32_t area);

  // Depthwise weights [c, area], consecutive per slot.
  PackedConstant DepthwiseWeight(absl::Span<const float> weight, uint32_t c, uint32_t area);

  std::vector<uint8_t> TakeBytes() { return std::move(bytes_); }
  uint64_t size() const { return bytes_.size(); }

 private:
  std::vector<uint8_t> bytes_;
  std::unordered_multimap<uint64_t, std::pair<uint64_t, uint64_t>> by_hash_;  // hash -> offset, size
};

}  // namespace bm::lowering

#endif  // BMCOMPILER_LOWERING_COEFFICIENTS_H_
