// Packets that an encoder made and its program has not received yet.
#ifndef OVERLAYS_FFMPEG_SRC_PACKET_QUEUE_H_
#define OVERLAYS_FFMPEG_SRC_PACKET_QUEUE_H_

#include <deque>
#include <vector>

#include "absl/status/status.h"
#include "bmdecoder/core/av.h"
#include "bmdecoder/core/video_encoder.h"

namespace bm::ffmpeg {

class PacketQueue {
 public:
  // OUT_OF_RANGE after the end, UNAVAILABLE while packets wait: a program receives all before it sends again.
  absl::Status CheckRoom() const;

  void Add(std::vector<decoder::EncodedPacket> packets);
  // No more packets will be added.
  void End() { has_ended_ = true; }
  void Clear();

  // Moves the first packet into the blank `target`. UNAVAILABLE if there is none, OUT_OF_RANGE at the end,
  // RESOURCE_EXHAUSTED without memory; the packet stays then.
  absl::Status Take(AVPacket* target);

 private:
  std::deque<decoder::EncodedPacket> packets_;
  bool has_ended_ = false;
};

}  // namespace bm::ffmpeg

#endif  // OVERLAYS_FFMPEG_SRC_PACKET_QUEUE_H_
