// Convolution, depthwise convolution and deconvolution: one conv or depthwise command per layer (or group).
#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/checked_math.h"
#include "base/status_macros.h"
#include "bmcompiler/lowering/registry.h"
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

class ConvolutionOp : public WindowOp {
 public:
  ConvolutionOp(Session* session, const graph::Node& node, const graph::Window& window, int64_t groups,
                bool is_transposed)
      : WindowOp(session, node, window), groups_(static_cast<uint32_t>(groups)), is_transposed_(is_transposed) {}

 protected:
  absl::Status Prepare() override {
    RETURN_IF_ERROR(RowOp::Prepare());
    if (is_transposed_) Transpose();
    RETURN_IF_ERROR(CheckWindow());
    input_channels_ = input_views_[0].c / groups_;
    output_channels_ = output_view_.c / groups_;
    if (input_channels_ > kMaxChannels) {
      return Unsupported(absl::StrCat(input_channels_, " input channels a group; at most ", kMaxChannels));
    }
    return absl::OkStatus();
  }

  bool IsDepthwise() const { return groups_ > 1 && input_channels_ == 1 && output_channels_ == 1; }
  bool IsChannelwise() const override { return IsDepthwise(); }

  std::vector<PackedConstant> Pack() override {
    const uint32_t area = window_.kernel_h * window_.kernel_w;
    const std::vector<float>* weight = &Constant(1);
    std::vector<float> swapped;
    if (is_transposed_) {
      swapped = SwapChannels(*weight, groups_, input_channels_, output_channels_, area);
      weight = &swapped;
    }
    std::vector<PackedConstant> packed;
    if (IsDepthwise()) {
      packed.push_back(session_.coefficients.DepthwiseWeight(Rotated(*weight, area), output_view_.c, area));
    } else {
      packed.push_back(session_.coefficients.ConvolutionWeight(*weight, output_view_.c, input_channels_, area));
    }
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
    insert_h_ = static_cast<uint8_t>(std::min<int64_t>(window_.stride_h - 1, 16));
    insert_w_ = static_cast<uint8_t>(std::min<int64_t>(window_.stride_w - 1, 16));
    window_.stride_h = window_.stride_w = 1;
    window_.pad_up = window_.dilation_h * (window_.kernel_h - 1) - window_.pad_up;
    window_.pad_left = window_.dilation_w * (window_.kernel_w - 1) - window_.pad_left;
  }

  // The depthwise unit does not turn kernels, so the compiler does.
  std::vector<float> Rotated(const std::vector<float>& weight, uint32_t area) const {
    std::vector<float> result = weight;
    if (is_transposed_) {
      for (size_t begin = 0; begin < result.size(); begin += area) {
        std::reverse(result.begin() + begin, result.begin() + begin + area);
      }
    }
    return result;
  }

  void EmitDepthwise(const RowTile& tile) {
    isa::Depthwise op;
    op.shape = tile.output.shape;
    op.input_h = tile.inputs[0].shape.h;
    op.input_w = tile.inputs[0].shape.w;
    op.window = TileWindow(tile);
    op.result = Target(tile.output);
    op.input = Tensor(tile.inputs[0]);
    op.weight = PlainOperand(tile.constants[0]);
    op.has_bias = tile.constants.size() > 1;
    LocalTensor bias = tile.constants[0];
    if (op.has_bias) {
      bias = tile.constants[1];
      op.bias = PlainOperand(bias);
    }
    session_.commands.Bdc(std::move(op), {tile.inputs[0], tile.constants[0], bias}, {tile.output});
  }

  void EmitGroups(const RowTile& tile, uint32_t batch, uint32_t batches) {
    const uint32_t end = tile.first_channel + tile.output.shape.c;
    for (uint32_t group = tile.first_channel / output_channels_; group * output_channels_ < end; ++group) {
      const uint32_t begin = std::max(group * output_channels_, tile.first_channel);
      const uint32_t count = std::min((group + 1) * output_channels_, end) - begin;
      EmitGroup(tile, tile.inputs[0].Part(batch, batches, group * input_channels_, input_channels_),
                tile.output.Part(batch, batches, begin - tile.first_channel, count), begin - tile.first_channel);
    }
  }

  // `first` counts from the tile's first channel, as the tile's constants do.
  void EmitGroup(const RowTile& tile, const LocalTensor& input, const LocalTensor& output, uint32_t first) {
    BM_CHECK(output.is_aligned(), "conv results are aligned");
    const uint32_t units = static_cast<uint32_t>(CeilDiv(input_channels_, 2));
    const auto kernel_w = static_cast<uint32_t>(window_.kernel_w);
    const LocalTensor weight = tile.constants[0].Part(0, 1, first, output.shape.c);
    isa::Conv op;
    op.shape = output.shape;
    op.input_c = input.shape.c;
    op.input_h = input.shape.h;
    op.input_w = input.shape.w;
    op.window = TileWindow(tile);
    op.result = Target(output);
    op.input = Tensor(input);
    op.weight.address = weight.address();
    op.weight.layout = {isa::Layout::Kind::kStrided,
                        {1, static_cast<uint32_t>(window_.kernel_h) * kernel_w * units, kernel_w * units, units}};
    op.rotate_kernel = is_transposed_;
    op.has_bias = tile.constants.size() > 1;
    LocalTensor bias = weight;
    if (op.has_bias) {
      bias = tile.constants[1].Part(0, 1, first, output.shape.c);
      op.bias = PlainOperand(bias);
    }
    session_.commands.Bdc(std::move(op), {input, weight, bias}, {output});
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
