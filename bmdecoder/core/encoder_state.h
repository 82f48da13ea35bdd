// What VideoEncoder and VideoSink share. Internal to bmdecoder/core.
#ifndef BMDECODER_CORE_ENCODER_STATE_H_
#define BMDECODER_CORE_ENCODER_STATE_H_

#include <vector>

#include "bmdecoder/core/av.h"
#include "bmdecoder/core/video_encoder.h"

namespace bm::decoder {

struct VideoEncoder::State {
  EncoderOptions options;
  AvCodec codec;
  AvPacket packet;
  std::vector<uint8_t> headers;

  // Appends the packets that are ready.
  absl::Status Drain(std::vector<EncodedPacket>* packets);
};

}  // namespace bm::decoder

#endif  // BMDECODER_CORE_ENCODER_STATE_H_
