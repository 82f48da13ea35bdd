// The options of the codecs, as FFmpeg's option system reads them: tables of names, defaults and ranges.
#ifndef OVERLAYS_FFMPEG_SRC_OPTIONS_H_
#define OVERLAYS_FFMPEG_SRC_OPTIONS_H_

extern "C" {
#include <libavutil/opt.h>
}

namespace bm::ffmpeg {

// What priv_data of a context points to. The first member is FFmpeg's.
struct VideoDecoderOptions {
  const AVClass* av_class;
  int device;
  int output_format;
  int cbcr_interleave;
  int extra_frame_buffers;
  int frame_delay;
  int skip_non_idr;
  int handle_packet_loss;
  int decode_order;
  // For options without effect.
  int ignored;
};

struct JpegDecoderOptions {
  const AVClass* av_class;
  int device;
  int chroma_interleave;
  int extra_frame_buffers;
  int ignored;
};

struct VideoEncoderOptions {
  const AVClass* av_class;
  int device;
  int is_dma_buffer;
  int gop_preset;
  int qp;
  char* parameters;
  int ignored;
};

struct JpegEncoderOptions {
  const AVClass* av_class;
  int device;
  int is_dma_buffer;
  int quality;
  int ignored;
};

extern const AVClass kVideoDecoderClass;
extern const AVClass kJpegDecoderClass;
extern const AVClass kVideoEncoderClass;
extern const AVClass kJpegEncoderClass;

}  // namespace bm::ffmpeg

#endif  // OVERLAYS_FFMPEG_SRC_OPTIONS_H_
