// What a sequence parameter set of H.264 or H.265 says, read from the byte stream before anything is decoded.
//
//   const absl::Span<const uint8_t> set = FindSequenceHeader(VideoCodec::kH264, access_unit);
//   if (!set.empty()) ASSIGN_OR_RETURN(const SequenceHeader header, ParseSequenceHeader(VideoCodec::kH264, set));
//
// Sources: ITU-T H.264 (08/2021) 7.3.2.1.1, annexes A and E; ITU-T H.265 (08/2021) 7.3.2.2, 7.3.3, 7.3.4, 7.3.7, annex
// E. All functions are thread-safe.
#ifndef BMDECODER_CORE_SEQUENCE_HEADER_H_
#define BMDECODER_CORE_SEQUENCE_HEADER_H_

#include <array>
#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "bmdecoder/core/codec.h"

namespace bm::decoder {

struct SequenceHeader {
  // As coded, in luma samples, and what is cut off each side of it.
  int coded_width = 0;
  int coded_height = 0;
  int crop_left = 0;
  int crop_right = 0;
  int crop_top = 0;
  int crop_bottom = 0;
  // The stream's numbers: profile 100 is High of H.264, 1 Main of H.265; level 41 is 4.1 of H.264, 123 that of H.265.
  int profile = 0;
  int level = 0;
  // H.265: 1 for the high tier; temporal sub-layers.
  int tier = 0;
  int sub_layers = 1;
  // H.264: the first four constraint flags, and direct_8x8_inference_flag.
  std::array<int, 4> constraints = {};
  int direct_8x8 = 0;
  // 0 grey, 1 4:2:0, 2 4:2:2, 3 4:4:4.
  int chroma_format = 1;
  int luma_depth = 8;
  int chroma_depth = 8;
  // Pictures may be fields.
  int interlaced = 0;
  // Frames that prediction may refer to, frames that decoding has to keep, frames that precede one in decoding order
  // and follow it in presentation order. Where H.264 does not tell, the last two are what the level allows.
  int references = 0;
  int frame_buffers = 0;
  int reordering = 0;
  // Frames per second; 0 and 0 if the stream does not tell.
  int64_t rate_numerator = 0;
  int64_t rate_denominator = 0;
  // Table E-1; 255 for aspect_width : aspect_height; 0 if unknown.
  int aspect = 0;
  int aspect_width = 0;
  int aspect_height = 0;
};

// The first sequence parameter set of a byte stream (Annex B) in front of the first coded picture, without its start
// code; empty if there is none.
absl::Span<const uint8_t> FindSequenceHeader(VideoCodec codec, absl::Span<const uint8_t> stream);

// DATA_LOSS, naming the element, for a set that is cut short or holds an impossible value.
absl::StatusOr<SequenceHeader> ParseSequenceHeader(VideoCodec codec, absl::Span<const uint8_t> set);

}  // namespace bm::decoder

#endif  // BMDECODER_CORE_SEQUENCE_HEADER_H_
