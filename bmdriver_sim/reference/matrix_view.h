// Matrices in local memory: a row spread over lanes, `width` columns a lane (docs/isa.md 2.1).
#ifndef BMDRIVER_SIM_REFERENCE_MATRIX_VIEW_H_
#define BMDRIVER_SIM_REFERENCE_MATRIX_VIEW_H_

#include <cstdint>
#include <cstring>

#include "absl/status/statusor.h"
#include "absl/strings/str_format.h"
#include "base/status_macros.h"
#include "bmdriver_sim/reference/local_view.h"
#include "isa/layout.h"

namespace bm::reference {

class MatrixView {
 public:
  static absl::StatusOr<MatrixView> Create(uint8_t* local, uint32_t address, uint32_t rows, uint32_t lanes,
                                           uint32_t width, isa::Precision precision) {
    MatrixView view;
    view.local_ = local;
    view.address_ = address;
    view.width_ = width;
    view.bytes_ = static_cast<uint32_t>(isa::BytesOf(precision));
    if (isa::OffsetOf(address) % view.bytes_ != 0) {
      return absl::InvalidArgumentError(
          absl::StrFormat("a matrix at local address 0x%x, which is no multiple of %d", address, view.bytes_));
    }
    view.pitch_ = isa::PitchOf(isa::LaneOf(address), lanes, width, view.bytes_);
    const uint64_t slots = isa::SlotsOf(isa::LaneOf(address), lanes);
    RETURN_IF_ERROR(CheckLaneBytes(address, uint64_t{rows - 1} * view.pitch_.row_bytes +
                                                (slots - 1) * view.pitch_.slot_bytes + uint64_t{width} * view.bytes_));
    return view;
  }

  // The first of the `width` columns of a row that a lane holds.
  uint8_t* Lane(uint32_t row, uint32_t lane) const {
    const uint32_t channel = isa::LaneOf(address_) + lane;
    return local_ + channel % isa::kLanes * isa::kLaneBytes + isa::OffsetOf(address_) +
           uint64_t{row} * pitch_.row_bytes + uint64_t{channel / isa::kLanes} * pitch_.slot_bytes;
  }

  float Float(uint32_t row, uint32_t column) const {
    float value;
    std::memcpy(&value, Element(row, column), sizeof(value));
    return value;
  }

  int32_t Integer(uint32_t row, uint32_t column, bool is_signed) const {
    uint32_t bits = 0;
    std::memcpy(&bits, Element(row, column), bytes_);
    const int unused = 32 - 8 * static_cast<int>(bytes_);
    return is_signed ? static_cast<int32_t>(bits << unused) >> unused : static_cast<int32_t>(bits);
  }

  void Store(uint32_t row, uint32_t column, const void* value) const {
    std::memcpy(Element(row, column), value, bytes_);
  }

 private:
  uint8_t* Element(uint32_t row, uint32_t column) const {
    return Lane(row, column / width_) + column % width_ * bytes_;
  }

  uint8_t* local_ = nullptr;
  uint32_t address_ = 0, width_ = 1, bytes_ = 4;
  isa::MatrixPitch pitch_;
};

}  // namespace bm::reference

#endif  // BMDRIVER_SIM_REFERENCE_MATRIX_VIEW_H_
