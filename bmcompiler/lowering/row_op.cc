#include "bmcompiler/lowering/row_op.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/checked_math.h"
#include "base/status_macros.h"

namespace bm::lowering {
namespace {

// Blocks of channels start in lane 0, so all but the last are multiples of the lane count.
constexpr uint32_t kMaxChannelBlock = kMaxChannels / isa::kLanes * isa::kLanes;

uint32_t NextSmallerBlock(uint32_t channels) {
  const uint32_t half = static_cast<uint32_t>(AlignUp(CeilDiv(channels, 2), isa::kLanes));
  return half < channels ? half : 0;
}

}  // namespace

absl::Status RowOp::Prepare() {
  for (int i = 0; i < input_count(); ++i) {
    if (Input(i).is_constant() && i > 0) continue;
    tensor_inputs_.push_back(i);
    input_views_.push_back(CanonicalView(Input(i).shape));
  }
  output_view_ = CanonicalView(Output().shape);
  return absl::OkStatus();
}

// The view that an operand already has in local memory, else one whose extents commands can hold.
void RowOp::ChooseView() {
  Dims4 view = CanonicalView(Output().shape);
  for (const int input : tensor_inputs_) {
    const std::optional<Dims4> resident = session_.residency.ResidentView(node_.inputs[input]);
    if (resident.has_value()) {
      view = *resident;
      break;
    }
  }
  if (!FitsFields(view)) view = FlatView(Output().shape.count());
  UseView(view);
}

void RowOp::UseView(const Dims4& view) {
  output_view_ = view;
  std::fill(input_views_.begin(), input_views_.end(), view);
}

absl::Status RowOp::PrepareOnce() {
  if (!prepared_.has_value()) prepared_ = PrepareAndCheck();
  return *prepared_;
}

absl::Status RowOp::PrepareAndCheck() {
  RETURN_IF_ERROR(Prepare());
  if (any_view_) return absl::OkStatus();
  for (const Dims4& view : input_views_) {
    if (view.n > kMaxExtent || view.h > kMaxExtent || view.w > kMaxExtent) {
      return Unsupported(absl::StrCat("an operand of ", view.n, " x ", view.c, " x ", view.h, " x ", view.w,
                                      "; each of batch, rows and columns is at most ", kMaxExtent));
    }
    if (!IsChannelwise() && view.c > kMaxExtent) {
      return Unsupported(absl::StrCat(view.c, " input channels; at most ", kMaxExtent));
    }
  }
  return absl::OkStatus();
}

const std::vector<PackedConstant>& RowOp::Packed() {
  if (!packed_ready_) packed_ = Pack();
  packed_ready_ = true;
  return packed_;
}

std::vector<PackedConstant> RowOp::Constants() {
  if (!PrepareOnce().ok() || output_view_.c > kMaxChannelBlock) return {};
  if (ConstantBytes(output_view_.c) > isa::kLaneBytes / 2) return {};
  return Packed();
}

absl::Status RowOp::Lower() {
  RETURN_IF_ERROR(PrepareOnce());
  if (any_view_) ChooseView();
  ASSIGN_OR_RETURN(bool done, LowerWhole());
  if (!done) {
    ASSIGN_OR_RETURN(done, LowerStreamed());
  }
  if (done) return absl::OkStatus();
  // Rows that are too wide for tiles are cut where any view will do.
  if (any_view_ && !FindPlan().ok()) UseView(FlatView(Output().shape.count()));
  return LowerTiled();
}

uint64_t RowOp::ConstantBytes(uint32_t channels) {
  uint64_t bytes = 0;
  for (const PackedConstant& constant : Packed()) {
    bytes += AlignUp(constant.Channels(0, channels).bytes_per_lane(), isa::kAlignBytes);
  }
  return bytes;
}

std::vector<LocalTensor> RowOp::LoadConstants(uint32_t first, uint32_t count, uint32_t offset) {
  std::vector<LocalTensor> loaded;
  for (const PackedConstant& constant : Packed()) {
    const PackedConstant part = constant.Channels(first, count);
    loaded.push_back(LocalTensor{offset, 0, part.source.shape, part.stride});
    session_.commands.Load(part.source, loaded.back());
    offset += static_cast<uint32_t>(AlignUp(part.bytes_per_lane(), isa::kAlignBytes));
  }
  return loaded;
}

uint64_t RowOp::ScratchBytes(const Dims4& output) const {
  return scratch_tensors() * BytesPerLane(ScratchShape(output));
}

std::vector<LocalTensor> RowOp::ScratchTensors(uint32_t offset, const Dims4& output) const {
  const Dims4 shape = ScratchShape(output);
  std::vector<LocalTensor> tensors;
  for (int i = 0; i < scratch_tensors(); ++i) {
    tensors.push_back(LocalTensor::Aligned(offset, shape));
    offset += static_cast<uint32_t>(BytesPerLane(shape));
  }
  return tensors;
}

absl::StatusOr<bool> RowOp::LowerWhole() {
  if (output_view_.c > kMaxChannels) return false;
  PlacementRequest request;
  for (size_t i = 0; i < tensor_inputs_.size(); ++i) {
    request.inputs.push_back({node_.inputs[tensor_inputs_[i]], input_views_[i]});
  }
  request.output = ViewedValue{node_.output, output_view_};
  request.in_place_input = InPlaceInput();
  request.constants = Packed();
  if (scratch_tensors() > 0) request.scratch_bytes = {ScratchBytes(output_view_)};
  Placement placement;
  if (!session_.residency.Place(request, &placement)) return false;

  RowTile tile;
  tile.rows = {0, output_view_.h};
  tile.inputs = placement.inputs;
  tile.input_rows.assign(tile.inputs.size(), 0);
  tile.output = placement.output;
  tile.constants = placement.constants;
  if (scratch_tensors() > 0) tile.scratch = ScratchTensors(placement.scratch[0], output_view_);
  RETURN_IF_ERROR(Compute(tile));
  return true;
}

absl::StatusOr<bool> RowOp::LowerStreamed() {
  if (!CanSplitChannels() || (Packed().empty() && output_view_.c <= kMaxChannels)) return false;
  const auto is_long = [](const Dims4& view) { return view.c > kMaxExtent; };  // beyond a transfer's field
  if (is_long(output_view_) || std::any_of(input_views_.begin(), input_views_.end(), is_long)) return false;
  uint32_t block = std::min(NextSmallerBlock(output_view_.c), kMaxChannelBlock);
  for (; block > 0; block = NextSmallerBlock(block)) {
    ASSIGN_OR_RETURN(const bool done, LowerStreamed(block));
    if (done) return true;
  }
  return false;
}

// Activations stay local, coefficients pass by in blocks of `block` channels, the next one in flight.
absl::StatusOr<bool> RowOp::LowerStreamed(uint32_t block) {
  const Dims4 part_shape{1, block, output_view_.h, output_view_.w};
  PlacementRequest request;
  for (size_t i = 0; i < tensor_inputs_.size(); ++i) {
    request.inputs.push_back({node_.inputs[tensor_inputs_[i]], input_views_[i]});
  }
  request.output = ViewedValue{node_.output, output_view_};
  request.scratch_bytes = {ConstantBytes(block), ConstantBytes(block), ScratchBytes(part_shape)};
  Placement placement;
  if (!session_.residency.Place(request, &placement)) return false;

  const auto load = [&](uint32_t first) {
    const uint32_t count = std::min(block, output_view_.c - first);
    return LoadConstants(first, count, placement.scratch[first / block % 2]);
  };
  std::vector<LocalTensor> next = load(0);
  for (uint32_t first = 0; first < output_view_.c; first += block) {
    RowTile tile;
    tile.first_channel = first;
    tile.rows = {0, output_view_.h};
    tile.input_rows.assign(tensor_inputs_.size(), 0);
    tile.constants = std::move(next);
    if (first + block < output_view_.c) next = load(first + block);
    const uint32_t count = std::min(block, output_view_.c - first);
    for (uint32_t batch = 0; batch < output_view_.n; ++batch) {
      tile.first_batch = batch;
      tile.inputs.clear();
      for (const LocalTensor& input : placement.inputs) {
        tile.inputs.push_back(IsChannelwise() ? input.Part(batch, 1, first, count)
                                              : input.Part(batch, 1, 0, input.shape.c));
      }
      tile.output = placement.output.Part(batch, 1, first, count);
      tile.scratch = ScratchTensors(placement.scratch[2], tile.output.shape);
      RETURN_IF_ERROR(Compute(tile));
    }
  }
  return true;
}

Dims4 RowOp::InputTileShape(int input, const TileSpec& tile) const {
  const Dims4& view = input_views_[input];
  const RowRange rows = InputRows(input, tile.rows);
  return {1, IsChannelwise() ? tile.channels : view.c, rows.count, view.w};
}

RowOp::TilePlan RowOp::Measure(uint32_t channels, uint32_t rows) {
  TilePlan plan;
  plan.channels = channels;
  plan.rows = rows;
  plan.input_bytes.assign(input_views_.size(), 0);
  for (uint32_t first = 0; first < output_view_.h; first += rows) {
    const TileSpec tile{0, 0, channels, {first, std::min(rows, output_view_.h - first)}};
    for (size_t i = 0; i < input_views_.size(); ++i) {
      plan.input_bytes[i] = std::max(plan.input_bytes[i], BytesPerLane(InputTileShape(static_cast<int>(i), tile)));
    }
  }
  plan.output_bytes = BytesPerLane({1, channels, rows, output_view_.w});
  plan.scratch_bytes = ScratchBytes({1, channels, rows, output_view_.w});
  plan.constant_bytes = ConstantBytes(channels);
  const int constant_buffers = channels < output_view_.c ? 2 : 1;
  plan.total_bytes = 2 * plan.output_bytes + plan.scratch_bytes + constant_buffers * plan.constant_bytes;
  for (const uint64_t bytes : plan.input_bytes) plan.total_bytes += 2 * bytes;
  return plan;
}

absl::StatusOr<RowOp::TilePlan> RowOp::FindPlan() {
  // A margin for rounding each buffer up to the alignment.
  const uint64_t limit = isa::kLaneBytes - 2048;
  TilePlan smallest;
  for (uint32_t channels = std::min(output_view_.c, kMaxChannelBlock); channels > 0;
       channels = CanSplitChannels() ? NextSmallerBlock(channels) : 0) {
    smallest = Measure(channels, CanSplitRows() ? output_view_.h - LastTileBegin() : output_view_.h);
    if (smallest.total_bytes > limit) continue;
    uint32_t low = smallest.rows, high = output_view_.h;  // the most rows that fit
    while (low < high) {
      const uint32_t middle = low + (high - low + 1) / 2;
      if (Measure(channels, middle).total_bytes <= limit) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return Measure(channels, low);
  }
  return TooLarge(absl::StrCat("its smallest tile needs ", smallest.total_bytes, " bytes of a lane, which has ", limit,
                               "; make rows narrower or channels fewer"));
}

std::vector<RowOp::TileSpec> RowOp::Tiles(const TilePlan& plan) const {
  std::vector<TileSpec> tiles;
  for (uint32_t channel = 0; channel < output_view_.c; channel += plan.channels) {
    for (uint32_t batch = 0; batch < output_view_.n; ++batch) {
      for (uint32_t row = 0; row < output_view_.h; row += plan.rows) {
        // A last tile that would begin too late repeats rows of the one before.
        const uint32_t begin = std::min(row, LastTileBegin());
        tiles.push_back({batch,
                         channel,
                         std::min(plan.channels, output_view_.c - channel),
                         {begin, std::min(plan.rows, output_view_.h - begin)}});
      }
    }
  }
  return tiles;
}

void RowOp::LoadTile(const TileSpec& tile, const std::vector<uint32_t>& offsets, RowTile* loaded) {
  loaded->first_batch = tile.batch;
  loaded->first_channel = tile.first_channel;
  loaded->rows = tile.rows;
  for (size_t i = 0; i < input_views_.size(); ++i) {
    const Dims4& view = input_views_[i];
    const RowRange rows = InputRows(static_cast<int>(i), tile.rows);
    const Dims4 shape = InputTileShape(static_cast<int>(i), tile);
    DdrTensor source = DdrTensor::Contiguous(session_.residency.InDdr(node_.inputs[tensor_inputs_[i]]), view);
    const uint64_t channel = IsChannelwise() ? tile.first_channel : 0;
    source.address += sizeof(float) * (uint64_t{tile.batch} * source.stride.n + channel * source.stride.c +
                                       uint64_t{rows.begin} * source.stride.h);
    source.shape = shape;
    loaded->inputs.push_back(LocalTensor::Aligned(offsets[i], shape));
    loaded->input_rows.push_back(rows.begin);
    session_.commands.Load(source, loaded->inputs.back());
  }
}

absl::Status RowOp::LowerTiled() {
  ASSIGN_OR_RETURN(const TilePlan plan, FindPlan());
  for (const int input : tensor_inputs_) session_.residency.InDdr(node_.inputs[input]);
  const std::vector<TileSpec> tiles = Tiles(plan);

  PlacementRequest request;
  for (int i = 0; i < 2; ++i) {
    request.scratch_bytes.insert(request.scratch_bytes.end(), plan.input_bytes.begin(), plan.input_bytes.end());
    request.scratch_bytes.push_back(plan.output_bytes);
  }
  request.scratch_bytes.push_back(plan.constant_bytes);
  request.scratch_bytes.push_back(plan.scratch_bytes);
  if (plan.channels < output_view_.c) request.scratch_bytes.push_back(plan.constant_bytes);
  Placement placement;
  if (!session_.residency.Place(request, &placement)) return TooLarge("its tiles do not fit local memory");
  TileBuffers buffers;
  const size_t inputs = plan.input_bytes.size();
  for (size_t i = 0; i < 2; ++i) {
    const auto first = placement.scratch.begin() + i * (inputs + 1);
    buffers.inputs[i].assign(first, first + inputs);
    buffers.output[i] = *(first + inputs);
  }
  buffers.constants[0] = buffers.constants[1] = placement.scratch[2 * inputs + 2];
  buffers.scratch = placement.scratch[2 * inputs + 3];
  if (plan.channels < output_view_.c) buffers.constants[1] = placement.scratch[2 * inputs + 4];

  const uint64_t output_address = session_.residency.WrittenInDdr(node_.output);
  std::vector<LocalTensor> constants;
  const auto load = [&](size_t index) {
    const TileSpec& tile = tiles[index];
    RowTile loaded;
    if (index == 0 || tiles[index - 1].first_channel != tile.first_channel) {
      constants =
          LoadConstants(tile.first_channel, tile.channels, buffers.constants[tile.first_channel / plan.channels % 2]);
    }
    LoadTile(tile, buffers.inputs[index % 2], &loaded);
    loaded.constants = constants;
    loaded.output =
        LocalTensor::Aligned(buffers.output[index % 2], {1, tile.channels, tile.rows.count, output_view_.w});
    loaded.scratch = ScratchTensors(buffers.scratch, loaded.output.shape);
    return loaded;
  };
  RowTile next = load(0);
  for (size_t i = 0; i < tiles.size(); ++i) {
    const RowTile tile = std::move(next);
    if (i + 1 < tiles.size()) next = load(i + 1);
    RETURN_IF_ERROR(Compute(tile));
    DdrTensor target = DdrTensor::Contiguous(output_address, output_view_);
    target.address +=
        sizeof(float) * (uint64_t{tiles[i].batch} * target.stride.n + uint64_t{tile.first_channel} * target.stride.c +
                         uint64_t{tile.rows.begin} * target.stride.h);
    target.shape = tile.output.shape;
    session_.commands.Store(tile.output, target);
  }
  return absl::OkStatus();
}

}  // namespace bm::lowering
