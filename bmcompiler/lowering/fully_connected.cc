// Matrix products: one FC command where the weights fit local memory, otherwise weights pass by in tiles.
#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/checked_math.h"
#include "base/status_macros.h"
#include "bmcompiler/lowering/registry.h"

namespace bm::lowering {
namespace {

constexpr uint32_t kMaxColumns = 128;                                           // of a lane, left operand
constexpr uint32_t kMaxColumnBlock = kMaxChannels / isa::kLanes * isa::kLanes;  // lanes of the result a command
constexpr uint32_t kResultColumns = 32;  // of a lane, right operand and result: a full 128-byte row

// A row of a matrix spread over lanes: `lanes` lanes of `width` columns, the last one with `last` of them.
struct Spread {
  uint32_t lanes = 1, width = 1, last = 1;

  static Spread Of(uint32_t columns, uint32_t width) {
    Spread spread;
    spread.width = width;
    spread.lanes = static_cast<uint32_t>(CeilDiv(columns, width));
    spread.last = columns - (spread.lanes - 1) * width;
    return spread;
  }
  bool is_even() const { return last == width; }
  Dims4 Rows(uint32_t rows) const { return {rows, lanes, 1, width}; }
};

// The width up to `limit` that divides the columns; `limit` itself where only a narrow one would.
uint32_t GoodWidth(uint32_t columns, uint32_t limit) {
  if (columns <= limit) return columns;
  for (uint32_t width = limit; width > limit / 4; --width) {
    if (columns % width == 0) return width;
  }
  return limit;
}

class FullyConnectedOp : public NodeLowering {
 public:
  FullyConnectedOp(Session* session, const graph::Node& node, const graph::FullyConnected& op)
      : NodeLowering(session, node) {
    const Shape& shape = Input(0).shape;
    rows_ = static_cast<uint32_t>(shape.CountOf(0, op.axis));
    depth_ = static_cast<uint32_t>(shape.CountOf(op.axis, shape.rank()));
    columns_ = static_cast<uint32_t>(Output().shape[Output().shape.rank() - 1]);
    result_ = Spread::Of(columns_, GoodWidth(columns_, kResultColumns));
  }

  std::vector<PackedConstant> Constants() override {
    if (BytesPerLane(result_.Rows(depth_)) > isa::kLaneBytes / 4 || !FitsCommand()) return {};
    return {Weight(), Bias()};
  }

  absl::Status Lower() override {
    if (result_.lanes > kMaxExtent) {
      return Unsupported(absl::StrCat(columns_, " outputs; at most ", kMaxExtent * kResultColumns));
    }
    ASSIGN_OR_RETURN(const bool done, LowerWhole());
    return done ? absl::OkStatus() : LowerTiled();
  }

 private:
  bool FitsCommand() const { return depth_ <= kMaxExtent && rows_ <= kMaxExtent && result_.lanes <= kMaxChannels; }

  // The input as it lies in local memory, if the command can read it so.
  std::optional<Dims4> ResidentMatrix() const {
    const std::optional<Dims4> view = session_.residency.ResidentView(node_.inputs[0]);
    if (!view.has_value() || view->n != rows_ || view->h * view->w > kMaxColumns || view->c > kMaxChannels) {
      return std::nullopt;
    }
    return Dims4{view->n, view->c, 1, view->h * view->w};
  }

  // [depth, columns], padded with zeros to whole lanes: the transposed weights.
  PackedConstant Weight() {
    if (weight_.has_value()) return *weight_;
    const std::vector<float>& weight = Constant(1);
    const uint32_t padded = result_.lanes * result_.width;
    std::vector<float> transposed(uint64_t{depth_} * padded);
    constexpr uint32_t kBlock = 64;  // keeps both sides in cache
    for (uint32_t c0 = 0; c0 < columns_; c0 += kBlock) {
      for (uint32_t k = 0; k < depth_; ++k) {
        for (uint32_t c = c0; c < std::min(c0 + kBlock, columns_); ++c) {
          transposed[uint64_t{k} * padded + c] = weight[uint64_t{c} * depth_ + k];
        }
      }
    }
    const Dims4 shape = result_.Rows(depth_);
    weight_ = PackedConstant{DdrTensor::Contiguous(session_.coefficients.Add(transposed), shape), AlignedStride(shape)};
    return *weight_;
  }

  PackedConstant Bias() {
    std::vector<float> bias(uint64_t{result_.lanes} * result_.width);
    if (input_count() > 2) std::copy(Constant(2).begin(), Constant(2).end(), bias.begin());
    const Dims4 shape = result_.Rows(1);
    return {DdrTensor::Contiguous(session_.coefficients.Add(bias), shape), AlignedStride(shape)};
  }

  // The input's rows, from local memory or loaded; `spread` says how.
  struct Left {
    LocalTensor tensor;
    Spread spread;
  };

  void LoadRows(uint64_t address, const Left& left) {
    const DdrTensor whole{address, left.tensor.shape, {depth_, left.spread.width, left.spread.width, 1}};
    if (left.spread.is_even()) {
      session_.commands.Load(whole, left.tensor);
      return;
    }
    MoveUneven(whole, left.tensor, left.spread,
               [&](const DdrTensor& ddr, const LocalTensor& local) { session_.commands.Load(ddr, local); });
  }

  // Full lanes and the partial last lane are separate transfers.
  template <typename Move>
  static void MoveUneven(const DdrTensor& ddr, const LocalTensor& local, const Spread& spread, Move move) {
    const uint32_t full = spread.lanes - 1;
    if (full > 0) {
      DdrTensor part = ddr;
      part.shape.c = full;
      move(part, local.Part(0, local.shape.n, 0, full));
    }
    DdrTensor rest = ddr;
    rest.address += sizeof(float) * uint64_t{full} * spread.width;
    rest.shape.c = 1;
    rest.shape.w = spread.last;
    move(rest, local.Part(0, local.shape.n, full, 1).Columns(0, spread.last));
  }

  void Emit(const LocalTensor& left, uint32_t left_last, const LocalTensor& right, const LocalTensor* bias,
            const LocalTensor& result, bool add_result) {
    isa::FullyConnected op;
    op.left_n = left.shape.n;
    op.left_c = left.shape.c;
    op.left_w = left.shape.w;
    op.left_last_w = left_last;
    op.result_c = result.shape.c;
    op.result_w = result.shape.w;
    op.result.address = result.address();
    op.left.address = left.address();
    op.right.address = right.address();
    op.has_bias = bias != nullptr;
    if (op.has_bias) op.bias.address = bias->address();
    op.add_result = add_result;
    session_.commands.Bdc(std::move(op), {left, right, bias != nullptr ? *bias : right, add_result ? result : right},
                          {result});
  }

  absl::StatusOr<bool> LowerWhole() {
    if (!FitsCommand()) return false;
    PlacementRequest request;
    Left left;
    const std::optional<Dims4> resident = ResidentMatrix();
    if (resident.has_value()) {
      request.inputs = {{node_.inputs[0], *resident}};
      left.spread = Spread::Of(depth_, resident->w);
    } else {
      left.spread = Spread::Of(depth_, GoodWidth(depth_, kMaxColumns));
      if (left.spread.lanes > kMaxChannels) return false;
      request.scratch_bytes = {BytesPerLane(left.spread.Rows(rows_))};
    }
    if (BytesPerLane(result_.Rows(depth_)) > isa::kLaneBytes) return false;
    request.constants = {Weight(), Bias()};
    if (result_.is_even()) {
      request.output = ViewedValue{node_.output, result_.Rows(rows_)};
    } else {
      request.scratch_bytes.push_back(BytesPerLane(result_.Rows(rows_)));
    }
    const uint64_t source = resident.has_value() ? 0 : session_.residency.InDdr(node_.inputs[0]);
    Placement placement;
    if (!session_.residency.Place(request, &placement)) return false;
    if (resident.has_value()) {
      left.tensor = placement.inputs[0];
    } else {
      left.tensor = LocalTensor::Aligned(placement.scratch[0], left.spread.Rows(rows_));
      LoadRows(source, left);
    }
    const LocalTensor result =
        result_.is_even() ? placement.output : LocalTensor::Aligned(placement.scratch.back(), result_.Rows(rows_));
    Emit(left.tensor, left.spread.last, placement.constants[0], &placement.constants[1], result, false);
    if (!result_.is_even()) StoreUneven(result, 0, rows_);
    return true;
  }

  void StoreUneven(const LocalTensor& result, uint32_t first_row, uint32_t rows) {
    const uint64_t address =
        session_.residency.WrittenInDdr(node_.output) + sizeof(float) * uint64_t{first_row} * columns_;
    const DdrTensor whole{address, result_.Rows(rows), {columns_, result_.width, result_.width, 1}};
    if (result_.is_even()) {
      session_.commands.Store(result, whole);
      return;
    }
    MoveUneven(whole, result, result_,
               [&](const DdrTensor& ddr, const LocalTensor& local) { session_.commands.Store(local, ddr); });
  }

  // ---- Weights in tiles of `lane_block` lanes of the depth by `column_block` lanes of the result ----
  struct Tiling {
    uint32_t row_block = 1, lane_block = 1, column_block = 1;
    uint64_t weight_bytes = 0;
  };

  absl::StatusOr<Tiling> FindTiling(const Spread& left) const {
    Tiling tiling;
    tiling.row_block = rows_;
    const uint64_t budget = isa::kLaneBytes - 4096;
    const auto activations = [&] {
      return BytesPerLane(left.Rows(tiling.row_block)) + BytesPerLane(result_.Rows(tiling.row_block)) +
             BytesPerLane(result_.Rows(1));
    };
    while (activations() > budget / 2 && tiling.row_block > 1) tiling.row_block = (tiling.row_block + 1) / 2;
    if (activations() > budget / 2) {
      return TooLarge(absl::StrCat("a row of ", depth_, " inputs and ", columns_, " outputs needs ", activations(),
                                   " bytes of a lane; at most ", budget / 2));
    }
    const uint64_t per_buffer = (budget - activations()) / 2;
    tiling.column_block = std::min(result_.lanes, kMaxColumnBlock);
    const auto lane_bytes = [&] { return BytesPerLane({left.width, tiling.column_block, 1, result_.width}); };
    while (lane_bytes() > per_buffer && tiling.column_block > isa::kLanes) {
      tiling.column_block = static_cast<uint32_t>(AlignUp(tiling.column_block / 2, isa::kLanes));
    }
    const uint64_t most_rows = kMaxExtent / left.width;
    tiling.lane_block = static_cast<uint32_t>(
        std::min({per_buffer / lane_bytes(), most_rows, uint64_t{left.lanes}, uint64_t{kMaxChannels}}));
    if (tiling.lane_block == 0) return TooLarge("one lane of its weights does not fit local memory");
    // A block starts in the lane that its address names, so blocks may begin anywhere.
    tiling.weight_bytes = BytesPerLane({tiling.lane_block * left.width, tiling.column_block, 1, result_.width});
    return tiling;
  }

  struct WeightTile {
    uint32_t first_lane, lanes, first_column, columns;
  };

  absl::Status LowerTiled() {
    const Spread left_spread = Spread::Of(depth_, GoodWidth(depth_, kMaxColumns));
    ASSIGN_OR_RETURN(const Tiling tiling, FindTiling(left_spread));
    const uint64_t source = session_.residency.InDdr(node_.inputs[0]);
    PlacementRequest request;
    request.scratch_bytes = {BytesPerLane(left_spread.Rows(tiling.row_block)),
                             BytesPerLane(result_.Rows(tiling.row_block)), tiling.weight_bytes, tiling.weight_bytes};
    request.constants = {Bias()};
    Placement placement;
    if (!session_.residency.Place(request, &placement)) return TooLarge("its tiles do not fit local memory");

    std::vector<WeightTile> tiles;
    for (uint32_t column = 0; column < result_.lanes; column += tiling.column_block) {
      for (uint32_t lane = 0; lane < left_spread.lanes; lane += tiling.lane_block) {
        tiles.push_back({lane, std::min(tiling.lane_block, left_spread.lanes - lane), column,
                         std::min(tiling.column_block, result_.lanes - column)});
      }
    }
    for (uint32_t row = 0; row < rows_; row += tiling.row_block) {
      const uint32_t rows = std::min(tiling.row_block, rows_ - row);
      const Left left{LocalTensor::Aligned(placement.scratch[0], left_spread.Rows(rows)), left_spread};
      LoadRows(source + sizeof(float) * uint64_t{row} * depth_, left);
      const LocalTensor result = LocalTensor::Aligned(placement.scratch[1], result_.Rows(rows));
      EmitTiles(tiles, left, result, placement);
      StoreUneven(result, row, rows);
    }
    return absl::OkStatus();
  }

  void EmitTiles(const std::vector<WeightTile>& tiles, const Left& left, const LocalTensor& result,
                 const Placement& placement) {
    const auto load = [&](size_t i) {
      const WeightTile& tile = tiles[i];
      PackedConstant part = Weight().Channels(tile.first_column, tile.columns);
      part.source.address += sizeof(float) * uint64_t{tile.first_lane} * left.spread.width * part.source.stride.n;
      part.source.shape.n = DepthOf(tile, left.spread);
      const LocalTensor right = LocalTensor::Aligned(placement.scratch[2 + i % 2], part.source.shape);
      session_.commands.Load(part.source, right);
      return right;
    };
    LocalTensor next = load(0);
    for (size_t i = 0; i < tiles.size(); ++i) {
      const LocalTensor right = next;
      if (i + 1 < tiles.size()) next = load(i + 1);
      const WeightTile& tile = tiles[i];
      const bool is_first = tile.first_lane == 0;
      const uint32_t last = tile.first_lane + tile.lanes == left.spread.lanes ? left.spread.last : left.spread.width;
      const LocalTensor bias = placement.constants[0].Part(0, 1, tile.first_column, tile.columns);
      // Rows of a part have another pitch than the command derives, so parts are computed row by row.
      const bool by_row = tiles.size() > 1;
      const uint32_t step = by_row ? 1 : result.shape.n;
      for (uint32_t row = 0; row < result.shape.n; row += step) {
        Emit(left.tensor.Part(row, step, tile.first_lane, tile.lanes), last, right, is_first ? &bias : nullptr,
             result.Part(row, step, tile.first_column, tile.columns), !is_first);
      }
    }
  }

  static uint32_t DepthOf(const WeightTile& tile, const Spread& left) {
    const bool has_last = tile.first_lane + tile.lanes == left.lanes;
    return has_last ? (tile.lanes - 1) * left.width + left.last : tile.lanes * left.width;
  }

  uint32_t rows_ = 1, depth_ = 1, columns_ = 1;
  Spread result_;
  std::optional<PackedConstant> weight_;
};

}  // namespace

std::unique_ptr<NodeLowering> LowerFullyConnected(Session* session, const graph::Node& node,
                                                  const graph::FullyConnected& op) {
  return std::make_unique<FullyConnectedOp>(session, node, op);
}

}  // namespace bm::lowering
