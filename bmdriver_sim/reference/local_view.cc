#include "bmdriver_sim/reference/local_view.h"

#include "absl/strings/str_format.h"
#include "base/checked_math.h"
#include "base/status_macros.h"

namespace bm::reference {

absl::Status CheckLaneBytes(uint32_t address, uint64_t bytes) {
  if (bytes > isa::kLaneBytes - isa::OffsetOf(address)) {
    return absl::OutOfRangeError(absl::StrFormat("%d bytes at offset 0x%x of lane %d; a lane has 0x%x", bytes,
                                                 isa::OffsetOf(address), isa::LaneOf(address), isa::kLaneBytes));
  }
  return absl::OkStatus();
}

absl::StatusOr<LocalView> LocalView::Create(uint8_t* local, uint32_t address, const isa::Dims4& shape,
                                            const isa::Dims4& stride, isa::Precision precision) {
  LocalView view;
  view.local_ = local;
  view.lane0_ = isa::LaneOf(address);
  view.offset_ = isa::OffsetOf(address);
  view.stride_ = stride;
  view.pack_ = static_cast<uint32_t>(isa::PackOf(precision));
  view.bytes_ = static_cast<uint32_t>(isa::BytesOf(precision));
  const uint64_t last_word = (CeilDiv(shape.n, view.pack_) - 1) * stride.n +
                             uint64_t{isa::SlotsOf(view.lane0_, shape.c) - 1} * stride.c +
                             uint64_t{shape.h - 1} * stride.h + uint64_t{shape.w - 1} * stride.w;
  RETURN_IF_ERROR(CheckLaneBytes(address, 4 * (last_word + 1)));
  if (view.offset_ % 4 != 0) {
    return absl::InvalidArgumentError(
        absl::StrFormat("a tensor at local address 0x%x, which is no multiple of 4", address));
  }
  return view;
}

absl::StatusOr<LocalView> LocalView::Of(uint8_t* local, const isa::Operand& operand, const isa::Dims4& shape) {
  isa::Dims4 stride = isa::StrideOf(operand.layout, operand.address, shape);
  if (operand.batch_is_one) stride.n = 0;
  ASSIGN_OR_RETURN(LocalView view, Create(local, operand.address, shape, stride, operand.precision));
  if (operand.batch_is_one) view.set_batch_is_one();
  return view;
}

absl::StatusOr<LocalView> LocalView::Of(uint8_t* local, const isa::Result& result, const isa::Dims4& shape) {
  return Create(local, result.address, shape, isa::StrideOf(result.layout, result.address, shape), result.precision);
}

uint8_t* LocalView::Element(uint32_t n, uint32_t c, uint32_t h, uint32_t w) const {
  if (batch_is_one_) n = 0;
  return Bytes(n / pack_, c) + 4 * (uint64_t{h} * stride_.h + uint64_t{w} * stride_.w) + n % pack_ * bytes_;
}

int32_t LocalView::Load(uint32_t n, uint32_t c, uint32_t h, uint32_t w, bool is_signed) const {
  uint32_t bits = 0;
  std::memcpy(&bits, Element(n, c, h, w), bytes_);
  const int unused = 32 - 8 * static_cast<int>(bytes_);
  const auto shifted = static_cast<int32_t>(bits << unused);
  return is_signed ? shifted >> unused : static_cast<int32_t>(bits);
}

void LocalView::Store(uint32_t n, uint32_t c, uint32_t h, uint32_t w, int32_t value) const {
  std::memcpy(Element(n, c, h, w), &value, bytes_);
}

}  // namespace bm::reference
