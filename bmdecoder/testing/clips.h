// Short clips for tests, the stock decoder's view of them, and stock programs at the other end of a connection.
#ifndef BMDECODER_TESTING_CLIPS_H_
#define BMDECODER_TESTING_CLIPS_H_

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "bmdecoder/core/video_encoder.h"

namespace bm::decoder::testing {

// A path in the test's own directory.
std::string TempPath(const std::string& name);

// Picture number `index` of a moving pattern, 4:2:0 without padding in the given layout.
std::vector<uint8_t> MovingPicture(int width, int height, ChromaLayout layout, int index);
ConstPlanes PlanesOf(const std::vector<uint8_t>& picture, int width, int height, ChromaLayout layout);

// 96 x 80, three B frames, a key frame every 10 frames, constant quantiser.
EncoderOptions SmallClip(VideoCodec codec);
// Encodes `frames` pictures into a new file and returns its path; the container follows the name.
std::string MakeClip(const std::string& name, const EncoderOptions& options, int frames);
// The same as a byte stream.
std::vector<uint8_t> MakeStream(const EncoderOptions& options, int frames);

std::vector<uint8_t> ReadBytes(const std::string& path);
void WriteBytes(const std::string& path, const std::vector<uint8_t>& bytes);

// All frames of a file as the program ffmpeg decodes them: visible samples without padding, one after the other.
std::vector<uint8_t> StockFrames(const std::string& path, const std::string& pixel_format);

// A program that runs until it ends or the object does. Fails the test if it cannot be started.
class Program {
 public:
  explicit Program(const std::vector<std::string>& command);
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  // Waits for the end; the exit code, or -1 after a signal.
  int Wait();

 private:
  pid_t pid_ = -1;
};

// A TCP port of the loopback interface that nobody uses right now.
int FreePort();
// Waits, up to ten seconds, until somebody listens there.
bool WaitForListener(int port);

}  // namespace bm::decoder::testing

#endif  // BMDECODER_TESTING_CLIPS_H_
