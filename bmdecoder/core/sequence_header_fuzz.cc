// Any bytes: a sequence header or a status, never a crash. The first byte chooses the codec.
#include <cstddef>
#include <cstdint>

#include "bmdecoder/core/sequence_header.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const bm::decoder::VideoCodec codec =
      data[0] % 2 == 0 ? bm::decoder::VideoCodec::kH264 : bm::decoder::VideoCodec::kH265;
  const absl::Span<const uint8_t> stream(data + 1, size - 1);
  (void)bm::decoder::ParseSequenceHeader(codec, bm::decoder::FindSequenceHeader(codec, stream));
  (void)bm::decoder::ParseSequenceHeader(codec, stream);
  return 0;
}
