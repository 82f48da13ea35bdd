#include "overlays/ffmpeg/src/packet_queue.h"

#include <algorithm>
#include <iterator>

namespace bm::ffmpeg {

absl::Status PacketQueue::CheckRoom() const {
  if (has_ended_) return absl::OutOfRangeError("the end of the stream was sent");
  if (!packets_.empty()) return absl::UnavailableError("packets wait to be received");
  return absl::OkStatus();
}

void PacketQueue::Add(std::vector<decoder::EncodedPacket> packets) {
  packets_.insert(packets_.end(), std::make_move_iterator(packets.begin()), std::make_move_iterator(packets.end()));
}

void PacketQueue::Clear() {
  packets_.clear();
  has_ended_ = false;
}

absl::Status PacketQueue::Take(AVPacket* target) {
  if (packets_.empty())
    return has_ended_ ? absl::OutOfRangeError("no more packets") : absl::UnavailableError("no packet");
  const decoder::EncodedPacket& packet = packets_.front();
  if (av_new_packet(target, static_cast<int>(packet.data.size())) != 0) {
    return absl::ResourceExhaustedError("no memory for a packet");
  }
  std::copy(packet.data.begin(), packet.data.end(), target->data);
  target->pts = packet.pts;
  target->dts = packet.dts;
  if (packet.key) target->flags |= AV_PKT_FLAG_KEY;
  packets_.pop_front();
  return absl::OkStatus();
}

}  // namespace bm::ffmpeg
