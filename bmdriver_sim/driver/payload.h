// Reads the packed fields of a message.
#ifndef BMDRIVER_SIM_DRIVER_PAYLOAD_H_
#define BMDRIVER_SIM_DRIVER_PAYLOAD_H_

#include <cstdint>
#include <cstring>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"

namespace bm::driver {

class Payload {
 public:
  explicit Payload(absl::Span<const uint8_t> bytes) : bytes_(bytes) {}

  // The next field; zero behind the end, which Finish reports.
  template <typename T>
  T Get() {
    T value{};
    if (bytes_.size() - position_ < sizeof(T)) {
      is_short_ = true;
      position_ = bytes_.size();
      return value;
    }
    std::memcpy(&value, bytes_.data() + position_, sizeof(T));
    position_ += sizeof(T);
    return value;
  }

  bool is_short() const { return is_short_; }

  // OK if every field was there. Bytes behind the last field (padding to whole words) are allowed.
  absl::Status Finish() const {
    if (!is_short_) return absl::OkStatus();
    return absl::InvalidArgumentError(
        absl::StrCat("a message of ", bytes_.size(), " bytes is shorter than its fields"));
  }

 private:
  const absl::Span<const uint8_t> bytes_;
  size_t position_ = 0;
  bool is_short_ = false;
};

}  // namespace bm::driver

#endif  // BMDRIVER_SIM_DRIVER_PAYLOAD_H_
