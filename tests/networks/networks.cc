#include "tests/networks/networks.h"

#include <cstdint>
#include <cstring>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "bmcompiler/frontends/caffe/caffe.pb.h"

namespace bm::networks {
namespace {

uint64_t Fnv1a(const std::string& text) {
  uint64_t value = 0xCBF29CE484222325;
  for (const char c : text) value = (value ^ static_cast<uint8_t>(c)) * 0x100000001B3;
  return value;
}

// splitmix64's finaliser.
uint64_t Mix(uint64_t z) {
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
  return z ^ (z >> 31);
}

// "layer blob low high dims..." lines as a caffemodel.
absl::StatusOr<std::string> Caffemodel(const std::string& blobs, const std::string& name) {
  caffe::NetParameter net;
  caffe::LayerParameter* layer = nullptr;
  std::istringstream lines(blobs);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream fields(line);
    std::string layer_name, blob_index;
    double low = 0, high = 0;
    if (!(fields >> layer_name >> blob_index >> low >> high)) {
      return absl::InvalidArgumentError(absl::StrCat(name, ".blobs: ", line));
    }
    if (layer == nullptr || layer->name() != layer_name) {
      layer = net.add_layer();
      layer->set_name(layer_name);
    }
    caffe::BlobProto* blob = layer->add_blobs();
    size_t count = 1;
    for (int64_t extent = 0; fields >> extent;) {
      blob->mutable_shape()->add_dim(extent);
      count *= static_cast<size_t>(extent);
    }
    const std::vector<float> values = Uniform(layer_name, blob_index, count, low, high);
    blob->mutable_data()->Add(values.begin(), values.end());
  }
  return net.SerializeAsString();
}

}  // namespace

std::vector<Trained> TrainedNetworks() { return {{"slim-320", Shape{1, 3, 240, 320}}, {"pnet", Shape{1, 3, 48, 64}}}; }

std::vector<float> Uniform(const std::string& layer, const std::string& blob, size_t count, double low, double high) {
  const uint64_t key = Fnv1a(layer + "/" + blob);
  std::vector<float> values(count);
  for (size_t i = 0; i < count; ++i) {
    const uint64_t z = Mix(key + (i + 1) * 0x9E3779B97F4A7C15);
    const double unit = static_cast<double>(z >> 40) / (1 << 24);
    values[i] = static_cast<float>(low + (high - low) * unit);
  }
  return values;
}

absl::StatusOr<std::vector<GoldenOutput>> LoadGoldens(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  std::vector<GoldenOutput> outputs;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream fields(line);
    GoldenOutput& output = outputs.emplace_back();
    if (!(fields >> output.name >> output.elements >> output.largest)) {
      return absl::InvalidArgumentError(absl::StrCat(path, ": ", line));
    }
    size_t index = 0;
    for (double value = 0; fields >> index >> value;) output.samples.emplace_back(index, value);
  }
  return outputs;
}

absl::StatusOr<Network> Load(const std::string& folder, const std::string& name) {
  const std::string stem = absl::StrCat(folder, "/", name);
  Network network;
  ASSIGN_OR_RETURN(network.prototxt, ReadFile(stem + ".prototxt"));
  ASSIGN_OR_RETURN(const std::string blobs, ReadFile(stem + ".blobs"));
  ASSIGN_OR_RETURN(network.caffemodel, Caffemodel(blobs, name));
  ASSIGN_OR_RETURN(network.outputs, LoadGoldens(stem + ".golden"));
  return network;
}

}  // namespace bm::networks
