// Files of 50 MB, whole and damaged: read or refused within the limits of time and memory, reading from disk included.
#include <random>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/testing/read_limits.h"
#include "base/testing/status_matchers.h"
#include "bmcompiler/frontends/caffe/caffe.h"
#include "bmcompiler/frontends/caffe/caffe.pb.h"
#include "gtest/gtest.h"

namespace bm::caffe {
namespace {

constexpr size_t kBytes = 50'000'000;
constexpr char kInput[] = "layer { name: 'd' type: 'Input' top: 'd' input_param { shape { dim: 1 dim: 1000 } } }\n";

void WriteFiles(const std::string& prototxt, const std::string& caffemodel) {
  ASSERT_OK(WriteFile(::testing::TempDir() + "/net.prototxt", prototxt));
  ASSERT_OK(WriteFile(::testing::TempDir() + "/net.caffemodel", caffemodel));
}

std::string Read() {
  const std::string stem = ::testing::TempDir() + "/net";
  const absl::StatusOr<graph::Graph> graph = ReadCaffe(stem + ".prototxt", stem + ".caffemodel", {});
  return graph.ok() ? "read" : std::string(graph.status().message());
}

void ExpectIsRead(const std::string& prototxt, const std::string& caffemodel) {
  ASSERT_GE(prototxt.size() + caffemodel.size(), kBytes);
  WriteFiles(prototxt, caffemodel);
  bm::testing::ExpectWithinReadLimits(prototxt.size() + caffemodel.size(), [&] {
    const std::string answer = Read();
    EXPECT_EQ(answer, "read");
    return answer;
  });
}

// Truncated, and with bits flipped at places near the beginning, everywhere, and at the end.
void ExpectDamageIsRead(const std::string& prototxt, const std::string& caffemodel) {
  std::mt19937 random(1);
  const bool is_text = prototxt.size() > caffemodel.size();
  const std::string& whole = is_text ? prototxt : caffemodel;
  for (const size_t limit : {size_t{40}, whole.size(), size_t{0}}) {
    std::string damaged = limit == 0 ? whole.substr(0, whole.size() / 2 + 1) : whole;
    for (int i = 0; i < 20 && limit > 0; ++i) damaged[random() % limit] ^= static_cast<char>(1u << random() % 8);
    const std::string& text = is_text ? damaged : prototxt;
    const std::string& weights = is_text ? caffemodel : damaged;
    WriteFiles(text, weights);
    bm::testing::ExpectWithinReadLimits(text.size() + weights.size(), Read);
  }
}

void ExpectReadAndDamage(const std::string& prototxt, const std::string& caffemodel) {
  ExpectIsRead(prototxt, caffemodel);
  ExpectDamageIsRead(prototxt, caffemodel);
}

// A layer of 1000 inputs.
std::string Product(const std::string& name, int outputs) {
  return absl::StrCat("layer { name: '", name, "' type: 'InnerProduct' bottom: 'd' top: '", name,
                      "' inner_product_param { num_output: ", outputs, " bias_term: false } }\n");
}

BlobProto* AddBlob(LayerParameter* layer, int outputs) {
  BlobProto* blob = layer->add_blobs();
  blob->mutable_shape()->add_dim(outputs);
  blob->mutable_shape()->add_dim(1000);
  return blob;
}

TEST(LargeFilesTest, OneBlob) {
  NetParameter net;
  LayerParameter* layer = net.add_layer();
  layer->set_name("x");
  constexpr int kOutputs = 12500;
  AddBlob(layer, kOutputs)->mutable_data()->Resize(kOutputs * 1000, 0.25f);
  ExpectReadAndDamage(kInput + Product("x", kOutputs), net.SerializeAsString());
}

TEST(LargeFilesTest, OneBlobOfDoubles) {
  NetParameter net;
  LayerParameter* layer = net.add_layer();
  layer->set_name("x");
  constexpr int kOutputs = 6300;
  AddBlob(layer, kOutputs)->mutable_double_data()->Resize(kOutputs * 1000, 0.25);
  ExpectReadAndDamage(kInput + Product("x", kOutputs), net.SerializeAsString());
}

TEST(LargeFilesTest, ManyLayersWithBlobs) {
  NetParameter net;
  std::string prototxt = kInput;
  for (int i = 0; i < 12500; ++i) {
    LayerParameter* layer = net.add_layer();
    layer->set_name(absl::StrCat("x", i));
    AddBlob(layer, 1)->mutable_data()->Resize(1000, 0.25f);
    prototxt += Product(layer->name(), 1);
  }
  ExpectReadAndDamage(prototxt, net.SerializeAsString());
}

TEST(LargeFilesTest, BlobsInThePrototxt) {
  std::string prototxt = kInput;
  prototxt += "layer { name: 'x' type: 'ReLU' bottom: 'd' top: 'x' blobs { shape { dim: 4000 dim: 1000 }\n";
  for (int i = 0; i < 4000 * 1000; ++i) prototxt += "data: 0.015625\n";
  ExpectReadAndDamage(prototxt + "} }\n", "");
}

TEST(LargeFilesTest, LongNamesAndComments) {
  std::string prototxt = kInput;
  const std::string name(1500, 'n');
  for (int i = 0; i < 15000; ++i) {
    absl::StrAppend(&prototxt, "# ", name, "\nlayer { name: '", name, i, "' type: 'ReLU' bottom: 'd' top: '", name, i,
                    "' }\n");
  }
  ExpectReadAndDamage(prototxt, "");
}

}  // namespace
}  // namespace bm::caffe
