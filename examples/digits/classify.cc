// Classifies handwritten digits on a card, with the vendor's C interfaces only.
//
//   classify compilation.bmodel digits.csv
//
// A line of the file is a label and 64 grey values 0..16 of an 8 x 8 picture.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "bmlib_runtime.h"
#include "bmruntime_interface.h"

namespace {

constexpr int kSide = 8, kPixels = kSide * kSide, kClasses = 10;
constexpr float kWhite = 16;

struct Digit {
  int label = 0;
  std::vector<float> pixels;
};

// False if the file is not readable, a line has not 64 values or one lies outside 0..16.
bool ReadDigits(const char* path, std::vector<Digit>* digits) {
  std::ifstream file(path);
  std::string line;
  while (std::getline(file, line)) {
    std::istringstream fields(line);
    std::string field;
    Digit digit;
    if (!std::getline(fields, field, ',')) return false;
    digit.label = std::atoi(field.c_str());
    while (std::getline(fields, field, ',')) {
      const float grey = std::strtof(field.c_str(), nullptr);
      if (!(grey >= 0 && grey <= kWhite)) return false;
      digit.pixels.push_back(grey / kWhite);
    }
    if (digit.pixels.size() != kPixels) return false;
    digits->push_back(digit);
  }
  return !digits->empty();
}

// Whether the network takes one picture and answers with a probability per class: the buffers below have these sizes.
bool FitsDigits(const bm_net_info_t& net) {
  return net.input_num == 1 && net.output_num == 1 && net.input_dtypes[0] == BM_FLOAT32 &&
         net.output_dtypes[0] == BM_FLOAT32 && bmrt_shape_count(&net.stages[0].input_shapes[0]) == kPixels &&
         bmrt_shape_count(&net.stages[0].output_shapes[0]) == kClasses;
}

// One picture through the network; the most probable class, or -1.
int Classify(bm_handle_t handle, void* runtime, const bm_net_info_t& net, const Digit& digit) {
  bm_tensor_t input, output;
  if (!bmrt_tensor(&input, runtime, BM_FLOAT32, net.stages[0].input_shapes[0])) return -1;
  int answer = -1;
  std::vector<float> probabilities(bmrt_shape_count(&net.stages[0].output_shapes[0]));
  if (bm_memcpy_s2d(handle, input.device_mem, const_cast<float*>(digit.pixels.data())) == BM_SUCCESS &&
      bmrt_launch_tensor(runtime, net.name, &input, 1, &output, 1)) {
    if (bm_thread_sync(handle) == BM_SUCCESS &&
        bm_memcpy_d2s_partial(handle, probabilities.data(), output.device_mem,
                              static_cast<unsigned>(probabilities.size() * sizeof(float))) == BM_SUCCESS) {
      answer = static_cast<int>(std::max_element(probabilities.begin(), probabilities.end()) - probabilities.begin());
    }
    bm_free_device(handle, output.device_mem);
  }
  bm_free_device(handle, input.device_mem);
  return answer;
}

void PrintPicture(const Digit& digit) {
  for (int row = 0; row < kSide; ++row) {
    std::printf("    ");
    for (int column = 0; column < kSide; ++column) {
      const int shade = static_cast<int>(digit.pixels[row * kSide + column] * 4);
      std::printf("%c%c", " .+#@"[shade], " .+#@"[shade]);
    }
    std::printf("\n");
  }
}

int Run(bm_handle_t handle, void* runtime, const char* model, const std::vector<Digit>& digits) {
  if (!bmrt_load_bmodel(runtime, model)) return 1;
  const char** names = nullptr;
  bmrt_get_network_names(runtime, &names);
  const bm_net_info_t* net = bmrt_get_network_info(runtime, names[0]);
  free(names);
  if (net == nullptr || !FitsDigits(*net)) {
    std::fprintf(stderr, "%s: wants one fp32 input of %d values and one fp32 output of %d\n", model, kPixels, kClasses);
    return 1;
  }
  bm_profile_t before, after;
  if (bm_get_profile(handle, &before) != BM_SUCCESS) return 1;
  int right = 0;
  const auto start = std::chrono::steady_clock::now();
  for (size_t i = 0; i < digits.size(); ++i) {
    const int answer = Classify(handle, runtime, *net, digits[i]);
    if (answer < 0) return 1;
    right += answer == digits[i].label ? 1 : 0;
    if (i < 2) PrintPicture(digits[i]);
    if (i < 8) std::printf("digit %2zu: written %d, read %d\n", i, digits[i].label, answer);
  }
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  if (bm_get_profile(handle, &after) != BM_SUCCESS) return 1;
  std::printf("%d of %zu digits read right\n", right, digits.size());
  std::printf(
      "estimated chip time %.1f us a digit, time taken %.1f us a digit\n",
      static_cast<double>(after.tpu_process_time - before.tpu_process_time) / static_cast<double>(digits.size()),
      1e6 * elapsed.count() / static_cast<double>(digits.size()));
  return right > 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<Digit> digits;
  if (argc != 3 || !ReadDigits(argv[2], &digits)) {
    std::fprintf(stderr, "usage: classify compilation.bmodel digits.csv\n");
    return 1;
  }
  bm_handle_t handle;
  if (bm_dev_request(&handle, 0) != BM_SUCCESS) return 1;
  void* runtime = bmrt_create(handle);
  const int result = runtime == nullptr ? 1 : Run(handle, runtime, argv[1], digits);
  bmrt_destroy(runtime);
  bm_dev_free(handle);
  return result;
}
