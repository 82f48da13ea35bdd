#include "bmcompiler/lowering/row_op.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/check.h"
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

// The positions of a span that hold elements: element `source` + i * source_step at position `local` + i * local_step.
struct Interior {
  uint32_t count = 0;
  uint32_t source = 0, source_step = 1;
  uint32_t local = 0, local_step = 1;
};

Interior InteriorOf(const InputSpan& span, uint32_t extent) {
  BM_CHECK(span.step == 1 || span.pitch == 1, "a span that skips positions of an input with gaps");
  const int64_t pitch = span.pitch;
  // Element i lies at index (i * pitch - begin) / step of the span.
  int64_t first = span.begin <= 0 ? 0 : static_cast<int64_t>(CeilDiv(span.begin, pitch));
  if (span.step > 1 && span.begin < 0) first = (span.begin % span.step + span.step) % span.step;
  const int64_t last_position = span.begin + int64_t{span.count - 1} * span.step;
  if (last_position < 0) return {};
  const int64_t last = std::min<int64_t>(last_position / pitch, int64_t{extent} - 1);
  if (last < first) return {};
  Interior interior;
  interior.count = static_cast<uint32_t>((last - first) / span.step + 1);
  interior.source = static_cast<uint32_t>(first);
  interior.source_step = span.step;
  interior.local = static_cast<uint32_t>((first * pitch - span.begin) / span.step);
  interior.local_step = span.pitch;
  return interior;
}

// The most positions that a span of any block of `block` result positions covers.
template <typename SpanOf>
uint32_t LargestSpan(uint32_t extent, uint32_t block, SpanOf span_of) {
  uint32_t largest = 0;
  for (uint32_t first = 0; first < extent; first += block) {
    largest = std::max(largest, span_of(Range{first, std::min(block, extent - first)}).count);
  }
  return largest;
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
  if (!prepared_.has_value()) prepared_ = Prepare();
  return *prepared_;
}

const std::vector<PackedConstant>& RowOp::Packed(uint32_t piece) {
  packed_.resize(pieces());
  if (!packed_[piece].has_value()) packed_[piece] = Pack(piece);
  return *packed_[piece];
}

std::vector<PackedConstant> RowOp::Constants() {
  if (!PrepareOnce().ok() || output_view_.c > kMaxChannelBlock || pieces() > 1) return {};
  if (ConstantBytes(output_view_.c) > isa::kLaneBytes / 2) return {};
  return Packed(0);
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
  uint64_t largest = 0;
  for (uint32_t piece = 0; piece < pieces(); ++piece) {
    uint64_t bytes = 0;
    for (const PackedConstant& constant : Packed(piece)) {
      bytes += AlignUp(constant.Channels(0, channels).bytes_per_lane(), isa::kAlignBytes);
    }
    largest = std::max(largest, bytes);
  }
  return largest;
}

std::vector<LocalTensor> RowOp::LoadConstants(Range channels, uint32_t piece, uint32_t offset) {
  std::vector<LocalTensor> loaded;
  for (const PackedConstant& constant : Packed(piece)) {
    const PackedConstant part = constant.Channels(channels.begin, channels.count);
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

// Whether the operands as they are can be loaded and named by one command each.
bool RowOp::FitsTransfers() const {
  const auto fits = [this](const Dims4& view) {
    return view.n <= kMaxExtent && view.c <= kMaxExtent && view.h <= MaxExtent() && view.w <= MaxExtent();
  };
  return pieces() == 1 && FitsWhole() && fits(output_view_) &&
         std::all_of(input_views_.begin(), input_views_.end(), fits);
}

absl::StatusOr<bool> RowOp::LowerWhole() {
  if (output_view_.c > kMaxChannels || !FitsTransfers()) return false;
  PlacementRequest request;
  for (size_t i = 0; i < tensor_inputs_.size(); ++i) {
    request.inputs.push_back({node_.inputs[tensor_inputs_[i]], input_views_[i]});
  }
  request.output = ViewedValue{node_.output, output_view_};
  request.in_place_input = InPlaceInput();
  request.constants = Packed(0);
  if (scratch_tensors() > 0) request.scratch_bytes = {ScratchBytes(output_view_)};
  Placement placement;
  if (!session_.residency.Place(request, &placement)) return false;

  RowTile tile;
  tile.rows = {0, output_view_.h};
  tile.columns = {0, output_view_.w};
  tile.inputs = placement.inputs;
  tile.origins.resize(tile.inputs.size());
  tile.output = placement.output;
  tile.constants = placement.constants;
  if (scratch_tensors() > 0) tile.scratch = ScratchTensors(placement.scratch[0], output_view_);
  RETURN_IF_ERROR(Compute(tile));
  return true;
}

absl::StatusOr<bool> RowOp::LowerStreamed() {
  if (!CanSplitChannels() || !FitsTransfers()) return false;
  if (Packed(0).empty() && output_view_.c <= kMaxChannels) return false;
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
    return LoadConstants({first, count}, 0, placement.scratch[first / block % 2]);
  };
  std::vector<LocalTensor> next = load(0);
  for (uint32_t first = 0; first < output_view_.c; first += block) {
    RowTile tile;
    tile.first_channel = first;
    tile.rows = {0, output_view_.h};
    tile.columns = {0, output_view_.w};
    tile.origins.resize(tensor_inputs_.size());
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

RowOp::TilePlan RowOp::Measure(uint32_t channels, uint32_t rows, uint32_t columns) {
  TilePlan plan;
  plan.channels = channels;
  plan.rows = rows;
  plan.columns = columns;
  plan.fits = rows <= MaxExtent() && columns <= MaxExtent();
  plan.input_bytes.assign(input_views_.size(), 0);
  for (int i = 0; i < static_cast<int>(input_views_.size()); ++i) {
    for (uint32_t piece = 0; piece < pieces(); ++piece) {
      Dims4 shape{1, 1, 1, 1};
      shape.c = LargestSpan(output_view_.c, channels, [&](Range block) { return InputChannels(i, block, piece); });
      shape.h = LargestSpan(output_view_.h, rows, [&](Range block) { return InputRows(i, block, piece); });
      shape.w = LargestSpan(output_view_.w, columns, [&](Range block) { return InputColumns(i, block, piece); });
      plan.input_bytes[i] = std::max(plan.input_bytes[i], BytesPerLane(shape));
      plan.fits = plan.fits && shape.c <= kMaxExtent && shape.h <= MaxExtent() && shape.w <= MaxExtent();
    }
  }
  plan.output_bytes = BytesPerLane({1, channels, rows, columns});
  plan.scratch_bytes = ScratchBytes({1, channels, rows, columns});
  plan.constant_bytes = ConstantBytes(channels);
  const int constant_buffers = channels < output_view_.c || pieces() > 1 ? 2 : 1;
  plan.total_bytes = 2 * plan.output_bytes + plan.scratch_bytes + constant_buffers * plan.constant_bytes;
  for (const uint64_t bytes : plan.input_bytes) plan.total_bytes += 2 * bytes;
  plan.fits = plan.fits && plan.total_bytes <= kTileBytes;
  return plan;
}

// As many rows as fit; at least the fewest that a tile has, whether they fit or not.
RowOp::TilePlan RowOp::LargestPlan(uint32_t channels, uint32_t columns) {
  uint32_t low = CanSplitRows() ? 1 : output_view_.h, high = MostTileRows();
  TilePlan plan = Measure(channels, low, columns);
  if (!plan.fits) return plan;
  while (low < high) {
    const uint32_t middle = low + (high - low + 1) / 2;
    TilePlan larger = Measure(channels, middle, columns);
    if (larger.fits) {
      low = middle;
      plan = std::move(larger);
    } else {
      high = middle - 1;
    }
  }
  return plan;
}

absl::StatusOr<RowOp::TilePlan> RowOp::FindPlan() {
  TilePlan plan;
  while (true) {
    for (uint32_t columns = MostTileColumns(); columns > 0; columns = columns > 1 ? (columns + 1) / 2 : 0) {
      for (uint32_t channels = CanSplitChannels() ? std::min(output_view_.c, kMaxChannelBlock) : output_view_.c;
           channels > 0; channels = CanSplitChannels() ? NextSmallerBlock(channels) : 0) {
        plan = LargestPlan(channels, columns);
        if (plan.fits) return plan;
      }
      // Any view: rows of another one are narrower.
      if (any_view_ || !CanSplitColumns()) break;
    }
    if (!ShrinkPieces()) break;
    packed_.clear();
  }
  return TooLarge(absl::StrCat("its smallest tile needs ", plan.total_bytes, " bytes of a lane, which has ", kTileBytes,
                               "; make rows narrower or channels fewer"));
}

std::vector<RowOp::TileSpec> RowOp::Tiles(const TilePlan& plan) const {
  std::vector<TileSpec> tiles;
  const auto block = [](uint32_t begin, uint32_t size, uint32_t extent) {
    return Range{begin, std::min(size, extent - begin)};
  };
  for (uint32_t channel = 0; channel < output_view_.c; channel += plan.channels) {
    for (uint32_t batch = 0; batch < output_view_.n; ++batch) {
      for (uint32_t row = 0; row < output_view_.h; row += plan.rows) {
        for (uint32_t column = 0; column < output_view_.w; column += plan.columns) {
          tiles.push_back({batch, block(channel, plan.channels, output_view_.c), block(row, plan.rows, output_view_.h),
                           block(column, plan.columns, output_view_.w)});
        }
      }
    }
  }
  return tiles;
}

// The operands of a tile's piece with their borders.
void RowOp::LoadInputs(const TileSpec& tile, const std::vector<uint32_t>& offsets, RowTile* loaded) {
  for (int i = 0; i < static_cast<int>(input_views_.size()); ++i) {
    const Dims4& view = input_views_[i];
    const InputSpan rows = InputRows(i, tile.rows, loaded->piece);
    const InputSpan columns = InputColumns(i, tile.columns, loaded->piece);
    const Range channels = InputChannels(i, tile.channels, loaded->piece);
    const Interior inner_rows = InteriorOf(rows, view.h);
    const Interior inner_columns = InteriorOf(columns, view.w);
    const LocalTensor local = LocalTensor::Aligned(offsets[i], {1, channels.count, rows.count, columns.count});
    loaded->inputs.push_back(local);
    loaded->origins.push_back({channels.begin, rows.begin, columns.begin});
    if (inner_rows.count < rows.count || inner_columns.count < columns.count) {
      session_.commands.Fill(local, BorderValue());
    }
    if (inner_rows.count == 0 || inner_columns.count == 0) continue;
    DdrTensor source = DdrTensor::Contiguous(session_.residency.InDdr(node_.inputs[tensor_inputs_[i]]), view);
    source.address +=
        sizeof(float) * (uint64_t{tile.batch} * source.stride.n + uint64_t{channels.begin} * source.stride.c +
                         uint64_t{inner_rows.source} * source.stride.h + inner_columns.source);
    source.shape = {1, channels.count, inner_rows.count, inner_columns.count};
    source.stride.h *= inner_rows.source_step;
    source.stride.w *= inner_columns.source_step;
    LocalTensor target =
        local.Rows(inner_rows.local, inner_rows.count).Columns(inner_columns.local, inner_columns.count);
    target.stride.h *= inner_rows.local_step;
    target.stride.w *= inner_columns.local_step;
    session_.commands.Load(source, target);
  }
}

void RowOp::StoreTile(const TileSpec& tile, const LocalTensor& output) {
  DdrTensor target = DdrTensor::Contiguous(session_.residency.WrittenInDdr(node_.output), output_view_);
  target.address +=
      sizeof(float) * (uint64_t{tile.batch} * target.stride.n + uint64_t{tile.channels.begin} * target.stride.c +
                       uint64_t{tile.rows.begin} * target.stride.h + tile.columns.begin);
  target.shape = output.shape;
  session_.commands.Store(output, target);
}

absl::StatusOr<RowOp::TileBuffers> RowOp::PlaceBuffers(const TilePlan& plan) {
  PlacementRequest request;
  for (int i = 0; i < 2; ++i) {
    request.scratch_bytes.insert(request.scratch_bytes.end(), plan.input_bytes.begin(), plan.input_bytes.end());
    request.scratch_bytes.push_back(plan.output_bytes);
  }
  request.scratch_bytes.push_back(plan.constant_bytes);
  request.scratch_bytes.push_back(plan.scratch_bytes);
  const bool changes_constants = plan.channels < output_view_.c || pieces() > 1;
  if (changes_constants) request.scratch_bytes.push_back(plan.constant_bytes);
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
  if (changes_constants) buffers.constants[1] = placement.scratch[2 * inputs + 4];
  return buffers;
}

absl::Status RowOp::LowerTiled() {
  ASSIGN_OR_RETURN(const TilePlan plan, FindPlan());
  for (const int input : tensor_inputs_) session_.residency.InDdr(node_.inputs[input]);
  ASSIGN_OR_RETURN(const TileBuffers buffers, PlaceBuffers(plan));
  const std::vector<TileSpec> tiles = Tiles(plan);

  std::vector<LocalTensor> constants;
  size_t constant_loads = 0;
  const auto load = [&](size_t step) {  // a step: one piece of one tile
    const size_t index = step / pieces();
    const TileSpec& tile = tiles[index];
    RowTile loaded;
    loaded.first_batch = tile.batch;
    loaded.first_channel = tile.channels.begin;
    loaded.rows = tile.rows;
    loaded.columns = tile.columns;
    loaded.piece = static_cast<uint32_t>(step % pieces());
    if (step == 0 || pieces() > 1 || tiles[index - 1].channels.begin != tile.channels.begin) {
      constants = LoadConstants(tile.channels, loaded.piece, buffers.constants[constant_loads++ % 2]);
    }
    LoadInputs(tile, buffers.inputs[step % 2], &loaded);
    loaded.constants = constants;
    loaded.output =
        LocalTensor::Aligned(buffers.output[index % 2], {1, tile.channels.count, tile.rows.count, tile.columns.count});
    loaded.scratch = ScratchTensors(buffers.scratch, loaded.output.shape);
    return loaded;
  };
  RowTile next = load(0);
  for (size_t step = 0; step < tiles.size() * pieces(); ++step) {
    const RowTile tile = std::move(next);
    if (step + 1 < tiles.size() * pieces()) next = load(step + 1);
    RETURN_IF_ERROR(Compute(tile));
    if (tile.piece + 1 == pieces()) StoreTile(tiles[step / pieces()], tile.output);
  }
  return absl::OkStatus();
}

}  // namespace bm::lowering
