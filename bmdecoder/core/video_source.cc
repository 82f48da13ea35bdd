#include "bmdecoder/core/video_source.h"

#include <atomic>
#include <cmath>
#include <utility>

#include "base/status_macros.h"
#include "bmdecoder/core/av.h"
#include "bmdecoder/core/demuxer_options.h"

namespace bm::decoder {
namespace {

std::string KeyOf(const std::string& key) {
  for (const RenamedOption& row : kRenamedOptions) {
    if (key == row.old_key) return row.key;
  }
  return key;
}

}  // namespace

struct VideoSource::State {
  std::string name;
  SourceOptions options;
  SourceInfo info;
  std::atomic<bool> interrupted{false};
  AvInput input;
  AvPacket packet;
  int stream = -1;
  std::unique_ptr<VideoDecoder> decoder;
  // The end of the stream was sent to the decoder.
  bool draining = false;
  // Frames presented earlier are dropped; kNoTimestamp for none.
  int64_t first_pts = kNoTimestamp;
  int64_t damaged = 0;

  absl::Status OpenInput();
  absl::Status OpenStream();
  absl::Status Feed();
  absl::Status Failed(int code, const char* step) const {
    if (code >= 0) return absl::OkStatus();
    if (interrupted.load()) return absl::CancelledError(absl::StrCat(name, ": interrupted"));
    return AvStatus(code, absl::StrCat(name, ": ", step));
  }
};

absl::Status VideoSource::State::OpenInput() {
  AVFormatContext* context = avformat_alloc_context();
  if (context == nullptr) return absl::ResourceExhaustedError("no memory for a demuxer");
  context->interrupt_callback.callback = [](void* state) {
    return static_cast<State*>(state)->interrupted.load() ? 1 : 0;
  };
  context->interrupt_callback.opaque = this;
  const AVInputFormat* format = nullptr;
  if (!options.format.empty()) {
    format = av_find_input_format(options.format.c_str());
    if (format == nullptr) {
      avformat_free_context(context);
      return absl::InvalidArgumentError(absl::StrCat(name, ": there is no input format ", options.format));
    }
  }
  AvOptions dictionary;
  for (const auto& [key, value] : options.demuxer) dictionary.Set(KeyOf(key), value);
  // Frees the context if it fails.
  const int code = avformat_open_input(&context, name.c_str(), format, dictionary.get());
  input.reset(context);
  return Failed(code, "failed to open input file");
}

absl::Status VideoSource::State::OpenStream() {
  RETURN_IF_ERROR(Failed(avformat_find_stream_info(input.get(), nullptr), "failed to find stream information"));
  stream = av_find_best_stream(input.get(), AVMEDIA_TYPE_VIDEO, -1, -1, nullptr, 0);
  if (stream < 0) return absl::NotFoundError(absl::StrCat(name, ": failed to find a video stream"));
  for (unsigned i = 0; i < input->nb_streams; ++i) {
    if (static_cast<int>(i) != stream) input->streams[i]->discard = AVDISCARD_ALL;
  }
  AVStream* video = input->streams[stream];
  absl::StatusOr<std::unique_ptr<VideoDecoder>> created = VideoDecoder::Create(*video->codecpar, options.decoder);
  if (!created.ok()) {
    return absl::Status(created.status().code(), absl::StrCat(name, ": ", created.status().message()));
  }
  decoder = *std::move(created);
  info.width = video->codecpar->width;
  info.height = video->codecpar->height;
  info.codec = avcodec_get_name(video->codecpar->codec_id);
  info.time_base_numerator = video->time_base.num;
  info.time_base_denominator = video->time_base.den;
  const AVRational rate = video->avg_frame_rate;
  info.frames_per_second = rate.num > 0 && rate.den > 0 ? av_q2d(rate) : -1;
  info.duration = input->duration > 0 ? static_cast<double>(input->duration) / AV_TIME_BASE : -1;
  info.frame_count = video->nb_frames;
  if (info.frame_count <= 0 && info.duration > 0 && info.frames_per_second > 0) {
    info.frame_count = std::llround(info.duration * info.frames_per_second);
  }
  return absl::OkStatus();
}

// One packet of the video stream, or the end of the stream, into the decoder.
absl::Status VideoSource::State::Feed() {
  const int code = av_read_frame(input.get(), packet.get());
  if (code == AVERROR_EOF) {
    draining = true;
    const absl::Status end = decoder->Send(nullptr);
    return absl::IsOutOfRange(end) ? absl::OkStatus() : end;
  }
  // A demuxer may need another call.
  if (code == AVERROR(EAGAIN)) return absl::OkStatus();
  RETURN_IF_ERROR(Failed(code, "reading"));
  absl::Status sent;
  if (packet->stream_index == stream) sent = decoder->Send(packet.get());
  av_packet_unref(packet.get());
  if (!sent.ok()) ++damaged;
  return absl::IsResourceExhausted(sent) ? sent : absl::OkStatus();
}

VideoSource::VideoSource(std::unique_ptr<State> state) : state_(std::move(state)) {}
VideoSource::~VideoSource() = default;

absl::StatusOr<std::unique_ptr<VideoSource>> VideoSource::Open(const std::string& name, const SourceOptions& options) {
  auto state = std::make_unique<State>();
  state->name = name;
  state->options = options;
  state->packet.reset(av_packet_alloc());
  if (state->packet == nullptr) return absl::ResourceExhaustedError("no memory for a packet");
  std::unique_ptr<VideoSource> source(new VideoSource(std::move(state)));
  RETURN_IF_ERROR(source->Reopen());
  return source;
}

absl::Status VideoSource::Reopen() {
  State& state = *state_;
  state.decoder.reset();
  state.input.reset();
  state.draining = false;
  state.first_pts = kNoTimestamp;
  state.damaged = 0;
  absl::Status opened = state.OpenInput();
  if (opened.ok()) opened = state.OpenStream();
  if (opened.ok()) return opened;
  state.decoder.reset();
  state.input.reset();
  return opened;
}

absl::StatusOr<std::shared_ptr<Frame>> VideoSource::Read() {
  State& state = *state_;
  if (state.decoder == nullptr) return absl::FailedPreconditionError(absl::StrCat(state.name, " is closed"));
  while (true) {
    if (state.interrupted.load()) return absl::CancelledError(absl::StrCat(state.name, ": interrupted"));
    absl::StatusOr<std::shared_ptr<Frame>> frame = state.decoder->Receive();
    if (frame.ok()) {
      state.info.width = (*frame)->shape.width;
      state.info.height = (*frame)->shape.height;
      const int64_t pts = (*frame)->info.pts;
      if (state.first_pts != kNoTimestamp && pts != kNoTimestamp && pts < state.first_pts) continue;
      state.first_pts = kNoTimestamp;
      return frame;
    }
    const bool need_packet = absl::IsUnavailable(frame.status()) && !state.draining;
    if (absl::IsDataLoss(frame.status())) {
      ++state.damaged;
      continue;
    }
    if (!need_packet) return frame;
    RETURN_IF_ERROR(state.Feed());
  }
}

absl::Status VideoSource::Seek(double seconds) {
  State& state = *state_;
  if (state.decoder == nullptr) return absl::FailedPreconditionError(absl::StrCat(state.name, " is closed"));
  if (!(seconds >= 0 && seconds < 1e9)) {
    return absl::InvalidArgumentError(absl::StrCat(state.name, ": cannot seek to ", seconds, " s: must be 0..1e9"));
  }
  const AVStream* video = state.input->streams[state.stream];
  const int64_t start = video->start_time == AV_NOPTS_VALUE ? 0 : video->start_time;
  // Half a unit below, so that a time computed from a timestamp finds its frame.
  const int64_t target = start + static_cast<int64_t>(std::ceil(seconds / av_q2d(video->time_base) - 0.5));
  RETURN_IF_ERROR(
      state.Failed(av_seek_frame(state.input.get(), state.stream, target, AVSEEK_FLAG_BACKWARD), "seeking"));
  state.decoder->Flush();
  state.draining = false;
  state.first_pts = target;
  return absl::OkStatus();
}

void VideoSource::Interrupt() { state_->interrupted.store(true); }
const SourceInfo& VideoSource::info() const { return state_->info; }
const std::string& VideoSource::name() const { return state_->name; }
int64_t VideoSource::damaged_packets() const { return state_->damaged; }
bm_handle_t VideoSource::handle() const {
  return state_->decoder == nullptr ? nullptr : state_->decoder->pool().handle();
}

}  // namespace bm::decoder
