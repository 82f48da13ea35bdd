#include "bmdecoder/core/access_units.h"

#include <cstring>
#include <utility>

#include "base/status_macros.h"
#include "bmdecoder/core/av.h"

namespace bm::decoder {
namespace {

AVCodecID IdOf(VideoCodec codec) { return codec == VideoCodec::kH264 ? AV_CODEC_ID_H264 : AV_CODEC_ID_HEVC; }

}  // namespace

struct AccessUnits::State {
  VideoCodec codec;
  // The parser keeps what it learns of the stream here.
  AvCodec context;
  AvParser parser;
  AvPacket unit;

  absl::Status Restart();
  absl::Status Emit(const uint8_t* data, int size, const Sink& sink);
};

absl::Status AccessUnits::State::Restart() {
  parser.reset(av_parser_init(IdOf(codec)));
  if (parser != nullptr) return absl::OkStatus();
  return absl::UnimplementedError(absl::StrCat("FFmpeg has no parser for ", avcodec_get_name(IdOf(codec))));
}

absl::Status AccessUnits::State::Emit(const uint8_t* data, int size, const Sink& sink) {
  RETURN_IF_ERROR(AvStatus(av_new_packet(unit.get(), size), "allocating an access unit"));
  std::memcpy(unit->data, data, static_cast<size_t>(size));
  unit->pts = parser->pts;
  unit->dts = parser->dts;
  const absl::Status result = sink(unit.get());
  av_packet_unref(unit.get());
  return result;
}

AccessUnits::AccessUnits(std::unique_ptr<State> state) : state_(std::move(state)) {}
AccessUnits::~AccessUnits() = default;

absl::StatusOr<std::unique_ptr<AccessUnits>> AccessUnits::Create(VideoCodec codec) {
  auto state = std::make_unique<State>();
  state->codec = codec;
  state->context.reset(avcodec_alloc_context3(nullptr));
  state->unit.reset(av_packet_alloc());
  if (state->context == nullptr || state->unit == nullptr) {
    return absl::ResourceExhaustedError("no memory for a parser");
  }
  state->context->codec_id = IdOf(codec);
  state->context->codec_type = AVMEDIA_TYPE_VIDEO;
  // Damaged headers are no news for the terminal.
  state->context->log_level_offset = AV_LOG_VERBOSE - AV_LOG_ERROR;
  RETURN_IF_ERROR(state->Restart());
  return std::unique_ptr<AccessUnits>(new AccessUnits(std::move(state)));
}

absl::Status AccessUnits::Feed(const AVPacket& block, const Sink& sink) {
  const uint8_t* data = block.data;
  int size = block.size;
  while (size > 0) {
    uint8_t* unit = nullptr;
    int unit_size = 0;
    const int used = av_parser_parse2(state_->parser.get(), state_->context.get(), &unit, &unit_size, data, size,
                                      block.pts, block.dts, -1);
    RETURN_IF_ERROR(AvStatus(used, "parsing a byte stream"));
    data += used;
    size -= used;
    if (unit_size > 0) RETURN_IF_ERROR(state_->Emit(unit, unit_size, sink));
  }
  return absl::OkStatus();
}

absl::Status AccessUnits::Finish(const Sink& sink) {
  uint8_t* unit = nullptr;
  int size = 0;
  av_parser_parse2(state_->parser.get(), state_->context.get(), &unit, &size, nullptr, 0, AV_NOPTS_VALUE,
                   AV_NOPTS_VALUE, -1);
  absl::Status result;
  if (size > 0) result = state_->Emit(unit, size, sink);
  RETURN_IF_ERROR(state_->Restart());
  return result;
}

}  // namespace bm::decoder
