// Programs' ways to decode, as customers write them: against FFmpeg's interface, with device addresses in data[4..7].
#ifndef OVERLAYS_FFMPEG_TESTING_DECODING_H_
#define OVERLAYS_FFMPEG_TESTING_DECODING_H_

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
}

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace bm::ffmpeg::testing {

using Options = std::map<std::string, std::string>;
using OnFrame = std::function<void(AVCodecContext*, const AVFrame&)>;

// An opened file with the decoder of its best video stream.
class Player {
 public:
  // `name`: of a decoder, empty for the stream's.
  Player(const std::string& path, const Options& options, const std::string& name = "");
  ~Player();
  Player(const Player&) = delete;
  Player& operator=(const Player&) = delete;

  // What avcodec_open2 answered.
  int opened() const { return opened_; }
  AVCodecContext* context() { return context_; }
  AVFormatContext* input() { return input_; }

  // Reads a packet of the video stream. False at the end.
  bool Read(AVPacket* packet);

  // To the end of the stream, with the last frames; fails the test on an error.
  void SendAndReceive(const OnFrame& on_frame);
  void DecodeVideo2(const OnFrame& on_frame);

  // Back to the start.
  void Rewind();

  void FreeContext() { avcodec_free_context(&context_); }

 private:
  AVFormatContext* input_ = nullptr;
  AVCodecContext* context_ = nullptr;
  int stream_ = -1;
  int opened_ = -1;
};

// The visible samples of a frame's host planes, without padding, appended.
void AppendSamples(const AVFrame& frame, std::vector<uint8_t>* bytes);

// The same from device memory.
void AppendDeviceSamples(const AVFrame& frame, std::vector<uint8_t>* bytes);

// Not EXPECT_EQ, which would print both.
::testing::AssertionResult Same(const std::vector<uint8_t>& a, const std::vector<uint8_t>& b);

}  // namespace bm::ffmpeg::testing

#endif  // OVERLAYS_FFMPEG_TESTING_DECODING_H_
