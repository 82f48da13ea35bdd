// The video codecs of the chip, and the types of their pictures.
#ifndef BMDECODER_CORE_CODEC_H_
#define BMDECODER_CORE_CODEC_H_

namespace bm::decoder {

enum class VideoCodec { kH264, kH265 };

enum class PictureType { kI, kP, kB, kOther };

}  // namespace bm::decoder

#endif  // BMDECODER_CORE_CODEC_H_
