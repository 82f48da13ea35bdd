// The test networks: prototxts, their weights from a counter-based generator, their golden outputs.
//
// Made by tools/caffe/make_networks.py, whose generator (tools/caffe/weights.py) gives the same values.
#ifndef TESTS_NETWORKS_NETWORKS_H_
#define TESTS_NETWORKS_NETWORKS_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "base/shape.h"

namespace bm::networks {

// The networks of this folder at reduced widths and sizes; with "_full" behind the name, at their own.
inline constexpr const char* kNames[] = {"lenet",    "alexnet",      "squeezenet",   "googlenet", "vgg16",
                                         "resnet50", "mobilenet_v1", "mobilenet_v2", "mtcnn_p",   "mtcnn_r",
                                         "mtcnn_o",  "unet",         "shufflenet",   "ssd300"};
// These have the one size.
inline constexpr const char* kNamesOfOneSize[] = {"fcn16s", "deeplab", "patches"};

// Networks that others trained: <name>.prototxt and <name>.caffemodel in the folder caffe/ of the test data, with the
// shape of the input that their goldens are for (tools/caffe/make_networks.py).
struct Trained {
  const char* name;
  Shape input;
};
std::vector<Trained> TrainedNetworks();

// float32 values in [low, high) that depend on the layer's name, the blob and the index only.
std::vector<float> Uniform(const std::string& layer, const std::string& blob, size_t count, double low, double high);

struct GoldenOutput {
  std::string name;
  size_t elements = 0;
  double largest = 0;                              // magnitude
  std::vector<std::pair<size_t, double>> samples;  // index, value
};

struct Network {
  std::string prototxt;
  std::string caffemodel;
  std::vector<GoldenOutput> outputs;
};

// The network of this name from `folder`. NOT_FOUND for a missing file, INVALID_ARGUMENT for one that does not parse.
absl::StatusOr<Network> Load(const std::string& folder, const std::string& name);

// The outputs in a golden file; errors as Load.
absl::StatusOr<std::vector<GoldenOutput>> LoadGoldens(const std::string& path);

}  // namespace bm::networks

#endif  // TESTS_NETWORKS_NETWORKS_H_
