// Finds shapes in pictures on a card, with the vendor's C interfaces only.
//
//   detect_bmrt compilation.bmodel shapes.txt picture.ppm...
//
// shapes.txt tells what is drawn: "file class x1 y1 x2 y2" lines. How the outputs are read: README.md.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "bmlib_runtime.h"
#include "bmruntime_interface.h"
#include "examples/shapes/heat_map.h"

namespace {

using shapes::Find;
using shapes::kBoxMaps;
using shapes::kClassCount;
using shapes::kGrid;
using shapes::kSize;
using shapes::Shape;

// A binary PPM of kSize x kSize as planes in 0..1; empty if it is none.
std::vector<float> ReadPicture(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string magic;
  int width = 0, height = 0, most = 0;
  file >> magic >> width >> height >> most;
  file.get();
  std::vector<char> pixels(kSize * kSize * 3);
  if (magic != "P6" || width != kSize || height != kSize || most != 255 || !file.read(pixels.data(), pixels.size()))
    return {};
  std::vector<float> planes(pixels.size());
  for (int i = 0; i < kSize * kSize; ++i) {
    for (int c = 0; c < 3; ++c) {
      planes[c * kSize * kSize + i] = static_cast<float>(static_cast<unsigned char>(pixels[3 * i + c])) / 255;
    }
  }
  return planes;
}

std::vector<Shape> ReadTruth(const char* path, const std::string& picture) {
  std::vector<Shape> shapes;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    std::istringstream fields(line);
    std::string name;
    Shape shape;
    fields >> name >> shape.kind >> shape.box[0] >> shape.box[1] >> shape.box[2] >> shape.box[3];
    if (name == picture) shapes.push_back(shape);
  }
  return shapes;
}

float Iou(const std::array<float, 4>& a, const std::array<float, 4>& b) {
  const float w = std::max(0.0f, std::min(a[2], b[2]) - std::max(a[0], b[0]));
  const float h = std::max(0.0f, std::min(a[3], b[3]) - std::max(a[1], b[1]));
  const float areas = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]);
  return w * h / (areas - w * h);
}

// Whether the network takes one picture and answers with a heat map per class and a box per cell.
bool FitsShapes(const bm_net_info_t& net) {
  if (net.input_num != 1 || net.output_num != 2 || net.input_dtypes[0] != BM_FLOAT32 ||
      bmrt_shape_count(&net.stages[0].input_shapes[0]) != 3 * kSize * kSize)
    return false;
  for (int i = 0; i < net.output_num; ++i) {
    const int maps = std::strcmp(net.output_names[i], "heat") == 0 ? kClassCount : kBoxMaps;
    if (net.output_dtypes[i] != BM_FLOAT32 ||
        bmrt_shape_count(&net.stages[0].output_shapes[i]) != static_cast<uint64_t>(maps) * kGrid * kGrid)
      return false;
  }
  return true;
}

// An open card with the network on it.
class Detector {
 public:
  bool Open(const char* model) {
    if (bm_dev_request(&handle_, 0) != BM_SUCCESS) return false;
    runtime_ = bmrt_create(handle_);
    if (runtime_ == nullptr || !bmrt_load_bmodel(runtime_, model)) return false;
    const char** names = nullptr;
    bmrt_get_network_names(runtime_, &names);
    net_ = bmrt_get_network_info(runtime_, names[0]);
    free(names);
    if (net_ == nullptr || !FitsShapes(*net_)) {
      std::fprintf(stderr, "%s: wants an fp32 input [1, 3, %d, %d] and the outputs heat and box\n", model, kSize,
                   kSize);
      return false;
    }
    return bm_get_profile(handle_, &before_) == BM_SUCCESS;
  }
  ~Detector() {
    bmrt_destroy(runtime_);
    if (handle_ != nullptr) bm_dev_free(handle_);
  }

  bool Run(std::vector<float> picture, std::vector<Shape>* found) {
    bm_tensor_t input;
    std::vector<bm_tensor_t> outputs(net_->output_num);
    if (!bmrt_tensor(&input, runtime_, BM_FLOAT32, net_->stages[0].input_shapes[0])) return false;
    bool done = bm_memcpy_s2d(handle_, input.device_mem, picture.data()) == BM_SUCCESS &&
                bmrt_launch_tensor(runtime_, net_->name, &input, 1, outputs.data(), net_->output_num);
    bm_free_device(handle_, input.device_mem);
    if (!done) return false;
    done = bm_thread_sync(handle_) == BM_SUCCESS;
    std::vector<float> heat, box;
    for (int i = 0; i < net_->output_num; ++i) {
      std::vector<float>& target = std::strcmp(net_->output_names[i], "heat") == 0 ? heat : box;
      target.resize(bmrt_shape_count(&outputs[i].shape));
      done &= bm_memcpy_d2s_partial(handle_, target.data(), outputs[i].device_mem,
                                    static_cast<unsigned>(target.size() * sizeof(float))) == BM_SUCCESS;
      bm_free_device(handle_, outputs[i].device_mem);
    }
    if (heat.size() != kClassCount * kGrid * kGrid || box.size() != kBoxMaps * kGrid * kGrid) return false;
    *found = Find(heat.data(), box.data());
    return done;
  }

  // Estimated chip time of the launches so far; false if the card does not tell.
  bool ChipMicros(double* micros) const {
    bm_profile_t after;
    if (bm_get_profile(handle_, &after) != BM_SUCCESS) return false;
    *micros = static_cast<double>(after.tpu_process_time - before_.tpu_process_time);
    return true;
  }

 private:
  bm_handle_t handle_ = nullptr;
  void* runtime_ = nullptr;
  const bm_net_info_t* net_ = nullptr;
  bm_profile_t before_ = {};
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    std::fprintf(stderr, "usage: detect_bmrt compilation.bmodel shapes.txt picture.ppm...\n");
    return 1;
  }
  Detector detector;
  if (!detector.Open(argv[1])) return 1;
  int drawn_count = 0, right = 0, wrong = 0;
  const auto start = std::chrono::steady_clock::now();
  for (int i = 3; i < argc; ++i) {
    const std::string path = argv[i];
    const std::string name = path.substr(path.find_last_of('/') + 1);
    const std::vector<float> picture = ReadPicture(path);
    std::vector<Shape> found;
    if (picture.empty() || !detector.Run(picture, &found)) {
      std::fprintf(stderr, "%s: no binary PPM of %d x %d, or the launch failed\n", path.c_str(), kSize, kSize);
      return 1;
    }
    std::vector<Shape> drawn = ReadTruth(argv[2], name);
    drawn_count += static_cast<int>(drawn.size());
    for (const Shape& shape : found) {
      const auto match = std::find_if(drawn.begin(), drawn.end(), [&](const Shape& other) {
        return other.kind == shape.kind && Iou(other.box, shape.box) >= 0.5f;
      });
      std::printf("%s: %-8s %.2f at %.0f,%.0f to %.0f,%.0f %s\n", name.c_str(), shape.kind.c_str(), shape.score,
                  shape.box[0], shape.box[1], shape.box[2], shape.box[3],
                  match != drawn.end() ? "(drawn)" : "(not drawn)");
      if (match == drawn.end()) {
        ++wrong;
      } else {
        ++right;
        drawn.erase(match);
      }
    }
  }
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  const int pictures = argc - 3;
  double chip_micros = 0;
  if (!detector.ChipMicros(&chip_micros)) return 1;
  std::printf("found %d of %d shapes, %d wrongly\n", right, drawn_count, wrong);
  std::printf("estimated chip time %.1f us a picture, time taken %.1f ms a picture\n", chip_micros / pictures,
              1e3 * elapsed.count() / pictures);
  return right > 0 ? 0 : 1;
}
