// The functions of libavformat that programs of FFmpeg 4 call otherwise.
#include <cstring>
#include <iterator>

#include "bmdecoder/core/demuxer_options.h"
#include "overlays/ffmpeg/src/codecs.h"
#include "overlays/ffmpeg/src/stock.h"

namespace {

using bm::decoder::kRenamedOptions;
using bm::decoder::RenamedOption;

// Gives the entry of `from` the key `to`. False if there is none, or if `to` is there already.
bool Rename(AVDictionary** options, const char* from, const char* to) {
  const AVDictionaryEntry* entry = av_dict_get(*options, from, nullptr, 0);
  if (entry == nullptr || av_dict_get(*options, to, nullptr, 0) != nullptr) return false;
  if (av_dict_set(options, to, entry->value, 0) < 0) return false;
  av_dict_set(options, from, nullptr, 0);
  return true;
}

}  // namespace

extern "C" {

int avformat_open_input(AVFormatContext** context, const char* url, const AVInputFormat* format,
                        AVDictionary** options) {
  if (options == nullptr) return stock_avformat_open_input(context, url, format, options);
  bool renamed[std::size(kRenamedOptions)] = {};
  for (size_t i = 0; i < std::size(kRenamedOptions); ++i) {
    renamed[i] = Rename(options, kRenamedOptions[i].old_key, kRenamedOptions[i].key);
  }
  const int code = stock_avformat_open_input(context, url, format, options);
  // What the demuxer does not know stays in the dictionary, as the program named it.
  for (size_t i = 0; i < std::size(kRenamedOptions); ++i) {
    if (renamed[i]) Rename(options, kRenamedOptions[i].key, kRenamedOptions[i].old_key);
  }
  return code;
}

int av_find_best_stream(AVFormatContext* context, AVMediaType type, int wanted_stream, int related_stream,
                        const AVCodec** decoder, int flags) {
  const int stream = stock_av_find_best_stream(context, type, wanted_stream, related_stream, decoder, flags);
  if (stream < 0 || decoder == nullptr) return stream;
  const AVCodec* ours = bm::ffmpeg::FindDecoder(context->streams[stream]->codecpar->codec_id);
  if (ours != nullptr) *decoder = ours;
  return stream;
}

}  // extern "C"
