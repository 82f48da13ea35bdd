#include "overlays/ffmpeg/src/options.h"

#include <climits>
#include <cstddef>

namespace bm::ffmpeg {
namespace {

constexpr int kDecoding = AV_OPT_FLAG_VIDEO_PARAM | AV_OPT_FLAG_DECODING_PARAM;
constexpr int kEncoding = AV_OPT_FLAG_VIDEO_PARAM | AV_OPT_FLAG_ENCODING_PARAM;
constexpr AVOption kEnd = {};

constexpr AVOption Integer(const char* name, size_t offset, int flags, int64_t value, int least, int most,
                           const char* help, const char* words = nullptr) {
  return {name,
          help,
          static_cast<int>(offset),
          AV_OPT_TYPE_INT,
          {value},
          static_cast<double>(least),
          static_cast<double>(most),
          flags,
          words};
}

// Accepted with any value.
constexpr AVOption Ignored(const char* name, size_t offset, int flags, int64_t value, const char* help = "no effect",
                           const char* words = nullptr) {
  return Integer(name, offset, flags, value, INT_MIN, INT_MAX, help, words);
}

// A word for a value of the option with these words.
constexpr AVOption Word(const char* name, int flags, int64_t value, const char* words) {
  return {name, "", 0, AV_OPT_TYPE_CONST, {value}, INT_MIN, INT_MAX, flags, words};
}

#define AT(member) offsetof(VideoDecoderOptions, member), kDecoding
constexpr AVOption kVideoDecoderOptions[] = {
    Integer("sophon_idx", AT(device), 0, 0, 256, "device"),
    Integer("pcie_board_id", AT(device), 0, 0, 256, "device"),
    Integer("output_format", AT(output_format), 0, 0, INT_MAX, "0 linear, 101 compressed"),
    Integer("cbcr_interleave", AT(cbcr_interleave), 1, 0, 2, "0 YUV420P, 1 NV12, 2 NV21"),
    Integer("extra_frame_buffer_num", AT(extra_frame_buffers), 7, 0, 1024, "frames that the program holds"),
    Integer("frame_delay", AT(frame_delay), -1, -1, INT_MAX, "1 gives frames out without waiting for their order"),
    Integer("skip_non_idr", AT(skip_non_idr), 0, 0, 2, "drops all but key packets"),
    Integer("handle_packet_loss", AT(handle_packet_loss), 0, 0, 1, "drops packets from a damaged one to a key packet"),
    Integer("decode_order", AT(decode_order), 0, 0, 1, "gives frames out as they are decoded"),
    Ignored("zero_copy", AT(ignored), 1, "no effect: the host sees the frames"),
    Ignored("pcie_no_copyback", AT(ignored), 1, "no effect: the host sees the frames"),
    Ignored("extra_data_flag", AT(ignored), 1, "no effect: stream headers are always used"),
    Integer("mode_bitstream", AT(ignored), 2, 0, 2, "no effect: packets are whole"),
    Integer("core_idx", AT(ignored), -1, -1, 3, "no effect"),
    Ignored("perf", AT(ignored), 0),
    Ignored("secondary_axi", AT(ignored), 2),
    Ignored("enable_cache", AT(ignored), 0),
    Ignored("use_gst_flag", AT(ignored), 0),
    Integer("size_input_buffer", AT(ignored), 0x400000, 0x200000, 0x700000, "no effect"),
    Ignored("dec_cmd_queue", AT(ignored), 4),
    Ignored("timeout", AT(ignored), 1000),
    kEnd,
};
#undef AT

#define AT(member) offsetof(JpegDecoderOptions, member), kDecoding
constexpr AVOption kJpegDecoderOptions[] = {
    Integer("sophon_idx", AT(device), 0, 0, 256, "device"),
    Integer("chroma_interleave", AT(chroma_interleave), 0, 0, 2, "0 planar, 1 CbCr, 2 CrCb"),
    Integer("cbcr_interleave", AT(chroma_interleave), 0, 0, 2, "0 planar, 1 CbCr, 2 CrCb"),
    Integer("num_extra_framebuffers", AT(extra_frame_buffers), 2, 0, 1024, "frames that the program holds"),
    Ignored("zero_copy", AT(ignored), 1, "no effect: the host sees the frames"),
    Ignored("bs_buffer_size", AT(ignored), 5120),
    Ignored("perf", AT(ignored), 0),
    Ignored("framebuffer_recycle", AT(ignored), 0, "no effect: memory is always used again"),
    Ignored("framebuffer_size", AT(ignored), 0),
    kEnd,
};
#undef AT

#define AT(member) offsetof(VideoEncoderOptions, member), kEncoding
constexpr AVOption kVideoEncoderOptions[] = {
    Integer("sophon_idx", AT(device), 0, 0, 256, "device"),
    Integer("is_dma_buffer", AT(is_dma_buffer), 1, 0, 1, "1 reads data[4..6], 0 data[0..2]"),
    Integer("gop_preset", AT(gop_preset), 2, 1, 9, "1 key frames only; 2, 6 no B frames; 4 one; 3, 5, 7, 8 three"),
    Integer("qp", AT(qp), -1, -1, 51, "constant quantiser; -1 keeps the bit rate"),
    {"enc-params",
     "key=value:key=value",
     static_cast<int>(offsetof(VideoEncoderOptions, parameters)),
     AV_OPT_TYPE_STRING,
     {},
     0,
     0,
     kEncoding,
     nullptr},
    Ignored("preset", AT(ignored), 2, "no effect", "preset"),
    Word("fast", kEncoding, 0, "preset"),
    Word("medium", kEncoding, 1, "preset"),
    Word("slow", kEncoding, 2, "preset"),
    Ignored("perf", AT(ignored), 0),
    Ignored("roi_enable", AT(ignored), 0, "no effect: AV_FRAME_DATA_BM_ROI_INFO is not used"),
    Ignored("enc_cmd_queue", AT(ignored), 4),
    kEnd,
};
#undef AT

#define AT(member) offsetof(JpegEncoderOptions, member), kEncoding
constexpr AVOption kJpegEncoderOptions[] = {
    Integer("sophon_idx", AT(device), 0, 0, 256, "device"),
    Integer("is_dma_buffer", AT(is_dma_buffer), 1, 0, 1, "1 reads data[4..6], 0 data[0..2]"),
    Integer("qf", AT(quality), 85, 0, 100, "quality"),
    Ignored("perf", AT(ignored), 0),
    kEnd,
};
#undef AT

constexpr AVClass ClassOf(const char* name, const AVOption* options) {
  AVClass result = {};
  result.class_name = name;
  result.item_name = av_default_item_name;
  result.option = options;
  result.version = LIBAVUTIL_VERSION_INT;
  return result;
}

}  // namespace

const AVClass kVideoDecoderClass = ClassOf("bm video decoder", kVideoDecoderOptions);
const AVClass kJpegDecoderClass = ClassOf("bm JPEG decoder", kJpegDecoderOptions);
const AVClass kVideoEncoderClass = ClassOf("bm video encoder", kVideoEncoderOptions);
const AVClass kJpegEncoderClass = ClassOf("bm JPEG encoder", kJpegEncoderOptions);

}  // namespace bm::ffmpeg
