// What the integer units do to a sum: bias, rounding shift, relu, saturation (docs/isa.md 5.2).
#ifndef BMDRIVER_SIM_REFERENCE_INTEGER_RESULT_H_
#define BMDRIVER_SIM_REFERENCE_INTEGER_RESULT_H_

#include <algorithm>
#include <cstdint>

#include "absl/status/statusor.h"
#include "base/status_macros.h"
#include "bmdriver_sim/reference/local_view.h"
#include "isa/numerics.h"

namespace bm::reference {

struct IntegerResult {
  int right_shift = 0;
  bool relu = false;
  int bits = 8;
  bool is_signed = true;

  int32_t Apply(int64_t sum) const {
    int64_t value = isa::RoundShift(sum, right_shift);
    if (relu) value = std::max<int64_t>(value, 0);
    return static_cast<int32_t>(isa::Saturate(value, bits, is_signed));
  }
};

// An 8-bit immediate as its value.
inline int32_t ConstantByte(const isa::Operand& operand) {
  const auto bits = static_cast<uint8_t>(operand.constant);
  return operand.is_signed ? static_cast<int8_t>(bits) : bits;
}

// The 16-bit bias of INT8 conv and depthwise: one element per slot, compact.
class ByteBias {
 public:
  static absl::StatusOr<ByteBias> Create(bool has_bias, const isa::Operand& bias, uint32_t channels, uint8_t* local) {
    ByteBias result;
    if (!has_bias) return result;
    result.local_ = local;
    result.address_ = bias.address;
    result.is_signed_ = bias.is_signed;
    const uint64_t slots = isa::SlotsOf(isa::LaneOf(bias.address), channels);
    RETURN_IF_ERROR(CheckLaneBytes(bias.address, slots * sizeof(int16_t)));
    return result;
  }

  int32_t Get(uint32_t channel) const {
    if (local_ == nullptr) return 0;
    const uint32_t lane = isa::LaneOf(address_) + channel;
    uint16_t bits;
    std::memcpy(
        &bits,
        local_ + lane % isa::kLanes * isa::kLaneBytes + isa::OffsetOf(address_) + lane / isa::kLanes * sizeof(bits),
        sizeof(bits));
    return is_signed_ ? static_cast<int16_t>(bits) : bits;
  }

 private:
  uint8_t* local_ = nullptr;
  uint32_t address_ = 0;
  bool is_signed_ = true;
};

}  // namespace bm::reference

#endif  // BMDRIVER_SIM_REFERENCE_INTEGER_RESULT_H_
