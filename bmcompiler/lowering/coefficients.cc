#include "bmcompiler/lowering/coefficients.h"

#include <cstring>
#include <string_view>

#include "base/check.h"
#include "base/checked_math.h"

namespace bm::lowering {
namespace {

constexpr uint64_t kAlignment = 512;  // what the DMA engine likes best

}  // namespace

uint64_t Coefficients::Add(absl::Span<const float> values) {
  const uint64_t size = values.size() * sizeof(float);
  const auto* data = reinterpret_cast<const char*>(values.data());
  const uint64_t hash = std::hash<std::string_view>()(std::string_view(data, size));
  const auto [first, last] = by_hash_.equal_range(hash);
  for (auto entry = first; entry != last; ++entry) {
    const auto [offset, known_size] = entry->second;
    if (known_size == size && std::memcmp(bytes_.data() + offset, data, size) == 0) return isa::kContextStart + offset;
  }
  const uint64_t offset = AlignUp(bytes_.size(), kAlignment);
  bytes_.resize(offset + size);
  std::memcpy(bytes_.data() + offset, data, size);
  by_hash_.emplace(hash, std::make_pair(offset, size));
  return isa::kContextStart + offset;
}

PackedConstant Coefficients::Vector(absl::Span<const float> values) {
  const auto count = static_cast<uint32_t>(values.size());
  return {DdrTensor::Contiguous(Add(values), {1, count, 1, 1}), {Slots(count), 1, 1, 1}};
}

PackedConstant Coefficients::ConvolutionWeight(absl::Span<const float> weight, uint32_t oc, uint32_t ic,
                                               uint32_t area) {
  BM_CHECK(weight.size() == uint64_t{oc} * ic * area, "weight size");
  const uint32_t row = static_cast<uint32_t>(CeilDiv(ic, 2)) * 2;
  std::vector<float> packed(uint64_t{oc} * area * row);
  for (uint32_t o = 0; o < oc; ++o) {
    const float* source = weight.data() + uint64_t{o} * ic * area;
    float* target = packed.data() + uint64_t{o} * area * row;
    for (uint32_t i = 0; i < ic; ++i) {
      for (uint32_t k = 0; k < area; ++k) target[k * row + i] = source[i * area + k];
    }
  }
  const Dims4 shape{1, oc, area, row};
  return {DdrTensor::Contiguous(Add(packed), shape), {area * row * Slots(oc), area * row, row, 1}};
}

PackedConstant Coefficients::DepthwiseWeight(absl::Span<const float> weight, uint32_t c, uint32_t area) {
  BM_CHECK(weight.size() == uint64_t{c} * area, "weight size");
  const Dims4 shape{1, c, 1, area};
  return {DdrTensor::Contiguous(Add(weight), shape), {area * Slots(c), area, area, 1}};
}

}  // namespace bm::lowering
