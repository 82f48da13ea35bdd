// Options of demuxers that FFmpeg 5 spells otherwise than the releases that programs were written for.
#ifndef BMDECODER_CORE_DEMUXER_OPTIONS_H_
#define BMDECODER_CORE_DEMUXER_OPTIONS_H_

namespace bm::decoder {

struct RenamedOption {
  const char* old_key;
  const char* key;
};
inline constexpr RenamedOption kRenamedOptions[] = {{"stimeout", "timeout"}};

}  // namespace bm::decoder

#endif  // BMDECODER_CORE_DEMUXER_OPTIONS_H_
