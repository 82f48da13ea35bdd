// Bits of a parameter set. Internal to bmdecoder/core.
#ifndef BMDECODER_CORE_BIT_READER_H_
#define BMDECODER_CORE_BIT_READER_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"

namespace bm::decoder {

// Reads the payload of a NAL unit: emulation prevention bytes are left out. Beyond the end every bit is 0 and ok()
// false.
class BitReader {
 public:
  explicit BitReader(absl::Span<const uint8_t> payload) {
    int zeros = 0;
    for (const uint8_t byte : payload) {
      if (zeros >= 2 && byte == 3) {
        zeros = 0;
        continue;
      }
      zeros = byte == 0 ? zeros + 1 : 0;
      bytes_.push_back(byte);
    }
  }

  // u(count), count <= 32.
  uint32_t Bits(int count) {
    uint64_t value = 0;
    for (int i = 0; i < count; ++i) value = value << 1 | Bit();
    return static_cast<uint32_t>(value);
  }
  bool Flag() { return Bit() != 0; }
  void Skip(int count) {
    for (int i = 0; i < count; ++i) Bit();
  }

  // ue(v): the element is at most 2^32 - 2.
  uint32_t Unsigned() {
    int zeros = 0;
    while (ok_ && Bit() == 0) ++zeros;
    if (zeros > 31) ok_ = false;
    return ok_ ? static_cast<uint32_t>((uint64_t{1} << zeros) - 1 + Bits(zeros)) : 0;
  }
  // se(v)
  int64_t Signed() {
    const int64_t code = Unsigned();
    return code % 2 != 0 ? (code + 1) / 2 : -(code / 2);
  }

  bool ok() const { return ok_; }

 private:
  uint32_t Bit() {
    if (position_ >= bytes_.size() * 8) {
      ok_ = false;
      return 0;
    }
    const uint32_t bit = bytes_[position_ / 8] >> (7 - position_ % 8) & 1;
    ++position_;
    return bit;
  }

  std::vector<uint8_t> bytes_;
  size_t position_ = 0;
  bool ok_ = true;
};

}  // namespace bm::decoder

#endif  // BMDECODER_CORE_BIT_READER_H_
