// Windows of every size, stride, dilation and padding, whether a command holds them or not, against their plain float
// evaluation. BM_WINDOW_SEEDS raises the number of random ones (300).
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <initializer_list>
#include <random>

#include "absl/status/statusor.h"
#include "bmcompiler/lowering/testing/check_net.h"
#include "gtest/gtest.h"

namespace bm::lowering {
namespace {

using testing::CheckConvolution;
using testing::CheckDeconvolution;
using testing::CheckOp;
using testing::SquareWindow;

size_t Commands(const CompiledNet& net) { return net.groups.empty() ? 0 : net.groups[0].bdc.size(); }

TEST(LowerConvolution, PaddingBeyondTheField) {
  EXPECT_EQ(Commands(CheckConvolution({1, 3, 20, 30}, 8, SquareWindow(3, 1, 100))), 1u);
  CheckConvolution({2, 70, 9, 9}, 66, SquareWindow(3, 2, 16));
  CheckConvolution({2, 70, 9, 9}, 70, SquareWindow(3, 2, 40), 70);
  CheckConvolution({1, 6, 9, 9}, 4, {3, 3, 1, 1, 1, 1, 0, 0, 20, 3}, 2);
  CheckConvolution({1, 3, 300, 300}, 64, SquareWindow(3, 1, 100));
}

TEST(LowerConvolution, DilationBeyondTheField) {
  CheckConvolution({1, 8, 33, 33}, 5, SquareWindow(3, 1, 18, 18));
  CheckConvolution({2, 70, 33, 33}, 66, SquareWindow(3, 1, 24, 24));
  CheckConvolution({1, 6, 41, 40}, 4, SquareWindow(3, 2, 17, 17), 2);
  CheckConvolution({1, 70, 41, 40}, 70, SquareWindow(3, 1, 17, 17), 70);
  CheckConvolution({1, 5, 41, 70}, 4, {2, 3, 1, 1, 2, 31, 0, 0, 40, 31});
  EXPECT_EQ(Commands(CheckConvolution({1, 5, 4, 4}, 4, SquareWindow(1, 1, 0, 40))), 1u);  // nothing is dilated
}

TEST(LowerConvolution, StridesBeyondTheField) {
  EXPECT_EQ(Commands(CheckConvolution({1, 3, 64, 48}, 96, SquareWindow(16, 16))), 4u);  // patches: 2 x 2 pieces
  CheckConvolution({1, 3, 120, 140}, 9, SquareWindow(5, 17, 2));
  CheckConvolution({1, 3, 120, 140}, 9, SquareWindow(3, 20, 0, 3));
  CheckConvolution({1, 66, 80, 80}, 66, SquareWindow(5, 18, 2), 66);
  EXPECT_EQ(Commands(CheckConvolution({1, 3, 32, 32}, 9, SquareWindow(32, 32))), 1u);  // one position: no stride
}

TEST(LowerConvolution, InputsOfWhichNoTileHoldsAllChannels) {
  CheckConvolution({1, 4200, 8, 8}, 3, SquareWindow(7));
  CheckConvolution({1, 4001, 8, 30}, 3, SquareWindow(5, 1, 20, 10));
}

TEST(LowerConvolution, MoreInputChannelsThanAFieldHolds) {
  CheckConvolution({2, 4097, 3, 3}, 5, SquareWindow(1));
  CheckConvolution({1, 12001, 2, 2}, 70, SquareWindow(2));
  CheckConvolution({1, 70001, 1, 1}, 3, SquareWindow(1));
  CheckConvolution({1, 2 * 4100, 2, 2}, 6, SquareWindow(1), 2);
  CheckConvolution({1, 70000, 1, 1}, 35000, SquareWindow(1), 35000);
}

TEST(LowerConvolution, RowsThatTheirPaddingMakesTooMany) {
  CheckConvolution({1, 3, 2040, 4}, 5, SquareWindow(9, 1, 4));
  CheckConvolution({1, 3, 3, 2047}, 5, SquareWindow(3, 1, 1));
}

TEST(LowerConvolution, LongRowsAndColumns) {
  CheckConvolution({1, 3, 2, 5000}, 4, SquareWindow(3, 1, 1));
  CheckConvolution({1, 3, 5000, 2}, 4, SquareWindow(3, 2, 1));
  CheckConvolution({1, 70, 1, 9000}, 70, {1, 9, 1, 1, 1, 1, 0, 0, 4, 4}, 70);
  CheckConvolution({1, 2, 1, 6000}, 2, {1, 5000, 1, 1, 1, 1, 0, 0, 0, 0});
}

TEST(LowerDeconvolution, StridesPaddingsAndCropsBeyondTheFields) {
  CheckDeconvolution({1, 2, 3, 4}, 3, SquareWindow(64, 32));
  CheckDeconvolution({1, 5, 3, 4}, 5, SquareWindow(64, 32, 16), 5);
  CheckDeconvolution({1, 4, 6, 7}, 3, SquareWindow(32, 16, 8));
  CheckDeconvolution({1, 4, 6, 7}, 3, SquareWindow(20, 17));
  CheckDeconvolution({1, 4, 9, 9}, 3, SquareWindow(1, 2, 3));  // cut on every side
  CheckDeconvolution({1, 70, 9, 9}, 70, SquareWindow(2, 2, 4), 70);
  CheckDeconvolution({2, 66, 20, 20}, 5, SquareWindow(3, 3, 9));
  CheckDeconvolution({1, 4, 12, 12}, 6, SquareWindow(3, 2, 3, 17), 2);
  CheckDeconvolution({1, 4, 1, 1}, 3, SquareWindow(40, 40));
}

CompiledNet CheckPooling(const Shape& x, graph::PoolKind kind, const graph::Window& window, int64_t out_h,
                         int64_t out_w, graph::AverageDivisor divisor = graph::AverageDivisor::kPaddedInput) {
  return CheckOp(graph::Pooling{kind, window, out_h, out_w, divisor}, {x});
}

TEST(LowerPooling, WindowsBeyondTheFields) {
  for (const graph::PoolKind kind : {graph::PoolKind::kMax, graph::PoolKind::kAverage}) {
    CheckPooling({2, 70, 64, 64}, kind, SquareWindow(32, 32), 2, 2);
    EXPECT_EQ(Commands(CheckPooling({1, 5, 200, 130}, kind, SquareWindow(60, 67), 3, 2)), 6u);  // one a result
    EXPECT_EQ(Commands(CheckPooling({1, 5, 64, 64}, kind, SquareWindow(8, 18), 4, 4)), 7u);     // 2 x 2 pieces, added
    CheckPooling({1, 5, 100, 70}, kind, SquareWindow(20, 17, 3), 7, 5);
    CheckPooling({1, 5, 40, 40}, kind, SquareWindow(41, 1, 20), 40, 40);
    CheckPooling({1, 5, 60, 60}, kind, SquareWindow(50, 30, 25), 4, 4, graph::AverageDivisor::kInput);
    CheckPooling({1, 70, 1, 5003}, kind, {1, 5003, 1, 1, 1, 1, 0, 0, 0, 0}, 1, 1);
    CheckPooling({1, 3, 4, 5000}, kind, SquareWindow(2, 2), 2, 2500);
  }
}

TEST(LowerNormalisation, RegionsAndRowsBeyondTheFields) {
  CheckOp(graph::Lrn{graph::LrnRegion::kWithinChannel, 41, 1, 0.75f, 1}, {{1, 67, 30, 25}});
  CheckOp(graph::Lrn{graph::LrnRegion::kWithinChannel, 5, 1, 0.75f, 1}, {{1, 3, 4, 5000}});
}

// ---- Random windows ----

int Seeds() {
  const char* text = std::getenv("BM_WINDOW_SEEDS");
  return text == nullptr ? 300 : std::atoi(text);
}

// The rest had no result, or a large one.
void ExpectManyOf(int checked) {
  std::printf("%d of %d random windows checked\n", checked, Seeds());
  EXPECT_GT(checked, Seeds() / 4);
}

class RandomWindow {
 public:
  explicit RandomWindow(uint32_t seed) : random_(seed) {}

  int64_t Of(std::initializer_list<int64_t> values) { return values.begin()[random_() % values.size()]; }
  int64_t Between(int64_t low, int64_t high) {
    return low + static_cast<int64_t>(random_() % static_cast<uint64_t>(high - low + 1));
  }
  // Mostly what fields hold, at times beyond.
  int64_t Extent(int64_t most) { return Of({0, 0, 1}) == 0 ? Between(1, 4) : Between(1, most); }
  int64_t Pad() { return Of({0, 0, 1}) == 0 ? Between(0, 3) : Between(0, 60); }

  graph::Window Window(bool is_dilated) {
    graph::Window window{Extent(20), Extent(20), Extent(40), Extent(40), 1, 1, Pad(), Pad(), Pad(), Pad()};
    if (is_dilated) {
      window.dilation_h = Extent(30);
      window.dilation_w = Extent(30);
    }
    return window;
  }

  // Groups with as many input and result channels each.
  struct Channels {
    int64_t groups, in, out;
  };
  Channels GroupChannels() {
    if (Of({0, 1, 2}) == 0) return {Of({2, 3, 65, 130}), 1, 1};
    return {Of({1, 1, 1, 2, 3}), Of({1, 2, 3, 64, 67}), Of({1, 2, 63, 66})};
  }
  // Small, or of few channels and so large that rows and at times columns go in tiles.
  Shape Image(int64_t channels) {
    if (channels > 3 || Of({0, 1, 2, 3}) > 0) return {Of({1, 1, 2}), channels, Extent(70), Extent(70)};
    return {1, channels, Between(1, 700), Of({Between(1, 700), Between(2000, 20000)})};
  }

 private:
  std::mt19937 random_;
};

constexpr int64_t kMostWeights = 200000, kMostProducts = 8000000, kMostResults = 800000;

bool IsSmall(const absl::StatusOr<Shape>& result, const Shape& x, const Shape& weight) {
  return result.ok() && weight.count() <= kMostWeights && result->count() <= kMostResults &&
         std::min(result->count(), 100 * x.count()) * weight.CountOf(1, 4) <= kMostProducts;
}

TEST(LowerConvolution, RandomWindows) {
  int checked = 0;
  for (int seed = 0; seed < Seeds(); ++seed) {
    SCOPED_TRACE(seed);
    RandomWindow random(seed);
    const auto [groups, in, out] = random.GroupChannels();
    const Shape x = random.Image(groups * in);
    const graph::Window window = random.Window(true);
    const Shape weight{groups * out, in, window.kernel_h, window.kernel_w};
    const graph::Operand operands[] = {{x, false}, {weight, true}};
    if (!IsSmall(graph::InferShape(graph::Convolution{window, groups}, operands), x, weight)) continue;
    CheckConvolution(x, groups * out, window, groups);
    ++checked;
  }
  ExpectManyOf(checked);
}

TEST(LowerDeconvolution, RandomWindows) {
  int checked = 0;
  for (int seed = 0; seed < Seeds(); ++seed) {
    SCOPED_TRACE(seed);
    RandomWindow random(seed);
    const auto [groups, in, out] = random.GroupChannels();
    const Shape x = random.Image(groups * in);
    const graph::Window window = random.Window(true);
    const Shape weight{groups * in, out, window.kernel_h, window.kernel_w};
    const graph::Operand operands[] = {{x, false}, {weight, true}};
    if (!IsSmall(graph::InferShape(graph::Deconvolution{window, groups}, operands), x, weight)) continue;
    CheckDeconvolution(x, groups * out, window, groups);
    ++checked;
  }
  ExpectManyOf(checked);
}

// Windows of Caffe's layers: the last one begins inside input and padding.
TEST(LowerPooling, RandomWindows) {
  int checked = 0;
  for (int seed = 0; seed < Seeds(); ++seed) {
    SCOPED_TRACE(seed);
    RandomWindow random(seed);
    const Shape x = random.Image(random.Of({1, 3, 64, 67}));
    graph::Window window = random.Window(false);
    window.pad_up = window.pad_down = std::min(window.pad_up, window.kernel_h - 1);
    window.pad_left = window.pad_right = std::min(window.pad_left, window.kernel_w - 1);
    const auto extent = [&](int64_t in, int64_t pad, int64_t kernel, int64_t stride) -> int64_t {
      const int64_t room = in + 2 * pad - kernel;
      if (room < 0) return 0;
      const int64_t next = (room / stride + 1) * stride;
      return next / stride + (room % stride != 0 && next < in + pad ? random.Of({0, 1}) : 0);
    };
    const int64_t out_h = extent(x[2], window.pad_up, window.kernel_h, window.stride_h);
    const int64_t out_w = extent(x[3], window.pad_left, window.kernel_w, window.stride_w);
    if (out_h < 1 || out_w < 1 || x[0] * x[1] * out_h * out_w > kMostResults) continue;
    const auto kind = random.Of({0, 1}) == 0 ? graph::PoolKind::kMax : graph::PoolKind::kAverage;
    const auto divisor = static_cast<graph::AverageDivisor>(random.Of({0, 1, 2}));
    CheckPooling(x, kind, window, out_h, out_w, divisor);
    ++checked;
  }
  ExpectManyOf(checked);
}

}  // namespace
}  // namespace bm::lowering
