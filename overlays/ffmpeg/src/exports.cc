// The functions of FFmpeg that know the codecs of the view; everything else goes on to FFmpeg.
#include <cerrno>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "overlays/ffmpeg/src/codecs.h"
#include "overlays/ffmpeg/src/edge.h"
#include "overlays/ffmpeg/src/registry.h"
#include "overlays/ffmpeg/src/stock.h"

extern "C" {
#include <libavutil/opt.h>
}

namespace bm::ffmpeg {
namespace {

// Runs `ours` on the session of a context of ours, `stock` for all others.
template <typename Ours, typename Stock>
int Dispatch(const AVCodecContext* context, const char* function, Ours ours, Stock stock) {
  if (context == nullptr) return AvError(absl::InvalidArgumentError("the context is null"), function);
  const std::shared_ptr<Binding> binding = FindBinding(context);
  if (binding == nullptr) return stock();
  MutexLock lock(&binding->mutex);
  // The context may be gone.
  if (binding->is_closed) return AVERROR_EOF;
  if (binding->session == nullptr) return AvError(absl::InvalidArgumentError("the codec is not open"), function);
  return AvError(ours(*binding->session), function);
}

absl::Status CheckCodec(const AVCodec* codec, const AVCodecContext& context) {
  if (context.codec != nullptr && context.codec != codec) {
    return absl::InvalidArgumentError(
        absl::StrCat("the context was made for ", context.codec->name, ", not for ", codec->name));
  }
  const bool is_any_id = context.codec_id == AV_CODEC_ID_NONE;
  const bool is_any_type = context.codec_type == AVMEDIA_TYPE_UNKNOWN;
  if ((is_any_id || context.codec_id == codec->id) && (is_any_type || context.codec_type == codec->type)) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("the context has parameters of ", avcodec_get_name(context.codec_id), ", not for ", codec->name));
}

// Sets what `context` and its codec have of `options`, and leaves the others there. If one is refused, all are left.
absl::Status SetOptions(AVDictionary** options, AVCodecContext* context) {
  AVDictionary* others = nullptr;
  const AVDictionaryEntry* entry = nullptr;
  while ((entry = av_dict_get(*options, "", entry, AV_DICT_IGNORE_SUFFIX)) != nullptr) {
    const int code = av_opt_set(context, entry->key, entry->value, AV_OPT_SEARCH_CHILDREN);
    if (code >= 0) continue;
    if (code == AVERROR_OPTION_NOT_FOUND) {
      av_dict_set(&others, entry->key, entry->value, 0);
      continue;
    }
    av_dict_free(&others);
    const AVOption* option = av_opt_find(context, entry->key, nullptr, 0, AV_OPT_SEARCH_CHILDREN);
    return absl::InvalidArgumentError(absl::StrCat(context->codec->name, ": option ", entry->key, " is ", entry->value,
                                                   ": must be ", option->min, "..", option->max));
  }
  av_dict_free(options);
  *options = others;
  return absl::OkStatus();
}

absl::Status Open(const AVCodec* codec, AVCodecContext* context, AVDictionary** options, Binding* binding)
    ABSL_EXCLUSIVE_LOCKS_REQUIRED(binding->mutex) {
  if (binding->is_closed) return absl::InvalidArgumentError("the context was freed");
  if (binding->session != nullptr) return absl::OkStatus();
  RETURN_IF_ERROR(Prepare(codec, context));
  if (options != nullptr) RETURN_IF_ERROR(SetOptions(options, context));
  ASSIGN_OR_RETURN(binding->session, Start(context));
  return absl::OkStatus();
}

}  // namespace
}  // namespace bm::ffmpeg

using bm::MutexLock;
using bm::ffmpeg::AvError;
using bm::ffmpeg::CodecKind;
using bm::ffmpeg::Dispatch;
using bm::ffmpeg::Session;

extern "C" {

const AVCodec* avcodec_find_decoder(AVCodecID id) {
  const AVCodec* codec = bm::ffmpeg::FindDecoder(id);
  return codec != nullptr ? codec : stock_avcodec_find_decoder(id);
}

const AVCodec* avcodec_find_decoder_by_name(const char* name) {
  const AVCodec* codec = name == nullptr ? nullptr : bm::ffmpeg::FindCodec(CodecKind::kDecoder, name);
  return codec != nullptr ? codec : stock_avcodec_find_decoder_by_name(name);
}

const AVCodec* avcodec_find_encoder(AVCodecID id) { return stock_avcodec_find_encoder(id); }

const AVCodec* avcodec_find_encoder_by_name(const char* name) {
  const AVCodec* codec = name == nullptr ? nullptr : bm::ffmpeg::FindCodec(CodecKind::kEncoder, name);
  return codec != nullptr ? codec : stock_avcodec_find_encoder_by_name(name);
}

int av_codec_is_decoder(const AVCodec* codec) {
  if (!bm::ffmpeg::IsOurs(codec)) return stock_av_codec_is_decoder(codec);
  return bm::ffmpeg::KindOf(codec) == CodecKind::kDecoder ? 1 : 0;
}

int av_codec_is_encoder(const AVCodec* codec) {
  if (!bm::ffmpeg::IsOurs(codec)) return stock_av_codec_is_encoder(codec);
  return bm::ffmpeg::KindOf(codec) == CodecKind::kEncoder ? 1 : 0;
}

AVCodecContext* avcodec_alloc_context3(const AVCodec* codec) {
  const bool is_ours = bm::ffmpeg::IsOurs(codec);
  AVCodecContext* context = stock_avcodec_alloc_context3(is_ours ? nullptr : codec);
  bm::ffmpeg::Forget(context);
  if (context == nullptr || !is_ours) return context;
  const absl::Status prepared = bm::ffmpeg::Prepare(codec, context);
  if (AvError(prepared, __func__) == 0) {
    bm::ffmpeg::Bind(context);
    return context;
  }
  stock_avcodec_free_context(&context);
  return nullptr;
}

int avcodec_open2(AVCodecContext* context, const AVCodec* codec, AVDictionary** options) {
  if (context == nullptr) return AvError(absl::InvalidArgumentError("the context is null"), __func__);
  const AVCodec* chosen = codec != nullptr ? codec : context->codec;
  const bool is_ours = bm::ffmpeg::IsOurs(chosen) || bm::ffmpeg::IsOurs(context->codec);
  if (!is_ours) return stock_avcodec_open2(context, codec, options);
  const absl::Status fits = bm::ffmpeg::CheckCodec(chosen, *context);
  if (!fits.ok()) return AvError(fits, __func__);
  const std::shared_ptr<bm::ffmpeg::Binding> binding = bm::ffmpeg::Bind(context);
  MutexLock lock(&binding->mutex);
  return AvError(bm::ffmpeg::Open(chosen, context, options, binding.get()), __func__);
}

int avcodec_is_open(AVCodecContext* context) {
  const std::shared_ptr<bm::ffmpeg::Binding> binding = bm::ffmpeg::FindBinding(context);
  if (binding == nullptr) return stock_avcodec_is_open(context);
  MutexLock lock(&binding->mutex);
  return binding->session != nullptr ? 1 : 0;
}

int avcodec_close(AVCodecContext* context) {
  if (bm::ffmpeg::Unbind(context)) {
    bm::ffmpeg::Strip(context);
    bm::ffmpeg::Forget(context);
  }
  return stock_avcodec_close(context);
}

void avcodec_free_context(AVCodecContext** context) {
  if (context == nullptr) return;
  if (bm::ffmpeg::Unbind(*context)) bm::ffmpeg::Strip(*context);
  stock_avcodec_free_context(context);
}

int avcodec_send_packet(AVCodecContext* context, const AVPacket* packet) {
  return Dispatch(
      context, __func__, [&](Session& session) { return session.SendPacket(packet); },
      [&] { return stock_avcodec_send_packet(context, packet); });
}

int avcodec_receive_frame(AVCodecContext* context, AVFrame* frame) {
  const auto ours = [&](Session& session) -> absl::Status {
    if (frame == nullptr) return absl::InvalidArgumentError("the frame is null");
    av_frame_unref(frame);
    const absl::Status received = session.ReceiveFrame(frame);
    if (!received.ok()) av_frame_unref(frame);
    return received;
  };
  return Dispatch(context, __func__, ours, [&] { return stock_avcodec_receive_frame(context, frame); });
}

int avcodec_send_frame(AVCodecContext* context, const AVFrame* frame) {
  return Dispatch(
      context, __func__, [&](Session& session) { return session.SendFrame(frame); },
      [&] { return stock_avcodec_send_frame(context, frame); });
}

int avcodec_receive_packet(AVCodecContext* context, AVPacket* packet) {
  const auto ours = [&](Session& session) -> absl::Status {
    if (packet == nullptr) return absl::InvalidArgumentError("the packet is null");
    av_packet_unref(packet);
    return session.ReceivePacket(packet);
  };
  return Dispatch(context, __func__, ours, [&] { return stock_avcodec_receive_packet(context, packet); });
}

void avcodec_flush_buffers(AVCodecContext* context) {
  Dispatch(
      context, __func__, [&](Session& session) { return session.Flush(); },
      [&] {
        stock_avcodec_flush_buffers(context);
        return 0;
      });
}

}  // extern "C"
