// Random nets of all operations against their plain float evaluation. BM_NET_SEEDS raises their number (60).
#include <algorithm>
#include <cstdlib>
#include <initializer_list>
#include <iterator>
#include <random>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "base/shape.h"
#include "bmcompiler/lowering/testing/check_net.h"
#include "gtest/gtest.h"

namespace bm::lowering {
namespace {

using graph::ValueId;
using testing::NetBuilder;

constexpr int64_t kMostElements = 60000, kMostProducts = 3000000;
constexpr int kLayers = 8;

// Adds one random layer after another; every layer reads results of earlier ones. Values stay near 1, so that no layer
// makes rounding errors large.
class RandomNet {
 public:
  explicit RandomNet(uint32_t seed) : random_(seed) {
    values_.push_back(net_.Input({Of({1, 1, 2}), Of({1, 3, 64, 67}), Between(1, 30), Between(1, 30)}));
  }

  NetBuilder* Build() {
    for (int layer = 0; layer < kLayers; ++layer) AddLayer();
    net_.graph.MarkOutput(values_.back());
    if (values_.size() > 2) net_.graph.MarkOutput(values_[values_.size() / 2]);
    return &net_;
  }

 private:
  using Layer = void (RandomNet::*)();

  int64_t Of(std::initializer_list<int64_t> values) { return values.begin()[random_() % values.size()]; }
  int64_t Between(int64_t low, int64_t high) {
    return low + static_cast<int64_t>(random_() % static_cast<uint64_t>(high - low + 1));
  }
  float Real(float low, float high) { return std::uniform_real_distribution<float>(low, high)(random_); }
  ValueId Any() { return values_[static_cast<size_t>(Between(0, static_cast<int64_t>(values_.size()) - 1))]; }
  const Shape& ShapeOf(ValueId value) { return net_.graph.value(value).shape; }
  int AnyAxis(ValueId value) { return static_cast<int>(Between(0, ShapeOf(value).rank() - 1)); }

  // The value itself, or under a shape of four dimensions.
  ValueId AsImage(ValueId value) {
    const Shape& shape = ShapeOf(value);
    if (shape.rank() == 4) return value;
    const int64_t first = shape.rank() > 1 ? shape[0] : 1;
    return net_.Add(graph::Reshape{Shape{1, first, 1, shape.count() / first}}, {value});
  }

  // Nothing where the operands do not fit the operation or the result would be large.
  void TryAdd(graph::Op op, std::vector<ValueId> inputs, int64_t products_per_element = 1) {
    std::vector<graph::Operand> operands;
    for (const ValueId input : inputs) {
      operands.push_back({ShapeOf(input), net_.graph.value(input).is_constant()});
    }
    const absl::StatusOr<Shape> shape = graph::InferShape(op, operands);
    if (!shape.ok() || shape->count() > kMostElements) return;
    if (shape->count() * products_per_element > kMostProducts) return;
    values_.push_back(net_.Add(std::move(op), std::move(inputs)));
  }

  graph::Window AnyWindow(bool is_dilated) {
    const auto extent = [&](int64_t most) { return Of({0, 1}) == 0 ? Between(1, 3) : Between(1, most); };
    graph::Window w{extent(9), extent(9), extent(20), extent(20)};
    if (is_dilated) {
      w.dilation_h = extent(20);
      w.dilation_w = extent(20);
    }
    for (int64_t* pad : {&w.pad_up, &w.pad_down, &w.pad_left, &w.pad_right}) *pad = extent(20) - 1;
    return w;
  }

  void AddConvolution() {
    const ValueId x = AsImage(Any());
    const int64_t channels = ShapeOf(x)[1];
    const int64_t groups = channels % 2 == 0 ? Of({1, 2, channels}) : Of({1, channels});
    const int64_t outputs = groups * (groups == channels ? 1 : Of({1, 2, 33}));
    const graph::Window w = AnyWindow(true);
    const int64_t area = w.kernel_h * w.kernel_w;
    if (Of({0, 1, 2}) == 0) {
      TryAdd(graph::Deconvolution{w, groups}, {x, net_.Weight({channels, outputs / groups, w.kernel_h, w.kernel_w})},
             channels / groups * area);
    } else {
      TryAdd(graph::Convolution{w, groups},
             {x, net_.Weight({outputs, channels / groups, w.kernel_h, w.kernel_w}), net_.Constant({outputs}, -1, 1)},
             channels / groups * area);
    }
  }

  void AddPooling() {
    const ValueId x = AsImage(Any());
    graph::Window w = AnyWindow(false);
    w.pad_up = w.pad_down = std::min(w.pad_up, w.kernel_h - 1);
    w.pad_left = w.pad_right = std::min(w.pad_left, w.kernel_w - 1);
    const int64_t room_h = ShapeOf(x)[2] + 2 * w.pad_up - w.kernel_h,
                  room_w = ShapeOf(x)[3] + 2 * w.pad_left - w.kernel_w;
    if (room_h < 0 || room_w < 0) return;
    TryAdd(graph::Pooling{static_cast<graph::PoolKind>(Of({0, 1})), w, room_h / w.stride_h + 1, room_w / w.stride_w + 1,
                          static_cast<graph::AverageDivisor>(Of({0, 1, 2}))},
           {x});
  }

  void AddFullyConnected() {
    const ValueId x = Any();
    const int axis = AnyAxis(x);
    const int64_t depth = ShapeOf(x).CountOf(axis, ShapeOf(x).rank()), outputs = Of({10, 70, 130});
    if (depth * outputs > kMostProducts) return;
    TryAdd(graph::FullyConnected{axis}, {x, net_.Weight({outputs, depth}), net_.Constant({outputs}, -1, 1)}, depth);
  }

  // Without Tanh: that of zeros is not zero but 1e-7, which no tolerance relative to zeros allows.
  void AddElementwise() {
    const graph::Op ops[] = {graph::Relu{},
                             graph::Relu{0.1f},
                             graph::Elu{1},
                             graph::Sigmoid{},
                             graph::Swish{1},
                             graph::Mish{},
                             graph::Abs{},
                             graph::Affine{Real(-1.5f, 1.5f), Real(-1, 1)},
                             graph::Clip{-0.5f, 0.75f}};
    TryAdd(ops[Between(0, std::size(ops) - 1)], {Any()});
  }

  void AddPerChannel() {
    const ValueId x = AsImage(Any());
    const int64_t channels = ShapeOf(x)[1];
    const int axis = AnyAxis(x);
    switch (Of({0, 1, 2})) {
      case 0:
        return TryAdd(graph::Prelu{}, {x, net_.Constant({Of({1, channels})}, 0, 1)});
      case 1:
        return TryAdd(graph::BatchNorm{1e-3f},
                      {x, net_.Constant({channels}, -1, 1), net_.Constant({channels}, 0.5f, 2)});
      default:
        return TryAdd(graph::ScaleShift{axis},
                      {x, net_.Constant({ShapeOf(x)[axis]}, -1.5f, 1.5f), net_.Constant({ShapeOf(x)[axis]}, -1, 1)});
    }
  }

  // Without differences: a value less itself leaves rounding errors only.
  void AddCombination() {
    const ValueId x = Any(), y = Any();
    const auto kind = static_cast<graph::EltwiseKind>(Of({0, 1, 2}));
    const auto binary = static_cast<graph::BinaryKind>(Of({0, 2, 4, 5}));
    if (ShapeOf(x) == ShapeOf(y) && Of({0, 1}) == 0) return TryAdd(graph::Eltwise{kind, {}}, {x, y});
    // Some axes of the second operand are repeated.
    std::vector<int64_t> start(ShapeOf(x).rank(), 0), extent(ShapeOf(x).dims().begin(), ShapeOf(x).dims().end());
    for (int64_t& entry : extent) entry = Of({1, entry});
    const ValueId part = net_.Add(graph::Slice{start, extent}, {x});
    TryAdd(graph::Binary{binary}, {x, part});
  }

  void AddMovement() {
    const ValueId x = Any();
    const Shape shape = ShapeOf(x);
    std::vector<int64_t> start, extent, repeats;
    std::vector<int> permutation;
    for (int axis = 0; axis < shape.rank(); ++axis) {
      start.push_back(Between(0, shape[axis] - 1));
      extent.push_back(Between(1, shape[axis] - start.back()));
      repeats.push_back(Of({1, 1, 2, 3}));
      permutation.push_back(axis);
    }
    std::shuffle(permutation.begin(), permutation.end(), random_);
    switch (Between(0, 4)) {
      case 0:
        return TryAdd(graph::Concat{AnyAxis(x)}, {x, Any(), x});
      case 1:
        return TryAdd(graph::Slice{start, extent}, {x});
      case 2:
        return TryAdd(graph::Transpose{permutation}, {x});
      case 3:
        return TryAdd(graph::Tile{repeats}, {x});
      default:
        return TryAdd(graph::Reshape{Shape{shape[0], shape.count() / shape[0]}}, {x});
    }
  }

  void AddReduction() {
    const ValueId x = Any();
    const int axis = AnyAxis(x);
    const auto kind = static_cast<graph::ReduceKind>(Of({0, 1, 2, 3}));
    const float count =
        kind == graph::ReduceKind::kMean ? 1.0f : static_cast<float>(ShapeOf(x).CountOf(axis, ShapeOf(x).rank()));
    if (axis > 0 && Of({0, 1}) == 0) return TryAdd(graph::Reduce{kind, axis, 1 / count}, {x});
    TryAdd(graph::Softmax{axis}, {x});
  }

  void AddNormalisation() {
    const ValueId x = AsImage(Any());
    const auto region = static_cast<graph::LrnRegion>(Of({0, 1}));
    if (Of({0, 1}) == 0)
      return TryAdd(graph::Lrn{region, Of({1, 3, 5, 35}), 0.5f, Of({0, 1}) == 0 ? 0.75f : 0.5f, 1}, {x}, 35 * 35);
    const int64_t scales = Of({1, ShapeOf(x)[1]});
    TryAdd(graph::Normalize{Of({0, 1}) == 0, 0.1f}, {x, net_.Constant({scales}, 0.5f, 2)});
  }

  void AddResize() {
    const ValueId x = AsImage(Any());
    const auto kind = static_cast<graph::ResizeKind>(Of({0, 1}));
    if (Of({0, 1}) == 0)
      return TryAdd(graph::Resize{kind, ShapeOf(x)[2] * Between(1, 3), ShapeOf(x)[3] * Between(1, 3)}, {x});
    TryAdd(graph::Resize{kind, Between(1, 30), Between(1, 30)}, {x});
  }

  void AddLayer() {
    constexpr Layer kLayerKinds[] = {
        &RandomNet::AddConvolution,    &RandomNet::AddConvolution,   &RandomNet::AddPooling,
        &RandomNet::AddFullyConnected, &RandomNet::AddElementwise,   &RandomNet::AddElementwise,
        &RandomNet::AddPerChannel,     &RandomNet::AddCombination,   &RandomNet::AddMovement,
        &RandomNet::AddReduction,      &RandomNet::AddNormalisation, &RandomNet::AddResize};
    (this->*kLayerKinds[Between(0, 11)])();
  }

  std::mt19937 random_;
  NetBuilder net_;
  std::vector<ValueId> values_;
};

int Seeds() {
  const char* text = std::getenv("BM_NET_SEEDS");
  return text == nullptr ? 60 : std::atoi(text);
}

TEST(LowerNet, RandomNetsOfAllOperations) {
  for (int seed = 0; seed < Seeds(); ++seed) {
    SCOPED_TRACE(seed);
    RandomNet net(seed);
    testing::Check(net.Build());
  }
}

}  // namespace
}  // namespace bm::lowering
