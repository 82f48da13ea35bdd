#include <utility>

#include "absl/strings/match.h"
#include "base/status_macros.h"
#include "bmdecoder/core/av.h"
#include "bmdecoder/core/encoder_state.h"
#include "bmdecoder/core/video_encoder.h"

namespace bm::decoder {
namespace {

struct AvOutputDelete {
  void operator()(AVFormatContext* output) const {
    if (output->pb != nullptr && (output->oformat->flags & AVFMT_NOFILE) == 0) avio_closep(&output->pb);
    avformat_free_context(output);
  }
};

struct Scheme {
  const char* prefix;
  const char* format;
};
constexpr Scheme kSchemes[] = {{"rtsp://", "rtsp"}, {"rtmp://", "flv"}};

const char* FormatOf(const std::string& name, const std::string& format) {
  if (!format.empty()) return format.c_str();
  for (const Scheme& scheme : kSchemes) {
    if (absl::StartsWith(name, scheme.prefix)) return scheme.format;
  }
  return nullptr;
}

}  // namespace

struct VideoSink::State {
  std::string name;
  std::unique_ptr<VideoEncoder> encoder;
  std::unique_ptr<AVFormatContext, AvOutputDelete> output;
  bool closed = false;
  absl::Status result;

  absl::Status Connect(const std::string& format);
  absl::Status Emit(const std::vector<EncodedPacket>& packets);
};

absl::Status VideoSink::State::Connect(const std::string& format) {
  AVFormatContext* context = nullptr;
  const int code = avformat_alloc_output_context2(&context, nullptr, FormatOf(name, format), name.c_str());
  output.reset(context);
  return AvStatus(code, absl::StrCat(name, ": choosing a container"));
}

absl::StatusOr<std::unique_ptr<VideoSink>> VideoSink::Open(const std::string& name, const EncoderOptions& options,
                                                           const std::string& format) {
  auto state = std::make_unique<State>();
  state->name = name;
  RETURN_IF_ERROR(state->Connect(format));
  AVFormatContext* output = state->output.get();
  EncoderOptions adapted = options;
  if ((output->oformat->flags & AVFMT_GLOBALHEADER) != 0) adapted.global_header = true;
  ASSIGN_OR_RETURN(state->encoder, VideoEncoder::Create(adapted));
  AVStream* stream = avformat_new_stream(output, nullptr);
  if (stream == nullptr) return absl::ResourceExhaustedError("no memory for a stream");
  const AVCodecContext& codec = *state->encoder->state_->codec;
  RETURN_IF_ERROR(AvStatus(avcodec_parameters_from_context(stream->codecpar, &codec), name));
  stream->time_base = codec.time_base;
  stream->avg_frame_rate = codec.framerate;
  if ((output->oformat->flags & AVFMT_NOFILE) == 0) {
    RETURN_IF_ERROR(
        AvStatus(avio_open(&output->pb, name.c_str(), AVIO_FLAG_WRITE), absl::StrCat(name, ": failed to create")));
  }
  AvOptions dictionary;
  if (absl::StartsWith(name, "rtsp://")) dictionary.Set("rtsp_transport", "tcp");
  RETURN_IF_ERROR(
      AvStatus(avformat_write_header(output, dictionary.get()), absl::StrCat(name, ": writing the header")));
  return std::unique_ptr<VideoSink>(new VideoSink(std::move(state)));
}

VideoSink::VideoSink(std::unique_ptr<State> state) : state_(std::move(state)) {}
VideoSink::~VideoSink() { (void)Close(); }

absl::Status VideoSink::State::Emit(const std::vector<EncodedPacket>& packets) {
  const AVStream* stream = output->streams[0];
  const AVCodecContext& codec = *encoder->state_->codec;
  const int64_t duration = av_rescale_q(1, av_inv_q(codec.framerate), codec.time_base);
  for (const EncodedPacket& encoded : packets) {
    AvPacket packet(av_packet_alloc());
    if (packet == nullptr || av_new_packet(packet.get(), static_cast<int>(encoded.data.size())) != 0) {
      return absl::ResourceExhaustedError("no memory for a packet");
    }
    std::copy(encoded.data.begin(), encoded.data.end(), packet->data);
    packet->pts = encoded.pts;
    packet->dts = encoded.dts;
    packet->duration = duration;
    packet->flags = encoded.key ? AV_PKT_FLAG_KEY : 0;
    av_packet_rescale_ts(packet.get(), codec.time_base, stream->time_base);
    RETURN_IF_ERROR(
        AvStatus(av_interleaved_write_frame(output.get(), packet.get()), absl::StrCat(name, ": writing a packet")));
  }
  return absl::OkStatus();
}

absl::Status VideoSink::Write(const ConstPlanes& planes, int64_t pts) {
  if (state_->closed) return absl::FailedPreconditionError(absl::StrCat(state_->name, " is closed"));
  ASSIGN_OR_RETURN(const std::vector<EncodedPacket> packets, state_->encoder->Encode(planes, pts));
  return state_->Emit(packets);
}

absl::Status VideoSink::Close() {
  if (state_->closed) return state_->result;
  state_->closed = true;
  absl::StatusOr<std::vector<EncodedPacket>> packets = state_->encoder->Finish();
  state_->result = packets.ok() ? state_->Emit(*packets) : packets.status();
  const absl::Status end =
      AvStatus(av_write_trailer(state_->output.get()), absl::StrCat(state_->name, ": writing the end"));
  if (state_->result.ok()) state_->result = end;
  state_->output.reset();
  return state_->result;
}

}  // namespace bm::decoder
