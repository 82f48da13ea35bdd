// The test networks: prototxts, their weights from a counter-based generator, their golden outputs.
//
// Made by tools/caffe/make_networks.py, whose generator (tools/caffe/weights.py) gives the same values.
#ifndef TESTS_NETWORKS_NETWORKS_H_
#define TESTS_NETWORKS_NETWORKS_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

namespace bm::networks {

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
