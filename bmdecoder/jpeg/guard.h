// libjpeg reports errors by a callback that must not return. A Guard turns them into statuses.
//
// Internal to bmdecoder/jpeg.
#ifndef BMDECODER_JPEG_GUARD_H_
#define BMDECODER_JPEG_GUARD_H_

#include <csetjmp>
#include <cstddef>
#include <cstdio>
#include <string>

// After <cstdio>, which it needs.
#include <jpeglib.h>

#include "absl/status/status.h"

namespace bm::decoder {

// Error handler of one jpeg_(de)compress_struct.
class Guard {
 public:
  Guard();
  Guard(const Guard&) = delete;
  Guard& operator=(const Guard&) = delete;

  jpeg_error_mgr* manager() { return &manager_; }

  // Runs `step`, which calls libjpeg. When libjpeg gives up `step` is left by longjmp: it must have no objects with
  // destructors. DATA_LOSS with libjpeg's text; RESOURCE_EXHAUSTED if libjpeg found no memory.
  template <typename Step>
  absl::Status Run(const Step& step) {
    if (setjmp(jump_) != 0) return Failure();
    step();
    return absl::OkStatus();
  }

  // DATA_LOSS if libjpeg warned of damage.
  absl::Status Damage() const;

 private:
  static void Exit(j_common_ptr info);
  static void Emit(j_common_ptr info, int level);
  static void Output(j_common_ptr) {}
  absl::Status Failure() const;

  jpeg_error_mgr manager_;
  std::jmp_buf jump_;
  char text_[JMSG_LENGTH_MAX] = "";
  // The first warning that means damage.
  char damage_[JMSG_LENGTH_MAX] = "";
};

}  // namespace bm::decoder

#endif  // BMDECODER_JPEG_GUARD_H_
