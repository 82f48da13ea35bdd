// Reading Caffe networks: structure, weights, rules of the format, refusals.
#include "bmcompiler/frontends/caffe/caffe.h"

#include <cmath>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "base/testing/status_matchers.h"
#include "bmcompiler/evaluate/evaluate.h"
#include "bmcompiler/frontends/caffe/testing/small_net.h"
#include "gtest/gtest.h"

namespace bm::caffe {
namespace {

using testing::AddWeights;

constexpr char kInput[] =
    "layer { name: 'data' type: 'Input' top: 'data' input_param { shape { dim: 1 dim: 4 dim: 6 dim: 6 } } }\n";

absl::StatusOr<graph::Graph> Parse(const std::string& prototxt, const NetParameter& weights = {},
                                   const ReadOptions& options = {}) {
  return ParseCaffe(prototxt, weights.SerializeAsString(), options);
}

Shape OutputShape(const graph::Graph& graph, int index = 0) { return graph.value(graph.outputs()[index]).shape; }

TEST(CaffeTest, TheSmallNetHasItsNamesAndShapes) {
  ASSERT_OK_AND_ASSIGN(const graph::Graph graph, ParseCaffe(testing::kSmallPrototxt, testing::SmallCaffemodel(), {}));
  EXPECT_EQ(graph.name(), "small");
  ASSERT_EQ(graph.outputs().size(), 2u);
  EXPECT_EQ(graph.value(graph.outputs()[0]).name, "prior");
  EXPECT_EQ(graph.value(graph.outputs()[1]).name, "prob");
  EXPECT_EQ(OutputShape(graph, 1), (Shape{1, 5}));
  EXPECT_EQ(OutputShape(graph, 0), (Shape{1, 2, 4 * 4 * 3 * 4}));
}

TEST(CaffeTest, GivenShapesReplaceThoseOfTheFile) {
  ReadOptions options;
  options.input_shapes = {{2, 4, 8, 8}};
  const std::string net = absl::StrCat(kInput, "layer { name: 'r' type: 'ReLU' bottom: 'data' top: 'r' }");
  ASSERT_OK_AND_ASSIGN(const graph::Graph graph, Parse(net, {}, options));
  EXPECT_EQ(OutputShape(graph), (Shape{2, 4, 8, 8}));
  options.input_shapes.push_back({1});
  EXPECT_STATUS(Parse(net, {}, options), absl::StatusCode::kInvalidArgument, "2 shapes are given; the network has 1");
}

TEST(CaffeTest, OldInputsAndFirstGenerationLayers) {
  NetParameter weights;
  V1LayerParameter* layer = weights.add_layers();
  layer->set_name("fc");
  layer->set_type(V1LayerParameter::INNER_PRODUCT);
  BlobProto* blob = layer->add_blobs();
  blob->set_num(1);
  blob->set_channels(1);
  blob->set_height(2);
  blob->set_width(12);
  for (int i = 0; i < 24; ++i) blob->add_data(1);
  ASSERT_OK_AND_ASSIGN(const graph::Graph graph,
                       Parse("name: 'old' input: 'x' input_dim: 1 input_dim: 3 input_dim: 2 input_dim: 2\n"
                             "layers { name: 'fc' type: INNER_PRODUCT bottom: 'x' top: 'fc' inner_product_param { "
                             "num_output: 2 bias_term: false } }\n"
                             "layers { name: 'prob' type: SOFTMAX bottom: 'fc' top: 'prob' }",
                             weights));
  EXPECT_EQ(OutputShape(graph), (Shape{1, 2}));
}

TEST(CaffeTest, GenerationZeroLayersAndPaddings) {
  NetParameter weights;
  V0LayerParameter* layer = weights.add_layers()->mutable_layer();
  layer->set_name("conv");
  layer->set_type("conv");
  // A kernel that picks the pixel above and to the left, twice, and a bias of 1.
  const float kernel[9] = {2};
  layer->add_blobs()->mutable_data()->Add(std::begin(kernel), std::end(kernel));
  layer->add_blobs()->add_data(1);
  const std::string net =
      "input: 'x' input_dim: 1 input_dim: 1 input_dim: 2 input_dim: 2\n"
      "layers { layer { name: 'pad' type: 'padding' pad: 1 } bottom: 'x' top: 'pad' }\n"
      "layers { layer { name: 'conv' type: 'conv' num_output: 1 kernelsize: 3 } bottom: 'pad' top: 'conv' }\n"
      "layers { layer { name: 'relu' type: 'relu' } bottom: 'conv' top: 'conv' }\n"
      "layers { layer { name: 'pool' type: 'pool' pool: AVE kernelsize: 2 } bottom: 'conv' top: 'pool' }\n";
  ASSERT_OK_AND_ASSIGN(const graph::Graph graph, Parse(net, weights));
  ASSERT_OK_AND_ASSIGN(const evaluate::Values y, evaluate::Evaluate(graph, {{3, 4, 5, 6}}));
  // The convolution gives 1, 1, 1, 2 * 3 + 1.
  ASSERT_EQ(y[0].size(), 1u);
  EXPECT_FLOAT_EQ(y[0][0], 2.5f);
  EXPECT_STATUS(Parse(net + "layers { layer { name: 'w' type: 'window_data' } bottom: 'pool' top: 'w' }", weights),
                absl::StatusCode::kUnimplemented, "w (window_data)");
}

TEST(CaffeTest, PhasesLabelsAndLossesAreLeftOut) {
  ASSERT_OK_AND_ASSIGN(
      const graph::Graph graph,
      Parse("layer { name: 'train' type: 'Data' top: 'data' top: 'label' include { phase: TRAIN } }\n"
            "layer { name: 'test' type: 'DummyData' top: 'data' top: 'label' include { phase: TEST } "
            "dummy_data_param { shape { dim: 1 dim: 3 } } }\n"
            "layer { name: 'drop' type: 'Dropout' bottom: 'data' top: 'data' }\n"
            "layer { name: 'score' type: 'ReLU' bottom: 'data' top: 'score' }\n"
            "layer { name: 'loss' type: 'SoftmaxWithLoss' bottom: 'score' bottom: 'label' top: 'loss' }\n"
            "layer { name: 'acc' type: 'Accuracy' bottom: 'score' bottom: 'label' top: 'acc' }"));
  ASSERT_EQ(graph.outputs().size(), 1u);
  EXPECT_EQ(graph.value(graph.outputs()[0]).name, "score");
}

TEST(CaffeTest, ASoftmaxLossThatALayerReadsIsASoftmax) {
  ASSERT_OK_AND_ASSIGN(
      const graph::Graph graph,
      Parse(
          absl::StrCat(kInput,
                       "layer { name: 'loss' type: 'SoftmaxWithLoss' bottom: 'data' bottom: 'label' top: 'loss' }\n"
                       "layer { name: 'twice' type: 'Power' bottom: 'loss' top: 'twice' power_param { scale: 2 } }")));
  ASSERT_EQ(graph.nodes().size(), 2u);
  EXPECT_TRUE(std::holds_alternative<graph::Softmax>(graph.nodes()[0].op));
  EXPECT_EQ(graph.value(graph.outputs()[0]).name, "twice");
}

TEST(CaffeTest, UnknownLayersAreListedAllAtOnce) {
  const absl::Status status = Parse(absl::StrCat(kInput,
                                                 "layer { name: 'a' type: 'Frobnicate' bottom: 'data' top: 'a' }\n"
                                                 "layer { name: 'b' type: 'DetectionOutput' bottom: 'a' top: 'b' }"))
                                  .status();
  EXPECT_STATUS(status, absl::StatusCode::kUnimplemented,
                "a (Frobnicate), b (DetectionOutput, which runs on the host)");
}

TEST(CaffeTest, MistakesNameLineOrLayer) {
  EXPECT_STATUS(Parse("layer {\n  name: 'x'\n  type: }"), absl::StatusCode::kInvalidArgument, "line 3, column");
  EXPECT_STATUS(Parse(absl::StrCat(kInput, "layer { name: 'r' type: 'ReLU' bottom: 'nix' top: 'r' }")),
                absl::StatusCode::kInvalidArgument, "layer r (ReLU): no layer above it has the top nix");
  const std::string conv =
      absl::StrCat(kInput,
                   "layer { name: 'c' type: 'Convolution' bottom: 'data' top: 'c' convolution_param { num_output: 2 "
                   "kernel_size: 3 } }");
  EXPECT_STATUS(Parse(conv), absl::StatusCode::kInvalidArgument, "layer c (Convolution): the caffemodel has 0 blobs");
  NetParameter weights;
  AddWeights(&weights, "c", {{2, 3, 3, 3}, {2}});
  EXPECT_STATUS(Parse(conv, weights), absl::StatusCode::kInvalidArgument, "blob 0 has 54 values; 72 are needed");
  EXPECT_STATUS(ParseCaffe(conv, "\x0f\xff", {}), absl::StatusCode::kInvalidArgument, "not a caffemodel");
}

TEST(CaffeTest, PoolingRoundsUpAndDropsAWindowBeyondThePadding) {
  const auto shape = [](const std::string& parameters) {
    const absl::StatusOr<graph::Graph> graph = Parse(absl::StrCat(
        kInput, "layer { name: 'p' type: 'Pooling' bottom: 'data' top: 'p' pooling_param { ", parameters, " } }"));
    EXPECT_OK(graph);
    return OutputShape(*graph);
  };
  EXPECT_EQ(shape("kernel_size: 3 stride: 2"), (Shape{1, 4, 3, 3}));
  EXPECT_EQ(shape("kernel_size: 3 stride: 2 round_mode: FLOOR"), (Shape{1, 4, 2, 2}));
  EXPECT_EQ(shape("kernel_size: 3 stride: 2 ceil_mode: false"), (Shape{1, 4, 2, 2}));
  EXPECT_EQ(shape("kernel_size: 2 stride: 2 pad: 1"), (Shape{1, 4, 4, 4}));
  EXPECT_EQ(shape("kernel_size: 3 stride: 3 pad: 1"), (Shape{1, 4, 3, 3}));
  EXPECT_EQ(shape("global_pooling: true"), (Shape{1, 4, 1, 1}));
}

// A layer on one input 'd' (and a second bottom 'e', if `second` is a shape's dims), and what it gives.
struct LayerCase {
  const char* type;
  const char* parameters;
  const char* dims;
  std::vector<float> x;
  std::vector<float> expected;
  std::vector<std::vector<float>> blobs = {};
  const char* second = "";
};

absl::StatusOr<std::vector<float>> Evaluated(const LayerCase& layer) {
  std::string net =
      absl::StrCat("layer { name: 'd' type: 'Input' top: 'd' input_param { shape { ", layer.dims, " } } }");
  const std::string second = layer.second;
  if (!second.empty()) {
    absl::StrAppend(&net, "layer { name: 'e' type: 'Input' top: 'e' input_param { shape { ", second, " } } }");
  }
  absl::StrAppend(&net, "layer { name: 'y' type: '", layer.type, "' bottom: 'd' ", second.empty() ? "" : "bottom: 'e' ",
                  "top: 'y' ", layer.parameters, " }");
  NetParameter weights;
  LayerParameter* weight = weights.add_layer();
  weight->set_name("y");
  for (const std::vector<float>& blob : layer.blobs) weight->add_blobs()->mutable_data()->Add(blob.begin(), blob.end());
  ASSIGN_OR_RETURN(const graph::Graph graph, Parse(net, weights));
  evaluate::Values inputs = {layer.x};
  // The second input counts 10, 20, ...
  if (graph.inputs().size() > 1) {
    for (int i = 1; i <= graph.value(graph.inputs()[1]).shape.count(); ++i) {
      if (i == 1) inputs.emplace_back();
      inputs[1].push_back(10.0f * static_cast<float>(i));
    }
  }
  ASSIGN_OR_RETURN(const evaluate::Values values, evaluate::Evaluate(graph, inputs));
  return values[0];
}

TEST(CaffeTest, LayersGiveTheirHandComputedResults) {
  const float e = std::exp(1.0f);
  const char* const row4 = "dim: 1 dim: 4";
  const char* const image2 = "dim: 1 dim: 1 dim: 2 dim: 2";
  const char* const channels2 = "dim: 1 dim: 2 dim: 1 dim: 2";
  const LayerCase cases[] = {
      {"ReLU", "", row4, {-2, -1, 0, 3}, {0, 0, 0, 3}},
      {"ReLU", "relu_param { negative_slope: 0.5 }", row4, {-2, -1, 0, 3}, {-1, -0.5, 0, 3}},
      {"ReLU6", "", row4, {-2, 1, 6, 9}, {0, 1, 6, 6}},
      {"PReLU", "", channels2, {-2, 3, -2, 4}, {-1, 3, -6, 4}, {{0.5, 3}}},
      {"PReLU", "prelu_param { channel_shared: true }", channels2, {-2, 3, -2, 4}, {-1, 3, -1, 4}, {{0.5}}},
      {"ELU", "elu_param { alpha: 2 }", "dim: 1 dim: 2", {-1, 3}, {2 * (1 / e - 1), 3}},
      {"Sigmoid", "", "dim: 1 dim: 2", {0, 1}, {0.5, 1 / (1 + 1 / e)}},
      {"TanH", "", "dim: 1 dim: 1", {1}, {std::tanh(1.0f)}},
      {"Swish", "swish_param { beta: 2 }", "dim: 1 dim: 1", {0.5}, {0.5f / (1 + 1 / e)}},
      {"Mish", "", "dim: 1 dim: 1", {1}, {std::tanh(std::log(1 + e))}},
      {"AbsVal", "", row4, {-2, -1, 0, 3}, {2, 1, 0, 3}},
      {"Clip", "clip_param { min: -1 max: 2 }", row4, {-2, -1, 0, 3}, {-1, -1, 0, 2}},
      {"Power", "power_param { power: 2 scale: 3 shift: 1 }", "dim: 1 dim: 2", {1, 2}, {16, 49}},
      {"Power", "power_param { power: 3 scale: 1 }", "dim: 1 dim: 2", {-2, 2}, {-8, 8}},
      {"Power", "power_param { scale: 2 shift: 1 }", "dim: 1 dim: 2", {1, -2}, {3, -3}},
      {"Exp", "exp_param { base: 2 scale: 3 shift: 1 }", "dim: 1 dim: 2", {1, 0}, {16, 2}},
      {"Log", "log_param { base: 2 scale: 3 shift: 1 }", "dim: 1 dim: 2", {1, 5}, {2, 4}},
      {"BatchNorm", "batch_norm_param { eps: 0 }", channels2, {1, 2, 3, 4}, {0, 1, -2, -1.5}, {{2, 14}, {2, 8}, {2}}},
      {"BatchNorm", "batch_norm_param { eps: 4 }", channels2, {1, 2, 3, 4}, {0.5, 1, 1.5, 2}, {{2, 14}, {2, 8}, {0}}},
      {"Scale", "scale_param { bias_term: true }", channels2, {1, 2, 3, 4}, {11, 12, 26, 28}, {{1, 2}, {10, 20}}},
      {"Scale", "scale_param { axis: 0 }", channels2, {1, 2, 3, 4}, {10, 20, 60, 80}, {}, "dim: 1 dim: 2"},
      {"Bias", "", channels2, {1, 2, 3, 4}, {11, 12, 23, 24}, {{10, 20}}},
      {"Bias", "bias_param { axis: 0 }", channels2, {1, 2, 3, 4}, {11, 12, 23, 24}, {}, "dim: 1 dim: 2"},
      {"Eltwise", "eltwise_param { operation: PROD }", "dim: 2", {1, 2}, {10, 40}, {}, "dim: 2"},
      {"Eltwise", "eltwise_param { coeff: 2 coeff: -1 }", "dim: 2", {1, 2}, {-8, -16}, {}, "dim: 2"},
      {"Eltwise", "eltwise_param { operation: MAX }", "dim: 2", {1, 30}, {10, 30}, {}, "dim: 2"},
      {"Concat", "concat_param { axis: 0 }", "dim: 2", {1, 2}, {1, 2, 10, 20}, {}, "dim: 2"},
      {"Softmax", "", channels2, {0, 1, 0, 2}, {0.5, 1 / (1 + e), 0.5, e / (1 + e)}},
      {"LRN",
       "lrn_param { local_size: 3 alpha: 3 beta: 1 k: 2 }",
       "dim: 1 dim: 3 dim: 1 dim: 1",
       {1, 2, 3},
       {1.f / 7, 2.f / 16, 3.f / 15}},
      {"LRN",
       "lrn_param { local_size: 3 alpha: 9 beta: 1 k: 2 norm_region: WITHIN_CHANNEL }",
       image2,
       {1, 2, 3, 4},
       {1.f / 31, 2.f / 31, 3.f / 31, 4.f / 31}},
      {"Normalize",
       "norm_param { across_spatial: false channel_shared: false eps: 0 }",
       channels2,
       {3, 6, 4, 8},
       {0.6f, 0.6f, 1.6f, 1.6f},
       {{1, 2}}},
      {"Normalize", "norm_param { eps: 0 }", channels2, {1, 1, 1, 1}, {5, 5, 5, 5}, {{10}}},
      {"Reduction", "reduction_param { axis: 1 coeff: 2 }", "dim: 2 dim: 2", {1, -2, 3, 4}, {-2, 14}},
      {"Reduction", "reduction_param { operation: ASUM axis: 1 }", "dim: 2 dim: 2", {1, -2, 3, 4}, {3, 7}},
      {"Reduction", "reduction_param { operation: SUMSQ axis: 1 }", "dim: 2 dim: 2", {1, -2, 3, 4}, {5, 25}},
      {"Reduction", "reduction_param { operation: MEAN axis: -1 }", "dim: 2 dim: 2", {1, -2, 3, 4}, {-0.5, 3.5}},
      {"Interp", "interp_param { height: 3 width: 3 }", image2, {1, 3, 5, 7}, {1, 2, 3, 3, 4, 5, 5, 6, 7}},
      {"Interp",
       "interp_param { zoom_factor: 2 pad_beg: -1 }",
       "dim: 1 dim: 1 dim: 3 dim: 3",
       {0, 0, 0, 0, 1, 3, 0, 5, 7},
       {1, 2, 3, 3, 4, 5, 5, 6, 7}},
      {"Upsample", "upsample_param { scale: 2 }", "dim: 1 dim: 1 dim: 1 dim: 2", {1, 2}, {1, 1, 2, 2, 1, 1, 2, 2}},
      {"Crop",
       "crop_param { axis: 2 offset: 1 offset: 0 }",
       image2,
       {1, 2, 3, 4},
       {3},
       {},
       "dim: 1 dim: 1 dim: 1 dim: 1"},
      {"Tile", "tile_param { axis: 1 tiles: 2 }", "dim: 2 dim: 2", {1, 2, 3, 4}, {1, 2, 1, 2, 3, 4, 3, 4}},
      {"Permute", "permute_param { order: 1 }", "dim: 2 dim: 3", {1, 2, 3, 4, 5, 6}, {1, 4, 2, 5, 3, 6}},
      {"ShuffleChannel", "shuffle_channel_param { group: 2 }", row4, {1, 2, 3, 4}, {1, 3, 2, 4}},
      {"InnerProduct",
       "inner_product_param { num_output: 2 }",
       "dim: 1 dim: 2",
       {1, 2},
       {15, 31},
       {{1, 2, 3, 4}, {10, 20}}},
      {"InnerProduct",
       "inner_product_param { num_output: 2 transpose: true bias_term: false }",
       "dim: 1 dim: 2",
       {1, 2},
       {7, 10},
       {{1, 2, 3, 4}}},
      {"Pooling", "pooling_param { kernel_size: 2 pad: 1 stride: 2 }", image2, {1, 2, 3, 4}, {1, 2, 3, 4}},
      {"Pooling",
       "pooling_param { pool: AVE kernel_size: 3 stride: 2 pad: 1 }",
       "dim: 1 dim: 1 dim: 2 dim: 2",
       {9, 9, 9, 9},
       {4, 3, 3, 2.25}},
      {"ConvolutionDepthwise",
       "convolution_param { num_output: 2 kernel_size: 1 bias_term: false }",
       channels2,
       {1, 2, 3, 4},
       {2, 4, 9, 12},
       {{2, 3}}},
      {"Deconvolution",
       "convolution_param { num_output: 1 kernel_size: 2 stride: 2 }",
       "dim: 1 dim: 1 dim: 1 dim: 2",
       {1, 10},
       {2, 3, 11, 21, 4, 5, 31, 41},
       {{1, 2, 3, 4}, {1}}},
  };
  for (const LayerCase& layer : cases) {
    SCOPED_TRACE(absl::StrCat(layer.type, " ", layer.parameters));
    const absl::StatusOr<std::vector<float>> y = Evaluated(layer);
    EXPECT_OK(y);
    if (!y.ok()) continue;
    EXPECT_EQ(y->size(), layer.expected.size());
    if (y->size() != layer.expected.size()) continue;
    for (size_t i = 0; i < y->size(); ++i) EXPECT_NEAR((*y)[i], layer.expected[i], 1e-5) << "element " << i;
  }
}

TEST(CaffeTest, ReorgFollowsDarknetsOrder) {
  ASSERT_OK_AND_ASSIGN(
      const graph::Graph graph,
      Parse("layer { name: 'd' type: 'Input' top: 'd' input_param { shape { dim: 1 dim: 4 dim: 2 dim: 2 } } }\n"
            "layer { name: 'r' type: 'Reorg' bottom: 'd' top: 'r' reorg_param { stride: 2 } }"));
  EXPECT_EQ(OutputShape(graph), (Shape{1, 16, 1, 1}));
  std::vector<float> x(16);
  for (size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i);
  ASSERT_OK_AND_ASSIGN(const evaluate::Values y, evaluate::Evaluate(graph, {x}));
  // Read as one plane of 4 x 4: result k * 4 + j * 2 + i comes from row 2 j + k / 2, column 2 i + k % 2.
  for (int k = 0; k < 4; ++k) {
    for (int j = 0; j < 2; ++j) {
      for (int i = 0; i < 2; ++i) {
        EXPECT_EQ(y[0][k * 4 + j * 2 + i], static_cast<float>((2 * j + k / 2) * 4 + 2 * i + k % 2));
      }
    }
  }
}

TEST(CaffeTest, PriorBoxesAreCentredNormalisedAndCarryVariances) {
  ASSERT_OK_AND_ASSIGN(
      const graph::Graph graph,
      Parse("layer { name: 'i' type: 'Input' top: 'i' input_param { shape { dim: 1 dim: 3 dim: 10 dim: 20 } } }\n"
            "layer { name: 'm' type: 'Pooling' bottom: 'i' top: 'm' pooling_param { kernel_size: 10 stride: 10 } }\n"
            "layer { name: 'p' type: 'PriorBox' bottom: 'm' bottom: 'i' top: 'p' prior_box_param { min_size: 4 "
            "max_size: 9 aspect_ratio: 4 variance: 0.1 variance: 0.1 variance: 0.2 variance: 0.2 } }"));
  ASSERT_OK_AND_ASSIGN(const evaluate::Values values, evaluate::Evaluate(graph, {std::vector<float>(600)}));
  const std::vector<float>& p = values[0];
  ASSERT_EQ(p.size(), 2u * 2 * 4 * 4);
  const float boxes[][4] = {{3 / 20.f, 3 / 10.f, 7 / 20.f, 7 / 10.f},   // 4 x 4
                            {2 / 20.f, 2 / 10.f, 8 / 20.f, 8 / 10.f},   // the mean of 4 and 9
                            {1 / 20.f, 4 / 10.f, 9 / 20.f, 6 / 10.f},   // ratio 4
                            {4 / 20.f, 1 / 10.f, 6 / 20.f, 9 / 10.f}};  // and turned
  for (int b = 0; b < 4; ++b) {
    for (int k = 0; k < 4; ++k) EXPECT_NEAR(p[b * 4 + k], boxes[b][k], 1e-6) << b << " " << k;
  }
  EXPECT_FLOAT_EQ(p[32], 0.1f);
  EXPECT_FLOAT_EQ(p[34], 0.2f);
}

}  // namespace
}  // namespace bm::caffe
