// Small files that ask for much: each is read or refused within the reader's limits of time and memory, never aborted.
#include <cstdio>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/testing/read_limits.h"
#include "bmcompiler/frontends/caffe/caffe.h"
#include "bmcompiler/frontends/caffe/testing/small_net.h"
#include "gtest/gtest.h"

namespace bm::caffe {
namespace {

void ExpectWithinLimits(const std::string& prototxt, const std::string& caffemodel) {
  bm::testing::ExpectWithinReadLimits(prototxt.size() + caffemodel.size(), [&] {
    const absl::StatusOr<graph::Graph> graph = ParseCaffe(prototxt, caffemodel, {});
    return graph.ok() ? std::string("read") : std::string(graph.status().message());
  });
}

std::string Input(const std::string& dims) {
  std::string text = "layer { name: 'd' type: 'Input' top: 'd' input_param { shape { ";
  for (const char* dim = dims.c_str(); *dim != 0;) {
    int64_t extent = 0;
    int length = 0;
    if (std::sscanf(dim, "%ld%n", &extent, &length) != 1) break;
    absl::StrAppend(&text, "dim: ", extent, " ");
    dim += length;
  }
  return text + "} } }\n";
}

std::string Repeat(const std::string& text, int count) {
  std::string result;
  for (int i = 0; i < count; ++i) result += text;
  return result;
}

std::string OneLayer(const std::string& type, const std::string& parameters) {
  return absl::StrCat("layer { name: 'x' type: '", type, "' bottom: 'd' top: 'x' ", parameters, " }\n");
}

TEST(CaffeLimitsTest, ExtentsBeyondAnInteger) {
  const std::string image = Input("1 1 4 4");
  ExpectWithinLimits(image + OneLayer("Convolution", "convolution_param { num_output: 4294967295 kernel_size: 1 }"),
                     "");
  ExpectWithinLimits(image + OneLayer("Deconvolution", "convolution_param { num_output: 4294967295 kernel_size: 1 }"),
                     "");
  ExpectWithinLimits(image + OneLayer("InnerProduct", "inner_product_param { num_output: 4294967295 }"), "");
  ExpectWithinLimits(Input("1 1 65536 32768") + OneLayer("InnerProduct", "inner_product_param { num_output: 1 }"), "");
  ExpectWithinLimits(Input("1 1 65536 32768") + OneLayer("ShuffleChannel", "shuffle_channel_param { group: 1 }"), "");
  ExpectWithinLimits(Input("1 536870912 2 2") + OneLayer("Reorg", "reorg_param { stride: 2 }"), "");
  ExpectWithinLimits(Input("1 1 65536 32768") + OneLayer("Reshape", "reshape_param { shape { dim: -1 } }"), "");
  ExpectWithinLimits(image + OneLayer("Reshape", "reshape_param { axis: 2 num_axes: 2147483647 }"), "");
  ExpectWithinLimits(image + OneLayer("Scale", "scale_param { axis: 2 num_axes: 2147483647 }"), "");
}

TEST(CaffeLimitsTest, BoxesByTheProductOfSizesAndRatios) {
  std::string ratios;
  for (int i = 2; i < 20000; ++i) absl::StrAppend(&ratios, " aspect_ratio: ", i);
  const std::string image = Input("1 1 4 4");
  ExpectWithinLimits(image + "layer { name: 'x' type: 'PriorBox' bottom: 'd' bottom: 'd' top: 'x' prior_box_param {" +
                         Repeat(" min_size: 1", 20000) + ratios + " } }",
                     "");
}

TEST(CaffeLimitsTest, ManyLayersOfManyBoxes) {
  ExpectWithinLimits(Input("1 1 1000 1000") +
                         Repeat("layer { name: 'x' type: 'PriorBox' bottom: 'd' bottom: 'd' top: 'x' prior_box_param { "
                                "min_size: 1 } }\n",
                                20),
                     "");
}

TEST(CaffeLimitsTest, ManyLayersOfOneNameShareBlobs) {
  NetParameter weights;
  testing::AddWeights(&weights, "x", {{1000000}});
  ExpectWithinLimits(Input("1 1000000 1 1") + Repeat(OneLayer("Bias", "bias_param { }"), 200),
                     weights.SerializeAsString());
}

TEST(CaffeLimitsTest, EmptyMessages) {
  NetParameter weights;
  for (int i = 0; i < 1000000; ++i) weights.add_layer();
  ExpectWithinLimits(testing::kSmallPrototxt, weights.SerializeAsString());
  NetParameter blobs;
  LayerParameter* layer = blobs.add_layer();
  for (int i = 0; i < 1000000; ++i) layer->add_blobs();
  ExpectWithinLimits(testing::kSmallPrototxt, blobs.SerializeAsString());
  ExpectWithinLimits(Repeat("layer{}", 400000), "");
  ExpectWithinLimits("layer{" + Repeat("include{}", 400000) + "}", "");
}

TEST(CaffeLimitsTest, UnknownFields) {
  // Field 1000, varint 0.
  ExpectWithinLimits(testing::kSmallPrototxt, Repeat(std::string("\xC0\x3E\x00", 3), 2000000));
  ExpectWithinLimits(Repeat("nobody:1 ", 1000000), "");
}

std::string SliceInto(int tops) {
  std::string text =
      absl::StrCat(Input(absl::StrCat("1 ", tops, " 1 1")), "layer { name: 'x' type: 'Slice' bottom: 'd'");
  for (int i = 0; i < tops; ++i) absl::StrAppend(&text, " top: 't", i, "'");
  return text + " }";
}

std::string ManyReaders(int layers) {
  std::string text = Input("1 1 1 1");
  for (int i = 0; i < layers; ++i) {
    absl::StrAppend(&text, "layer { name: 'x' type: 'ReLU' bottom: 'd' top: 't", i, "' }\n");
  }
  return text;
}

TEST(CaffeLimitsTest, ManyTops) {
  ExpectWithinLimits(SliceInto(100000), "");
  ExpectWithinLimits(SliceInto(32000), "");
  ExpectWithinLimits(ManyReaders(30000), "");
  ExpectWithinLimits(ManyReaders(16000), "");
}

TEST(CaffeLimitsTest, MuchButNotTooMuchIsRead) {
  EXPECT_TRUE(ParseCaffe(SliceInto(32000), "", {}).ok()) << ParseCaffe(SliceInto(32000), "", {}).status();
  EXPECT_TRUE(ParseCaffe(ManyReaders(16000), "", {}).ok()) << ParseCaffe(ManyReaders(16000), "", {}).status();
  // Fields that nobody knows and layers that the prototxt lacks.
  const std::string unknown = Repeat(std::string("\xC0\x3E\x00", 3), 500000);
  EXPECT_TRUE(ParseCaffe(testing::kSmallPrototxt, unknown + testing::SmallCaffemodel(), {}).ok());
  NetParameter weights;
  for (int i = 0; i < 20000; ++i) weights.add_layer()->set_name("nobody");
  EXPECT_TRUE(ParseCaffe(testing::kSmallPrototxt, weights.SerializeAsString() + testing::SmallCaffemodel(), {}).ok());
}

TEST(CaffeLimitsTest, DeepNesting) {
  ExpectWithinLimits(Repeat("layer {", 100000), "");
  ExpectWithinLimits(Repeat("nobody {", 100000), "");
  ExpectWithinLimits(testing::kSmallPrototxt, Repeat("\xA3\x06", 100000));
}

}  // namespace
}  // namespace bm::caffe
