// Every operation, lowered and executed, against its plain float evaluation: whole in local memory, with streamed
// coefficients, and in tiles.
#include "bmcompiler/lowering/lower.h"

#include <random>
#include <vector>

#include "base/testing/status_matchers.h"
#include "bmcompiler/lowering/testing/check_net.h"
#include "gtest/gtest.h"

namespace bm::lowering {
namespace {

using graph::ValueId;
using testing::Check;
using testing::CheckConvolution;
using testing::CheckDeconvolution;
using testing::CheckOp;
using testing::NetBuilder;
using testing::SquareWindow;

TEST(LowerConvolution, IsOneCommandWhereItFits) {
  const CompiledNet net = CheckConvolution({1, 16, 20, 20}, 70, SquareWindow(3, 1, 1));
  ASSERT_EQ(net.groups.size(), 1u);
  EXPECT_EQ(net.groups[0].bdc.size(), 1u);
  EXPECT_EQ(net.groups[0].gdma.size(), 4u);  // input, weight, bias, result
}

TEST(LowerConvolution, KernelsStridesDilationsAndGroups) {
  CheckConvolution({1, 3, 17, 19}, 8, SquareWindow(7, 2, 3));
  CheckConvolution({2, 65, 9, 9}, 66, SquareWindow(1));
  CheckConvolution({3, 5, 8, 8}, 7, SquareWindow(2, 3, 1));
  CheckConvolution({1, 6, 15, 15}, 4, SquareWindow(3, 1, 4, 4));
  CheckConvolution({2, 8, 9, 9}, 12, SquareWindow(3, 1, 1), 4);
  CheckConvolution({1, 130, 5, 5}, 132, SquareWindow(3, 1, 1), 2);
  CheckConvolution({2, 70, 9, 9}, 70, SquareWindow(3, 2, 1), 70);
  graph::Window wide{1, 5, 1, 2, 1, 1, 0, 0, 2, 2};
  CheckConvolution({1, 4, 6, 11}, 5, wide);
}

TEST(LowerConvolution, LargeLayersRunInTiles) {
  EXPECT_GT(CheckConvolution({1, 8, 300, 300}, 64, SquareWindow(3, 1, 1)).groups[0].bdc.size(), 1u);
  CheckConvolution({2, 16, 301, 200}, 66, SquareWindow(5, 2, 2));
  CheckConvolution({1, 70, 260, 250}, 70, SquareWindow(3, 1, 1), 70);
}

// Windows of every kind over pictures of a pixel and more, batches, channels around the lanes and groups.
TEST(LowerConvolution, RandomWindows) {
  std::mt19937 random(23);
  const auto of = [&random](std::initializer_list<int64_t> values) { return values.begin()[random() % values.size()]; };
  int checked = 0;
  for (int round = 0; round < 150; ++round) {
    const int64_t groups = of({1, 1, 1, 2, 3, 64}), group_inputs = of({1, 1, 2, 3, 21, 64, 65});
    const int64_t oc = groups * of({1, 1, 2, 5, 63, 65});
    const Shape x{of({1, 2, 5}), groups * group_inputs, of({1, 2, 7, 8, 31}), of({1, 3, 7, 16, 33})};
    const graph::Window window{of({1, 2, 3, 5, 11}), of({1, 3, 4, 7}), of({1, 1, 2, 3, 15}), of({1, 1, 2, 5}),
                               of({1, 1, 2, 6}),     of({1, 1, 3}),    of({0, 1, 2, 15}),    of({0, 1, 4}),
                               of({0, 1, 3}),        of({0, 2})};
    const Shape weight{oc, group_inputs, window.kernel_h, window.kernel_w};
    const graph::Operand operands[] = {{x, false}, {weight, true}};
    const absl::StatusOr<Shape> result = graph::InferShape(graph::Convolution{window, groups}, operands);
    if (!result.ok() || weight.count() > 300000 || result->count() * weight.CountOf(1, 4) > 3000000) continue;
    CheckConvolution(x, oc, window, groups);
    ++checked;
  }
  EXPECT_GT(checked, 50);
}

// Wherever the last tile begins, it has a row of input to stand on.
TEST(LowerConvolution, TilesThatWouldLieInThePaddingBelow) {
  for (int64_t height = 240; height < 340; height += 14) {
    CheckConvolution({1, 1, height, 400}, 1, SquareWindow(1, 1, 15));
  }
}

TEST(LowerConvolution, LargeWeightsAreStreamed) {
  CheckConvolution({2, 1024, 3, 3}, 2048, SquareWindow(1));
  CheckConvolution({1, 512, 4, 4}, 1100, SquareWindow(3, 1, 1));
}

TEST(LowerConvolution, MoreChannelsThanAFieldHolds) { CheckConvolution({1, 4, 3, 3}, 4200, SquareWindow(1)); }

TEST(LowerDeconvolution, KernelsStridesAndGroups) {
  CheckDeconvolution({1, 8, 7, 9}, 5, SquareWindow(4, 2, 1));
  CheckDeconvolution({2, 3, 6, 6}, 70, SquareWindow(3, 3));
  CheckDeconvolution({1, 6, 6, 6}, 6, SquareWindow(4, 2, 1), 6);
  CheckDeconvolution({1, 8, 5, 5}, 12, SquareWindow(2, 2), 4);
  CheckDeconvolution({1, 64, 150, 150}, 64, SquareWindow(4, 2, 1));
}

CompiledNet CheckPooling(const Shape& x, graph::PoolKind kind, const graph::Window& window, int64_t out_h,
                         int64_t out_w, graph::AverageDivisor divisor = graph::AverageDivisor::kPaddedInput) {
  return CheckOp(graph::Pooling{kind, window, out_h, out_w, divisor}, {x});
}

TEST(LowerPooling, MaximaAndAverages) {
  CheckPooling({2, 70, 13, 13}, graph::PoolKind::kMax, SquareWindow(3, 2), 6, 6);
  CheckPooling({1, 5, 14, 14}, graph::PoolKind::kMax, SquareWindow(3, 2), 7, 7);  // rounded up: beyond the input
  CheckPooling({1, 5, 14, 14}, graph::PoolKind::kAverage, SquareWindow(3, 2), 7, 7);
  CheckPooling({1, 5, 9, 9}, graph::PoolKind::kAverage, SquareWindow(3, 2, 1), 5, 5);
  CheckPooling({1, 5, 9, 9}, graph::PoolKind::kAverage, SquareWindow(3, 2, 1), 5, 5, graph::AverageDivisor::kInput);
  CheckPooling({1, 5, 9, 9}, graph::PoolKind::kAverage, SquareWindow(3, 2, 1), 5, 5, graph::AverageDivisor::kWindow);
  CheckPooling({2, 100, 7, 7}, graph::PoolKind::kAverage, SquareWindow(7), 1, 1);
  CheckPooling({1, 64, 300, 300}, graph::PoolKind::kMax, SquareWindow(2, 2), 150, 150);
}

TEST(LowerFullyConnected, WholeTiledAndUneven) {
  const auto check = [](const Shape& x, int axis, int64_t outputs) {
    NetBuilder net;
    const ValueId input = net.Input(x);
    const ValueId weight = net.Weight({outputs, x.CountOf(axis, x.rank())});
    const ValueId bias = net.Constant({outputs}, -1, 1);
    net.graph.MarkOutput(net.Add(graph::FullyConnected{axis}, {input, weight, bias}));
    Check(&net);
  };
  check({3, 20}, 1, 10);
  check({1, 50, 4, 4}, 1, 500);
  check({2, 64, 7, 7}, 1, 1000);
  check({1, 997}, 1, 101);         // primes
  check({2, 4999}, 1, 67);         // a prime depth beyond one lane's columns
  check({2, 512, 7, 7}, 1, 1024);  // weights beyond local memory
  check({1, 1024}, 1, 4099);
  check({4, 3, 10}, 2, 6);
  check({2, 3}, 1, 140000);  // more lanes than a command holds
}

TEST(LowerElementwise, EveryFunction) {
  const Shape shape{2, 67, 5, 7};
  CheckOp(graph::Relu{}, {shape});
  CheckOp(graph::Relu{0.1f}, {shape});
  CheckOp(graph::Elu{1.5f}, {shape}, -5, 5);
  CheckOp(graph::Sigmoid{}, {shape}, -20, 20);
  CheckOp(graph::Tanh{}, {shape}, -10, 10);
  CheckOp(graph::Swish{1.5f}, {shape}, -10, 10);
  CheckOp(graph::Mish{}, {shape}, -30, 30);
  CheckOp(graph::Exp{}, {shape}, -10, 10);
  CheckOp(graph::Log{}, {shape}, 1e-3f, 100);
  CheckOp(graph::Abs{}, {shape});
  CheckOp(graph::Affine{2, -3}, {shape});
  CheckOp(graph::Affine{1, 0}, {shape});
  CheckOp(graph::Clip{-0.5f, 0.25f}, {shape});
  for (const float exponent : {0.0f, 1.0f, 2.0f, 3.0f, 5.0f, -1.0f, 0.5f, -0.5f, 1.7f}) {
    CheckOp(graph::Power{exponent}, {shape}, 0.1f, 3);
  }
}

TEST(LowerElementwise, AwkwardShapesAndTiles) {
  CheckOp(graph::Sigmoid{}, {{5}});
  CheckOp(graph::Relu{}, {{1, 5003}});
  CheckOp(graph::Relu{}, {{3, 2, 2, 3, 5}});
  CheckOp(graph::Swish{}, {{1, 64, 300, 300}});
  CheckOp(graph::Swish{}, {{1, 1, 2, 60000}});  // rows that no tile holds
}

TEST(LowerPrelu, ByChannelAndShared) {
  for (const Shape& slope : {Shape{67}, Shape{1}}) {
    NetBuilder net;
    const ValueId x = net.Input({2, 67, 6, 5});
    net.graph.MarkOutput(net.Add(graph::Prelu{}, {x, net.Constant(slope, 0, 1)}));
    Check(&net);
  }
}

TEST(LowerScaleShift, AnyAxes) {
  const auto check = [](const Shape& x, int axis, const Shape& scale, bool has_shift) {
    NetBuilder net;
    std::vector<ValueId> inputs = {net.Input(x), net.Constant(scale, -2, 2)};
    if (has_shift) inputs.push_back(net.Constant(scale, -2, 2));
    net.graph.MarkOutput(net.Add(graph::ScaleShift{axis}, inputs));
    Check(&net);
  };
  check({2, 67, 6, 5}, 1, {67}, true);
  check({2, 67, 6, 5}, 1, {67}, false);
  check({2, 7, 6, 5}, 1, {7, 6}, true);
  check({2, 7, 6, 5}, 0, {2}, true);
  check({2, 7, 6, 5}, 3, {5}, true);
  check({1, 100, 60}, 1, {100, 60}, true);
  check({1, 64, 300, 300}, 1, {64}, true);
  check({70000}, 0, {70000}, true);  // more channels than a transfer holds
}

TEST(LowerBatchNorm, Normalises) {
  NetBuilder net;
  const ValueId x = net.Input({2, 67, 6, 5});
  net.graph.MarkOutput(net.Add(graph::BatchNorm{1e-3f}, {x, net.Constant({67}, -1, 1), net.Constant({67}, 0.1f, 2)}));
  Check(&net);
}

TEST(LowerEltwise, KindsAndCoefficients) {
  const Shape shape{2, 67, 6, 5};
  CheckOp(graph::Eltwise{graph::EltwiseKind::kSum, {}}, {shape, shape, shape});
  CheckOp(graph::Eltwise{graph::EltwiseKind::kSum, {0.5f, -2}}, {shape, shape});
  CheckOp(graph::Eltwise{graph::EltwiseKind::kProduct, {}}, {shape, shape});
  CheckOp(graph::Eltwise{graph::EltwiseKind::kMax, {}}, {shape, shape});
  CheckOp(graph::Eltwise{graph::EltwiseKind::kSum, {}}, {{1, 64, 300, 300}, {1, 64, 300, 300}});
  NetBuilder net;
  const ValueId x = net.Input(shape);
  net.graph.MarkOutput(net.Add(graph::Eltwise{}, {x, x}));
  Check(&net);
}

TEST(LowerBinary, RepeatedAxes) {
  const Shape full{2, 67, 6, 5};
  for (const Shape& other : {Shape{2, 67, 1, 1}, Shape{1, 1, 6, 5}, Shape{1, 67, 1, 1}, Shape{2, 1, 1, 5}, full}) {
    CheckOp(graph::Binary{graph::BinaryKind::kMul}, {full, other});
    CheckOp(graph::Binary{graph::BinaryKind::kSub}, {other, full});
  }
  CheckOp(graph::Binary{graph::BinaryKind::kDiv}, {full, {2, 67, 1, 1}}, 0.5f, 2);
  CheckOp(graph::Binary{graph::BinaryKind::kMul}, {{2, 64, 300, 200}, {2, 64, 300, 1}});
  CheckOp(graph::Binary{graph::BinaryKind::kSub}, {{1, 64, 200, 200}, {1, 64, 200, 200}});
  CheckOp(graph::Binary{graph::BinaryKind::kSub}, {{2, 3, 2, 3, 5}, {2, 3, 2, 3, 5}});
  CheckOp(graph::Binary{graph::BinaryKind::kMul}, {{2, 3, 2, 3, 5}, {1, 3, 2, 1, 1}});
  CheckOp(graph::Binary{graph::BinaryKind::kMul}, {{2, 3, 1, 2, 3, 5}, {2, 1, 1, 1, 3, 5}});
  CheckOp(graph::Binary{graph::BinaryKind::kMul}, {{1, 70, 1, 60000}, {1, 70, 1, 1}});
}

TEST(LowerMovement, ConcatSliceTransposeTile) {
  CheckOp(graph::Concat{1}, {{2, 3, 4, 5}, {2, 70, 4, 5}, {2, 1, 4, 5}});
  CheckOp(graph::Concat{2}, {{2, 3, 4, 5}, {2, 3, 7, 5}});
  CheckOp(graph::Concat{1}, {{1, 40, 300, 300}, {1, 41, 300, 300}});
  CheckOp(graph::Slice{{0, 3, 0, 0}, {2, 66, 4, 5}}, {{2, 70, 4, 5}});
  CheckOp(graph::Slice{{1, 3, 2, 1}, {1, 2, 3, 3}}, {{2, 7, 6, 5}});
  CheckOp(graph::Transpose{{0, 2, 3, 1}}, {{2, 7, 6, 5}});
  CheckOp(graph::Transpose{{4, 0, 3, 1, 2}}, {{2, 3, 4, 5, 6}});
  CheckOp(graph::Tile{{1, 3, 2, 1}}, {{2, 7, 3, 5}});
  CheckOp(graph::Transpose{{1, 0}}, {{3, 70000}});
}

TEST(LowerSoftmax, EveryAxis) {
  for (int axis = 0; axis < 4; ++axis) CheckOp(graph::Softmax{axis}, {{3, 21, 5, 6}}, -5, 5);
  CheckOp(graph::Softmax{1}, {{1, 1000}}, -5, 5);
  CheckOp(graph::Softmax{1}, {{2, 4098}}, -5, 5);  // longer than a window's row
  CheckOp(graph::Softmax{2}, {{1, 8732, 21}}, -5, 5);
}

TEST(LowerSoftmax, RowsThatNoTileHolds) {
  CheckOp(graph::Softmax{1}, {{3, 4099}}, -5, 5);  // a prime beyond a window's row
  CheckOp(graph::Softmax{1}, {{2, 4099, 3}}, -5, 5);
  CheckOp(graph::Softmax{1}, {{1, 300000}}, 0, 10);
}

TEST(LowerReduce, EveryKind) {
  for (const graph::ReduceKind kind :
       {graph::ReduceKind::kSum, graph::ReduceKind::kAbsSum, graph::ReduceKind::kSquareSum, graph::ReduceKind::kMean}) {
    CheckOp(graph::Reduce{kind, 1, 0.5f}, {{2, 7, 6, 5}});
  }
  CheckOp(graph::Reduce{graph::ReduceKind::kSum, 0, 1}, {{2, 7, 300}}, 0, 1);
  CheckOp(graph::Reduce{graph::ReduceKind::kMean, 2, 1}, {{2, 7, 50, 50}}, 0, 1);
  CheckOp(graph::Reduce{graph::ReduceKind::kMean, 2, 1}, {{1, 4100, 1025}}, 0, 1);  // rows and columns of large tiles
}

TEST(LowerNormalisation, LrnAndNormalize) {
  CheckOp(graph::Lrn{graph::LrnRegion::kAcrossChannels, 5, 1e-2f, 0.75f, 1}, {{2, 67, 6, 5}}, -10, 10);
  CheckOp(graph::Lrn{graph::LrnRegion::kAcrossChannels, 3, 1, 0.6f, 2}, {{1, 10, 6, 5}});
  CheckOp(graph::Lrn{graph::LrnRegion::kWithinChannel, 3, 1, 0.75f, 1}, {{2, 67, 6, 5}});
  CheckOp(graph::Lrn{graph::LrnRegion::kWithinChannel, 5, 1, 0.75f, 1}, {{1, 64, 200, 200}});
  for (const bool across : {true, false}) {
    for (const Shape& scale : {Shape{67}, Shape{1}}) {
      NetBuilder net;
      const ValueId x = net.Input({2, 67, 6, 5});
      net.graph.MarkOutput(net.Add(graph::Normalize{across, 1e-10f}, {x, net.Constant(scale, 5, 20)}));
      Check(&net);
    }
  }
}

TEST(LowerNormalisation, ImagesThatNoTileHolds) {
  for (const Shape& scale : {Shape{64}, Shape{1}}) {
    NetBuilder net;
    const ValueId x = net.Input({2, 64, 160, 160});
    net.graph.MarkOutput(net.Add(graph::Normalize{true, 1e-10f}, {x, net.Constant(scale, 5, 20)}));
    Check(&net);
  }
}

TEST(LowerNormalisation, MoreChannelsThanAFieldHolds) {
  for (const bool across : {true, false}) {
    for (const Shape& scale : {Shape{4999}, Shape{1}}) {
      NetBuilder net;
      const ValueId x = net.Input({2, 4999, 2, 3});
      net.graph.MarkOutput(net.Add(graph::Normalize{across, 1e-10f}, {x, net.Constant(scale, 5, 20)}));
      Check(&net);
    }
  }
  for (const int64_t channels : {511, 513, 1000, 4099}) {
    CheckOp(graph::Lrn{graph::LrnRegion::kAcrossChannels, 5, 1, 0.75f, 1}, {{2, channels, 2, 3}});
  }
  CheckOp(graph::Lrn{graph::LrnRegion::kAcrossChannels, 601, 1, 0.75f, 1}, {{2, 1000, 2, 3}});
}

TEST(LowerResize, NearestAndBilinear) {
  CheckOp(graph::Resize{graph::ResizeKind::kNearest, 10, 15}, {{2, 67, 5, 5}});
  CheckOp(graph::Resize{graph::ResizeKind::kNearest, 7, 8}, {{1, 3, 5, 5}});
  CheckOp(graph::Resize{graph::ResizeKind::kBilinearAlignCorners, 9, 13}, {{2, 67, 5, 5}});
  CheckOp(graph::Resize{graph::ResizeKind::kBilinearAlignCorners, 3, 1}, {{1, 3, 5, 8}});
  CheckOp(graph::Resize{graph::ResizeKind::kNearest, 400, 400}, {{1, 64, 200, 200}});
  CheckOp(graph::Resize{graph::ResizeKind::kBilinearAlignCorners, 300, 400}, {{1, 64, 150, 200}});
  // Rows that no tile holds.
  CheckOp(graph::Resize{graph::ResizeKind::kNearest, 1, 9000}, {{1, 2, 2, 40001}});
  CheckOp(graph::Resize{graph::ResizeKind::kBilinearAlignCorners, 2, 7000}, {{1, 2, 1, 50001}});
  CheckOp(graph::Resize{graph::ResizeKind::kBilinearAlignCorners, 2, 40001}, {{1, 2, 1, 777}});
}

TEST(LowerNet, ValuesStayInLocalMemoryBetweenLayers) {
  NetBuilder net;
  ValueId x = net.Input({1, 16, 20, 20});
  for (int layer = 0; layer < 4; ++layer) {
    x = net.Add(graph::Convolution{SquareWindow(3, 1, 1), 1}, {x, net.Weight({16, 16, 3, 3})});
    x = net.Add(graph::Relu{}, {x});
  }
  net.graph.MarkOutput(x);
  const CompiledNet compiled = Check(&net);
  EXPECT_EQ(compiled.groups[0].bdc.size(), 8u);
  EXPECT_EQ(compiled.groups[0].gdma.size(), 6u);  // the input, four weights, the result
}

TEST(LowerNet, ManyLiveValuesAreMovedOutAndBack) {
  NetBuilder net;
  const ValueId x = net.Input({1, 64, 100, 100});
  std::vector<ValueId> branches;
  for (int i = 0; i < 20; ++i) branches.push_back(net.Add(graph::Affine{1.0f + static_cast<float>(i), 1}, {x}));
  ValueId sum = branches.back();
  for (int i = 18; i >= 0; --i) sum = net.Add(graph::Eltwise{}, {sum, branches[i]});
  net.graph.MarkOutput(sum);
  net.graph.MarkOutput(branches[3]);
  Check(&net);
}

TEST(LowerNet, ReshapesConstantsAndInputsCanBeOutputs) {
  NetBuilder net;
  const ValueId x = net.Input({1, 6, 4, 4});
  const ValueId constant = net.Constant({1, 2, 100}, -1, 1);
  const ValueId relu = net.Add(graph::Relu{}, {x});
  const ValueId flat = net.Add(graph::Reshape{Shape{1, 96}}, {relu});
  net.graph.MarkOutput(flat);
  net.graph.MarkOutput(constant);
  net.graph.MarkOutput(net.Add(graph::Softmax{1}, {flat}));
  net.graph.MarkOutput(x);
  Check(&net);
}

TEST(LowerNet, IdsStartAgainInANewGroup) {
  NetBuilder net;
  ValueId x = net.Input({1, 3, 8, 8});
  const ValueId first = x;
  for (int i = 0; i < 33000; ++i) x = net.Add(graph::Affine{0.5f, i % 2 == 0 ? 1.0f : -1.0f}, {x});
  net.graph.MarkOutput(net.Add(graph::Eltwise{}, {x, first}));
  EXPECT_EQ(Check(&net).groups.size(), 2u);
}

TEST(LowerNet, MoreMemoryThanADeviceGivesIsRefused) {
  NetBuilder net;
  const ValueId x = net.Input({1, 64, 4096, 2048});
  net.graph.MarkOutput(net.Add(graph::Relu{}, {x}));
  EXPECT_STATUS(Lower(net.graph), absl::StatusCode::kResourceExhausted,
                "its neurons take 4294967296 bytes; at most 4294967295");
}

// Random nets of mixed operations.
TEST(LowerNet, RandomNets) {
  std::mt19937 random(5);
  const auto pick = [&random](int64_t low, int64_t high) {
    return low + static_cast<int64_t>(random() % static_cast<uint32_t>(high - low + 1));
  };
  for (int round = 0; round < 30; ++round) {
    NetBuilder net;
    const Shape shape{pick(1, 3), pick(1, 140), pick(1, 40), pick(1, 40)};
    std::vector<ValueId> pool = {net.Input(shape)};
    for (int layer = 0; layer < 12; ++layer) {
      const ValueId x = pool[static_cast<size_t>(pick(0, static_cast<int64_t>(pool.size()) - 1))];
      const ValueId y = pool.back();
      switch (pick(0, 6)) {
        case 0:
          pool.push_back(net.Add(graph::Convolution{SquareWindow(3, 1, 1), 1},
                                 {x, net.Weight({shape[1], shape[1], 3, 3}), net.Constant({shape[1]}, -1, 1)}));
          break;
        case 1:
          pool.push_back(
              net.Add(graph::Convolution{SquareWindow(3, 1, 1), shape[1]}, {x, net.Weight({shape[1], 1, 3, 3})}));
          break;
        case 2:
          pool.push_back(net.Add(graph::Tanh{}, {x}));
          break;
        case 3:
          pool.push_back(net.Add(graph::Eltwise{graph::EltwiseKind::kSum, {0.5f, 0.5f}}, {x, y}));
          break;
        case 4:
          pool.push_back(
              net.Add(graph::Pooling{graph::PoolKind::kMax, SquareWindow(3, 1, 1), shape[2], shape[3]}, {x}));
          break;
        case 5: {
          const ValueId both = net.Add(graph::Concat{1}, {x, y});
          pool.push_back(
              net.Add(graph::Slice{{0, shape[1] / 2, 0, 0}, {shape[0], shape[1], shape[2], shape[3]}}, {both}));
          break;
        }
        default:
          pool.push_back(net.Add(graph::Prelu{}, {x, net.Constant({shape[1]}, 0, 1)}));
      }
    }
    net.graph.MarkOutput(pool.back());
    net.graph.MarkOutput(pool[pool.size() / 2]);
    Check(&net);
  }
}

}  // namespace
}  // namespace bm::lowering
