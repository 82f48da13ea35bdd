#include "overlays/ffmpeg/src/session.h"

namespace bm::ffmpeg {
namespace {

absl::Status Decodes() { return absl::InvalidArgumentError("the context is a decoder's: it takes packets"); }
absl::Status Encodes() { return absl::InvalidArgumentError("the context is an encoder's: it takes frames"); }

}  // namespace

absl::Status Session::SendPacket(const AVPacket*) { return Encodes(); }
absl::Status Session::ReceiveFrame(AVFrame*) { return Encodes(); }
absl::Status Session::SendFrame(const AVFrame*) { return Decodes(); }
absl::Status Session::ReceivePacket(AVPacket*) { return Decodes(); }

}  // namespace bm::ffmpeg
