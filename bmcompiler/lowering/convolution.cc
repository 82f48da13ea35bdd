// Convolution, depthwise convolution and deconvolution: one conv or depthwise command per layer (or group). Windows
// that commands do not hold, and inputs of which no tile fits local memory, are sums of several.
#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "base/check.h"
#include "base/checked_math.h"
#include "base/status_macros.h"
#include "bmcompiler/lowering/registry.h"
#include "bmcompiler/lowering/vector_math.h"
#include "bmcompiler/lowering/window_op.h"

namespace bm::lowering {
namespace {

// [A, B/groups, area] -> per group transposed [B, A/groups, area]: deconvolution weights by result channel.
std::vector<float> SwapChannels(const std::vector<float>& weight, uint32_t groups, uint32_t inputs, uint32_t outputs,
                                uint32_t area) {
  std::vector<float> swapped(weight.size());
  for (uint32_t g = 0; g < groups; ++g) {
    for (uint32_t i = 0; i < inputs; ++i) {
      for (uint32_t o = 0; o < outputs; ++o) {
        const float* source = weight.data() + (uint64_t{g * inputs + i} * outputs + o) * area;
        std::copy(source, source + area, swapped.data() + (uint64_t{g * outputs + o} * inputs + i) * area);
      }
    }
  }
  return swapped;
}

// Input channels that one transfer takes.
constexpr uint32_t kMaxLoadBlock = kMaxExtent / isa::kLanes * isa::kLanes;

class ConvolutionOp : public WindowOp {
 public:
  ConvolutionOp(Session* session, const graph::Node& node, const graph::Window& window, int64_t groups,
                bool is_transposed)
      : WindowOp(session, node, window), groups_(static_cast<uint32_t>(groups)), is_transposed_(is_transposed) {}

 protected:
  absl::Status Prepare() override {
    RETURN_IF_ERROR(RowOp::Prepare());
    if (is_transposed_) {
      Transpose();
    } else {
      CutWindow();
    }
    input_channels_ = input_views_[0].c / groups_;
    output_channels_ = output_view_.c / groups_;
    input_block_ = groups_ == 1 ? std::min(input_channels_, kMaxLoadBlock) : input_channels_;
    return absl::OkStatus();
  }

  bool IsDepthwise() const { return groups_ > 1 && input_channels_ == 1 && output_channels_ == 1; }
  bool IsChannelwise() const override { return IsDepthwise(); }
  int scratch_tensors() const override { return IsDepthwise() && pieces() > 1 ? 1 : 0; }

  uint32_t channel_blocks() const override {
    return groups_ == 1 ? static_cast<uint32_t>(CeilDiv(input_channels_, input_block_)) : 1;
  }
  bool ShrinkPieces() override {
    if (groups_ > 1 || input_block_ <= isa::kLanes) return false;
    input_block_ = static_cast<uint32_t>(AlignUp(CeilDiv(input_block_, 2), isa::kLanes));
    return true;
  }

  // The channels of the groups that the result channels belong to, or the piece's block.
  Range InputChannels(int /*input*/, Range channels, uint32_t piece) const override {
    if (IsDepthwise()) return channels;
    if (groups_ == 1) {
      const uint32_t begin = ChannelBlock(piece) * input_block_;
      return {begin, std::min(input_block_, input_channels_ - begin)};
    }
    const uint32_t first = channels.begin / output_channels_;
    const uint32_t last = (channels.begin + channels.count - 1) / output_channels_;
    return {first * input_channels_, (last - first + 1) * input_channels_};
  }

  std::vector<PackedConstant> Pack(uint32_t piece) override {
    std::vector<PackedConstant> packed = {IsDepthwise() ? DepthwiseWeight(piece) : ConvolutionWeight(piece)};
    if (input_count() > 2) packed.push_back(session_.coefficients.Vector(Constant(2)));
    return packed;
  }

  absl::Status Compute(const RowTile& tile) override {
    // Results that are not a whole aligned tensor are written batch by batch: the chip takes no result strides.
    const bool by_batch = tile.output.shape.n > 1 && (groups_ > 1 || !tile.output.is_aligned());
    const uint32_t batches = by_batch && !IsDepthwise() ? 1 : tile.output.shape.n;
    for (uint32_t batch = 0; batch < tile.output.shape.n; batch += batches) {
      if (IsDepthwise()) {
        EmitDepthwise(tile);
      } else {
        EmitGroups(tile, batch, batches);
      }
    }
    return absl::OkStatus();
  }

 private:
  // The transposed form: zeros between the input's pixels, the kernel turned around.
  void Transpose() {
    const int64_t insertion_h = window_.stride_h, insertion_w = window_.stride_w;
    window_.stride_h = window_.stride_w = 1;
    window_.pad_up = window_.dilation_h * (window_.kernel_h - 1) - window_.pad_up;
    window_.pad_left = window_.dilation_w * (window_.kernel_w - 1) - window_.pad_left;
    CutWindow(insertion_h, insertion_w);
  }

  uint32_t kernel_area() const { return static_cast<uint32_t>(window_.kernel_h * window_.kernel_w); }

  // The depthwise unit does not turn kernels, so the compiler does.
  PackedConstant DepthwiseWeight(uint32_t piece) {
    const std::vector<float>& weight = Constant(1);
    const std::vector<uint32_t> taps = Taps(piece, is_transposed_);
    std::vector<float> chosen;
    chosen.reserve(uint64_t{output_view_.c} * taps.size());
    for (size_t channel = 0; channel < output_view_.c; ++channel) {
      for (const uint32_t tap : taps) chosen.push_back(weight[channel * kernel_area() + tap]);
    }
    return session_.coefficients.DepthwiseWeight(chosen, output_view_.c, static_cast<uint32_t>(taps.size()));
  }

  // The taps and channels of a piece out of the whole layer's weights, which every piece shares.
  PackedConstant ConvolutionWeight(uint32_t piece) {
    if (!weight_.has_value()) weight_ = WholeWeight();
    if (pieces() == 1) return *weight_;
    const WindowPiece& rows = RowPiece(piece);
    const WindowPiece& columns = ColumnPiece(piece);
    const std::vector<uint32_t> taps = Taps(piece, is_transposed_);
    const Range channels = InputChannels(0, {0, output_view_.c}, piece);
    const uint32_t depth = groups_ == 1 ? EvenUp(channels.count) : EvenUp(input_channels_);
    const auto kernel_w = static_cast<uint32_t>(window_.kernel_w);
    PackedConstant part = *weight_;
    const uint32_t tap_words = part.source.stride.h;
    const uint64_t first_tap = *std::min_element(taps.begin(), taps.end());
    part.source.address += sizeof(float) * (first_tap * tap_words + (groups_ == 1 ? channels.begin : 0));
    part.source.shape = {rows.taps, output_view_.c, columns.taps, depth};
    part.source.stride = {rows.step * kernel_w * tap_words, part.source.stride.c, columns.step * tap_words, 1};
    part.stride = {columns.taps * depth, rows.taps * columns.taps * depth, depth, 1};
    return part;
  }

  PackedConstant WholeWeight() {
    if (!is_transposed_) {
      return session_.coefficients.ConvolutionWeight(Constant(1), output_view_.c, input_channels_, kernel_area());
    }
    const std::vector<float> swapped =
        SwapChannels(Constant(1), groups_, input_channels_, output_channels_, kernel_area());
    return session_.coefficients.ConvolutionWeight(swapped, output_view_.c, input_channels_, kernel_area());
  }

  static uint32_t EvenUp(uint32_t channels) { return static_cast<uint32_t>(AlignUp(channels, 2)); }

  // A first piece makes the result, the others are added to it.
  void EmitDepthwise(const RowTile& tile) {
    const LocalTensor result = tile.piece > 0 ? tile.scratch[0] : tile.output;
    isa::Depthwise op;
    op.shape = tile.output.shape;
    op.input_h = tile.inputs[0].shape.h;
    op.input_w = tile.inputs[0].shape.w;
    op.window = TileWindow(tile);
    op.result = Target(result);
    op.input = Tensor(tile.inputs[0]);
    op.weight = PlainOperand(tile.constants[0]);
    op.has_bias = tile.constants.size() > 1 && tile.piece == 0;
    LocalTensor bias = tile.constants[0];
    if (op.has_bias) {
      bias = tile.constants[1];
      op.bias = PlainOperand(bias);
    }
    session_.commands.Bdc(std::move(op), {tile.inputs[0], tile.constants[0], bias}, {result});
    if (tile.piece > 0) VectorMath(&session_.commands).Apply(isa::Eu::kAdd, tile.output, tile.output, result);
  }

  void EmitGroups(const RowTile& tile, uint32_t batch, uint32_t batches) {
    const uint32_t end = tile.first_channel + tile.output.shape.c;
    for (uint32_t group = tile.first_channel / output_channels_; group * output_channels_ < end; ++group) {
      const uint32_t begin = std::max(group * output_channels_, tile.first_channel);
      const uint32_t count = std::min((group + 1) * output_channels_, end) - begin;
      const uint32_t channels = groups_ == 1 ? tile.inputs[0].shape.c : input_channels_;
      const uint32_t first = groups_ == 1 ? 0 : group * input_channels_ - tile.origins[0].channel;
      EmitGroup(tile, tile.inputs[0].Part(batch, batches, first, channels),
                tile.output.Part(batch, batches, begin - tile.first_channel, count), begin - tile.first_channel);
    }
  }

  // `first` counts from the tile's first channel, as the tile's constants do.
  void EmitGroup(const RowTile& tile, const LocalTensor& input, const LocalTensor& output, uint32_t first) {
    BM_CHECK(output.is_aligned(), "conv results are aligned");
    const LocalTensor weight = tile.constants[0].Part(0, tile.constants[0].shape.n, first, output.shape.c);
    const uint32_t units = EvenUp(input.shape.c) / 2;
    const uint32_t kernel_h = RowPiece(tile.piece).taps, kernel_w = ColumnPiece(tile.piece).taps;
    for (const Range channels : ChannelBlocks(input.shape.c)) {
      const LocalTensor block = input.Part(0, input.shape.n, channels.begin, channels.count);
      isa::Conv op;
      op.shape = output.shape;
      op.input_c = block.shape.c;
      op.input_h = block.shape.h;
      op.input_w = block.shape.w;
      op.window = TileWindow(tile);
      op.result = Target(output);
      op.input = Tensor(block);
      op.weight.address = weight.address() + channels.begin * sizeof(float);
      op.weight.layout = {isa::Layout::Kind::kStrided, {1, kernel_h * kernel_w * units, kernel_w * units, units}};
      op.rotate_kernel = is_transposed_;
      op.add_result = tile.piece > 0 || channels.begin > 0;
      op.has_bias = tile.constants.size() > 1 && !op.add_result;
      LocalTensor bias = weight;
      if (op.has_bias) {
        bias = tile.constants[1].Part(0, 1, first, output.shape.c);
        op.bias = PlainOperand(bias);
      }
      session_.commands.Bdc(std::move(op), {block, weight, bias}, {output});
    }
  }

  // Weights and biases: the command reads them by its own rule, not by strides.
  static isa::Operand PlainOperand(const LocalTensor& tensor) {
    isa::Operand operand;
    operand.address = tensor.address();
    return operand;
  }

  const uint32_t groups_;
  const bool is_transposed_;
  uint32_t input_channels_ = 0;   // a group
  uint32_t output_channels_ = 0;  // a group
  uint32_t input_block_ = 0;      // input channels of a piece
  std::optional<PackedConstant> weight_;
};

}  // namespace

std::unique_ptr<NodeLowering> LowerConvolution(Session* session, const graph::Node& node,
                                               const graph::Convolution& op) {
  return std::make_unique<ConvolutionOp>(session, node, op.window, op.groups, false);
}

std::unique_ptr<NodeLowering> LowerDeconvolution(Session* session, const graph::Node& node,
                                                 const graph::Deconvolution& op) {
  return std::make_unique<ConvolutionOp>(session, node, op.window, op.groups, true);
}

}  // namespace bm::lowering
