#include "bmdecoder/testing/clips.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <thread>

#include "base/testing/status_matchers.h"
#include "gtest/gtest.h"

// Read by LeakSanitizer. libx265 3.5 does not free what it copies of its own parameters.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() { return "leak:libx265.so\n"; }

// Read by ThreadSanitizer, which does not see the atomic counts of references in the system's libavutil.
extern "C" const char* __tsan_default_suppressions();
extern "C" const char* __tsan_default_suppressions() { return "race:libavutil.so\n"; }

namespace bm::decoder::testing {

std::string TempPath(const std::string& name) { return ::testing::TempDir() + "/" + name; }

std::vector<uint8_t> MovingPicture(int width, int height, ChromaLayout layout, int index) {
  const int chroma_width = ChromaWidth(Sampling::k420, width);
  const int chroma_height = ChromaHeight(Sampling::k420, height);
  std::vector<uint8_t> picture;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const bool box = (x - 2 * index) % 64 < 16 && y % 48 < 20;
      picture.push_back(static_cast<uint8_t>(box ? 220 : 90 + 50 * std::sin(0.11 * (x + index)) + y % 16));
    }
  }
  std::vector<uint8_t> chroma[2];
  for (int c = 0; c < 2; ++c) {
    for (int y = 0; y < chroma_height; ++y) {
      for (int x = 0; x < chroma_width; ++x) {
        chroma[c].push_back(static_cast<uint8_t>(128 + 60 * std::sin(0.07 * (x * (c + 1) + y + 2 * index))));
      }
    }
  }
  if (layout == ChromaLayout::kSeparate) {
    for (const std::vector<uint8_t>& plane : chroma) picture.insert(picture.end(), plane.begin(), plane.end());
    return picture;
  }
  const int first = layout == ChromaLayout::kCbCr ? 0 : 1;
  for (size_t i = 0; i < chroma[0].size(); ++i) {
    picture.push_back(chroma[first][i]);
    picture.push_back(chroma[1 - first][i]);
  }
  return picture;
}

ConstPlanes PlanesOf(const std::vector<uint8_t>& picture, int width, int height, ChromaLayout layout) {
  const size_t chroma_width = static_cast<size_t>(ChromaWidth(Sampling::k420, width));
  const size_t chroma_height = static_cast<size_t>(ChromaHeight(Sampling::k420, height));
  const uint8_t* data = picture.data();
  const size_t y_size = static_cast<size_t>(width) * static_cast<size_t>(height);
  ConstPlanes planes;
  planes[0] = {data, static_cast<size_t>(width), static_cast<size_t>(height)};
  if (layout != ChromaLayout::kSeparate) {
    planes[1] = {data + y_size, 2 * chroma_width, chroma_height};
    return planes;
  }
  planes[1] = {data + y_size, chroma_width, chroma_height};
  planes[2] = {data + y_size + chroma_width * chroma_height, chroma_width, chroma_height};
  return planes;
}

EncoderOptions SmallClip(VideoCodec codec) {
  EncoderOptions options;
  options.codec = codec;
  options.width = 96;
  options.height = 80;
  options.qp = 24;
  options.gop = 10;
  options.gop_preset = 5;
  return options;
}

std::string MakeClip(const std::string& name, const EncoderOptions& options, int frames) {
  const std::string path = TempPath(name);
  absl::StatusOr<std::unique_ptr<VideoSink>> sink = VideoSink::Open(path, options);
  EXPECT_OK(sink);
  if (!sink.ok()) return path;
  for (int i = 0; i < frames; ++i) {
    const std::vector<uint8_t> picture = MovingPicture(options.width, options.height, options.layout, i);
    EXPECT_OK((*sink)->Write(PlanesOf(picture, options.width, options.height, options.layout), i));
  }
  EXPECT_OK((*sink)->Close());
  return path;
}

std::vector<uint8_t> MakeStream(const EncoderOptions& options, int frames) {
  std::vector<uint8_t> stream;
  const auto append = [&](const absl::StatusOr<std::vector<EncodedPacket>>& packets) {
    EXPECT_OK(packets);
    if (!packets.ok()) return;
    for (const EncodedPacket& packet : *packets) stream.insert(stream.end(), packet.data.begin(), packet.data.end());
  };
  absl::StatusOr<std::unique_ptr<VideoEncoder>> encoder = VideoEncoder::Create(options);
  EXPECT_OK(encoder);
  if (!encoder.ok()) return stream;
  for (int i = 0; i < frames; ++i) {
    const std::vector<uint8_t> picture = MovingPicture(options.width, options.height, options.layout, i);
    append((*encoder)->Encode(PlanesOf(picture, options.width, options.height, options.layout), i));
  }
  append((*encoder)->Finish());
  return stream;
}

std::vector<uint8_t> ReadBytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file.good()) << path;
  return std::vector<uint8_t>(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
}

void WriteBytes(const std::string& path, const std::vector<uint8_t>& bytes) {
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  EXPECT_TRUE(file.good()) << path;
}

std::vector<uint8_t> StockFrames(const std::string& path, const std::string& pixel_format) {
  const std::string raw = path + "." + pixel_format + ".raw";
  Program program({"ffmpeg", "-y", "-loglevel", "error", "-i", path, "-fps_mode", "passthrough", "-f", "rawvideo",
                   "-pix_fmt", pixel_format, raw});
  EXPECT_EQ(program.Wait(), 0) << path;
  return ReadBytes(raw);
}

Program::Program(const std::vector<std::string>& command) {
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  // Programs of the system must not load a sanitizer's or a test's libraries.
  char path[] = "PATH=/usr/bin:/bin";
  char* environment[] = {path, nullptr};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", 0, 0);
  EXPECT_EQ(posix_spawnp(&pid_, arguments[0], &actions, nullptr, arguments.data(), environment), 0) << command[0];
  posix_spawn_file_actions_destroy(&actions);
}

Program::~Program() {
  if (pid_ < 0) return;
  kill(pid_, SIGKILL);
  Wait();
}

int Program::Wait() {
  if (pid_ < 0) return -1;
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int FreePort() {
  const int descriptor = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  EXPECT_EQ(bind(descriptor, reinterpret_cast<sockaddr*>(&address), size), 0);
  EXPECT_EQ(getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size), 0);
  close(descriptor);
  return ntohs(address.sin_port);
}

bool WaitForListener(int port) {
  // /proc tells without connecting: a server that serves one connection would take the probe for it.
  char wanted[16];
  std::snprintf(wanted, sizeof(wanted), ":%04X", port);
  for (int i = 0; i < 200; ++i) {
    std::ifstream table("/proc/net/tcp");
    std::string line;
    while (std::getline(table, line)) {
      // "  0: 0100007F:1F90 00000000:0000 0A ...": local address, remote address, state (0A: listening).
      if (line.find(wanted) < 20 && line.find(" 0A ") != std::string::npos) return true;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return false;
}

}  // namespace bm::decoder::testing
