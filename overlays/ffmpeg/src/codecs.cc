#include "overlays/ffmpeg/src/codecs.h"

#include <array>
#include <cstring>

#include "bmdecoder/core/av.h"
#include "overlays/ffmpeg/src/jpeg_decoding.h"
#include "overlays/ffmpeg/src/jpeg_encoding.h"
#include "overlays/ffmpeg/src/options.h"
#include "overlays/ffmpeg/src/video_decoding.h"
#include "overlays/ffmpeg/src/video_encoding.h"

namespace bm::ffmpeg {
namespace {

constexpr int kDecoderFlags = AV_CODEC_CAP_DELAY | AV_CODEC_CAP_HARDWARE | AV_CODEC_CAP_AVOID_PROBING;
constexpr int kEncoderFlags = AV_CODEC_CAP_DELAY | AV_CODEC_CAP_HARDWARE;
constexpr int kJpegFlags = AV_CODEC_CAP_HARDWARE;

constexpr AVPixelFormat kVideoDecoderFormats[] = {AV_PIX_FMT_NV12, AV_PIX_FMT_YUV420P, AV_PIX_FMT_NV21,
                                                  AV_PIX_FMT_NONE};

struct Row {
  const char* name;
  const char* long_name;
  CodecKind kind;
  AVCodecID id;
  int capabilities;
  const AVPixelFormat* formats;
  const AVClass* options;
  size_t options_size;
  OpenSession open;
  // FFmpeg's encoder that must be there; null for none.
  const char* needs;
};
constexpr Row kRows[] = {
    {"h264_bm", "BM1684 H.264 decoder", CodecKind::kDecoder, AV_CODEC_ID_H264, kDecoderFlags, kVideoDecoderFormats,
     &kVideoDecoderClass, sizeof(VideoDecoderOptions), OpenVideoDecoder, nullptr},
    {"hevc_bm", "BM1684 H.265 decoder", CodecKind::kDecoder, AV_CODEC_ID_HEVC, kDecoderFlags, kVideoDecoderFormats,
     &kVideoDecoderClass, sizeof(VideoDecoderOptions), OpenVideoDecoder, nullptr},
    {"jpeg_bm", "BM1684 JPEG decoder", CodecKind::kDecoder, AV_CODEC_ID_MJPEG, kJpegFlags | AV_CODEC_CAP_AVOID_PROBING,
     kJpegDecoderFormats, &kJpegDecoderClass, sizeof(JpegDecoderOptions), OpenJpegDecoder, nullptr},
    {"h264_bm", "BM1684 H.264 encoder", CodecKind::kEncoder, AV_CODEC_ID_H264, kEncoderFlags, kVideoEncoderFormats,
     &kVideoEncoderClass, sizeof(VideoEncoderOptions), OpenVideoEncoder, "libx264"},
    {"h265_bm", "BM1684 H.265 encoder", CodecKind::kEncoder, AV_CODEC_ID_HEVC, kEncoderFlags, kVideoEncoderFormats,
     &kVideoEncoderClass, sizeof(VideoEncoderOptions), OpenVideoEncoder, "libx265"},
    {"hevc_bm", "BM1684 H.265 encoder", CodecKind::kEncoder, AV_CODEC_ID_HEVC, kEncoderFlags, kVideoEncoderFormats,
     &kVideoEncoderClass, sizeof(VideoEncoderOptions), OpenVideoEncoder, "libx265"},
    {"jpeg_bm", "BM1684 JPEG encoder", CodecKind::kEncoder, AV_CODEC_ID_MJPEG, kJpegFlags, kJpegEncoderFormats,
     &kJpegEncoderClass, sizeof(JpegEncoderOptions), OpenJpegEncoder, nullptr},
};

// FFmpeg takes any AVCodec for the head of its own larger structure, in which zero means "not there".
struct PublicCodec {
  AVCodec codec;
  unsigned char zeros[512];
};
using PublicCodecs = std::array<PublicCodec, std::size(kRows)>;

const PublicCodecs& TheCodecs() {
  static const PublicCodecs codecs = [] {
    PublicCodecs result = {};
    for (size_t i = 0; i < result.size(); ++i) {
      AVCodec& codec = result[i].codec;
      codec.name = kRows[i].name;
      codec.long_name = kRows[i].long_name;
      codec.type = AVMEDIA_TYPE_VIDEO;
      codec.id = kRows[i].id;
      codec.capabilities = kRows[i].capabilities;
      codec.pix_fmts = kRows[i].formats;
      codec.priv_class = kRows[i].options;
      codec.wrapper_name = "bm";
    }
    return result;
  }();
  return codecs;
}

// Null for codecs of FFmpeg.
const Row* RowOf(const AVCodec* codec) {
  const PublicCodecs& codecs = TheCodecs();
  for (size_t i = 0; i < codecs.size(); ++i) {
    if (codec == &codecs[i].codec) return &kRows[i];
  }
  return nullptr;
}

}  // namespace

const AVCodec* FindCodec(CodecKind kind, const char* name) {
  for (size_t i = 0; i < std::size(kRows); ++i) {
    const Row& row = kRows[i];
    if (row.kind != kind || std::strcmp(row.name, name) != 0) continue;
    const bool works = row.needs == nullptr || avcodec_find_encoder_by_name(row.needs) != nullptr;
    return works ? &TheCodecs()[i].codec : nullptr;
  }
  return nullptr;
}

const AVCodec* FindDecoder(AVCodecID id) {
  // FFmpeg's MJPEG decoder keeps its place: it takes what the JPEG unit refuses.
  if (id == AV_CODEC_ID_H264) return FindCodec(CodecKind::kDecoder, "h264_bm");
  if (id == AV_CODEC_ID_HEVC) return FindCodec(CodecKind::kDecoder, "hevc_bm");
  return nullptr;
}

bool IsOurs(const AVCodec* codec) { return RowOf(codec) != nullptr; }

CodecKind KindOf(const AVCodec* codec) { return RowOf(codec)->kind; }

absl::Status Prepare(const AVCodec* codec, AVCodecContext* context) {
  const Row& row = *RowOf(codec);
  if (context->priv_data == nullptr) {
    context->priv_data = av_mallocz(row.options_size);
    if (context->priv_data == nullptr) return absl::ResourceExhaustedError("no memory for options");
    *static_cast<const AVClass**>(context->priv_data) = row.options;
    av_opt_set_defaults(context->priv_data);
  }
  context->codec = codec;
  context->codec_id = codec->id;
  context->codec_type = codec->type;
  return absl::OkStatus();
}

void Strip(AVCodecContext* context) {
  if (context->priv_data != nullptr) av_opt_free(context->priv_data);
  av_freep(&context->priv_data);
  context->codec = nullptr;
}

absl::StatusOr<std::unique_ptr<Session>> Start(AVCodecContext* context) { return RowOf(context->codec)->open(context); }

}  // namespace bm::ffmpeg
