// Finds shapes in a picture and in a video and draws boxes around them, with SAIL only: decode, resize, infer, draw,
// encode.
//
//   detect compilation.bmodel scene.jpg scene.mp4 folder
//
// writes folder/scene.jpg and folder/scene.mp4. How the outputs of the network are read: README.md.
#include <chrono>
#include <cstdio>
#include <exception>
#include <map>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "cvwrapper.h"
#include "encoder.h"
#include "engine.h"
#include "examples/shapes/heat_map.h"

namespace {

using shapes::kSize;
using shapes::Shape;

class Detector {
 public:
  explicit Detector(const std::string& model)
      : engine_(model, /*tpu_id=*/0, sail::SYSO),
        bmcv_(engine_.get_handle()),
        graph_(engine_.get_graph_names().at(0)),
        input_name_(engine_.get_input_names(graph_).at(0)),
        small_(engine_.get_handle(), kSize, kSize, FORMAT_RGB_PLANAR, DATA_TYPE_EXT_1N_BYTE),
        scaled_(engine_.get_handle(), kSize, kSize, FORMAT_RGB_PLANAR, DATA_TYPE_EXT_FLOAT32),
        input_(engine_.get_handle()),
        heat_(engine_.get_handle(), Expect("heat", shapes::kClassCount), BM_FLOAT32, true, true),
        box_(engine_.get_handle(), Expect("box", shapes::kBoxMaps), BM_FLOAT32, true, true) {}

  sail::Handle& handle() { return engine_.get_handle(); }
  sail::Bmcv& bmcv() { return bmcv_; }

  std::vector<Shape> Find(sail::BMImage& image) {
    const std::pair<float, float> to_unit(1.0f / 255, 0.0f);
    Check(bmcv_.vpp_resize(image, small_, kSize, kSize, BMCV_INTER_LINEAR), "resize");
    Check(bmcv_.convert_to(small_, scaled_, std::make_tuple(to_unit, to_unit, to_unit)), "convert");
    bmcv_.bm_image_to_tensor(scaled_, input_);
    std::map<std::string, sail::Tensor*> inputs = {{input_name_, &input_}};
    std::map<std::string, sail::Tensor*> outputs = {{"heat", &heat_}, {"box", &box_}};
    engine_.process(graph_, inputs, outputs);
    return shapes::Find(static_cast<const float*>(heat_.sys_data()), static_cast<const float*>(box_.sys_data()));
  }

  // The picture with a box and a name around each shape.
  sail::BMImage Draw(sail::BMImage& image, const std::vector<Shape>& found) {
    sail::BMImage drawn(handle(), image.height(), image.width(), FORMAT_YUV420P, DATA_TYPE_EXT_1N_BYTE);
    Check(bmcv_.convert_format(image, drawn), "convert to YUV420P");
    const float scale_x = static_cast<float>(image.width()) / kSize,
                scale_y = static_cast<float>(image.height()) / kSize;
    for (const Shape& shape : found) {
      const int x = static_cast<int>(shape.box[0] * scale_x), y = static_cast<int>(shape.box[1] * scale_y);
      const int width = static_cast<int>(shape.box[2] * scale_x) - x,
                height = static_cast<int>(shape.box[3] * scale_y) - y;
      const std::tuple<int, int, int> red(0, 0, 255);
      bmcv_.rectangle(drawn, x, y, width, height, red, 3);
      bmcv_.putText(drawn, shape.kind, x, y > 20 ? y - 8 : y + height + 24, red, 0.8f, 2);
    }
    return drawn;
  }

  // Estimated chip time of the networks that ran so far.
  double ChipMicros() { return sail::get_chip_time_us(handle()); }

  static void Check(int answer, const std::string& what) {
    if (answer != 0) throw std::runtime_error(what + " failed: " + std::to_string(answer));
  }

 private:
  // The shape of an output that must have `maps` maps of the grid.
  std::vector<int> Expect(const std::string& output, int maps) {
    const std::vector<int> shape = engine_.get_output_shape(graph_, output);
    if (shape != std::vector<int>{1, maps, shapes::kGrid, shapes::kGrid} ||
        engine_.get_input_shape(graph_, input_name_) != std::vector<int>{1, 3, kSize, kSize}) {
      throw std::runtime_error("this is not the shapes network: it has no fp32 output " + output + " of " +
                               std::to_string(maps) + " maps");
    }
    return shape;
  }

  sail::Engine engine_;
  sail::Bmcv bmcv_;
  const std::string graph_, input_name_;
  sail::BMImage small_, scaled_;
  sail::Tensor input_, heat_, box_;
};

void RunPicture(Detector* detector, const std::string& from, const std::string& to) {
  sail::Decoder decoder(from, /*compressed=*/true, /*tpu_id=*/0);
  sail::BMImage image = decoder.read(detector->handle());
  const std::vector<Shape> found = detector->Find(image);
  for (const Shape& shape : found) std::printf("%s: %-8s %.2f\n", from.c_str(), shape.kind.c_str(), shape.score);
  const sail::BMImage drawn = detector->Draw(image, found);
  Detector::Check(detector->bmcv().imwrite(to, drawn), "writing " + to);
}

void RunVideo(Detector* detector, const std::string& from, const std::string& to) {
  sail::Decoder decoder(from, /*compressed=*/true, /*tpu_id=*/0);
  const std::vector<int> shape = decoder.get_frame_shape();
  sail::Encoder encoder(to, detector->handle(), "h264_bm", "I420",
                        "width=" + std::to_string(shape[3]) + ":height=" + std::to_string(shape[2]) +
                            ":framerate=25:bitrate=800:gop=25:gop_preset=2",
                        /*cache_buffer_length=*/5, /*abort_policy=*/3);
  int frames = 0, shape_count = 0;
  const double chip_start = detector->ChipMicros();
  const auto start = std::chrono::steady_clock::now();
  for (sail::BMImage image; decoder.read(detector->handle(), image) == 0; ++frames) {
    const std::vector<Shape> found = detector->Find(image);
    shape_count += static_cast<int>(found.size());
    sail::BMImage drawn = detector->Draw(image, found);
    Detector::Check(encoder.video_write(drawn), "encoding frame " + std::to_string(frames));
  }
  encoder.release();
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  if (frames == 0) throw std::runtime_error(from + " has no frames");
  std::printf("%s: %d frames, %d shapes, %.1f frames per second; estimated chip time %.1f us a frame\n", from.c_str(),
              frames, shape_count, frames / elapsed.count(), (detector->ChipMicros() - chip_start) / frames);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) {
    std::fprintf(stderr, "usage: detect compilation.bmodel scene.jpg scene.mp4 folder\n");
    return 1;
  }
  try {
    Detector detector(argv[1]);
    const std::string folder = argv[4];
    RunPicture(&detector, argv[2], folder + "/scene.jpg");
    RunVideo(&detector, argv[3], folder + "/scene.mp4");
    std::printf("written to %s: scene.jpg and scene.mp4\n", folder.c_str());
    return 0;
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "detect: %s\n", failure.what());
    return 1;
  }
}
