#include "isa/access.h"

#include <algorithm>
#include <utility>

#include "base/checked_math.h"

namespace bm::isa {
namespace {

constexpr uint64_t kAllLanes = ~uint64_t{0};
constexpr bool kRead = false, kWrite = true;

// The lanes [first, first + count), which end at lane 63 at the latest.
uint64_t LaneRange(uint64_t first, uint64_t count) {
  return (count >= kLanes ? kAllLanes : (uint64_t{1} << count) - 1) << first;
}

// Where a tensor starts. Offsets are 64 bits wide: hostile commands may point far beyond a lane.
struct Place {
  uint64_t lane;
  uint64_t offset;
};
Place PlaceOf(uint64_t address) { return {address / kLaneBytes, address % kLaneBytes}; }

uint64_t SlotsAt(const Place& place, uint64_t channels) { return CeilDiv(place.lane + channels, kLanes); }

// Strides in words of 32 bits (of weights: in their units).
struct WordStride {
  uint64_t n, c, h, w;
};
WordStride AlignedWords(const Place& place, const Dims4& shape) {
  const uint64_t slot = AlignUp(uint64_t{shape.h} * shape.w, kAlignWords);
  return {slot * SlotsAt(place, shape.c), slot, shape.w, 1};
}
WordStride WordsOf(const Layout& layout, const Place& place, const Dims4& shape) {
  if (layout.kind == Layout::Kind::kAligned) return AlignedWords(place, shape);
  return {layout.stride.n, layout.stride.c, layout.stride.h, layout.stride.w};
}

// Collects the regions of one command.
class Accesses {
 public:
  void System(bool is_write, const char* operand, uint64_t address, uint64_t run_bytes,
              const std::array<Region::Extent, 4>& extents) {
    Add(is_write, operand, MakeRegion(0, address, run_bytes, extents));
  }

  void Table(uint32_t offset, uint64_t bytes) { System(kRead, "table", kL2Base + offset, bytes, {}); }

  // One run a channel: channel c in lane lane0 + c, `slot_bytes` from a lane's channel to its next. `inner` repeats it.
  void Channels(bool is_write, const char* operand, const Place& place, uint64_t channels, uint64_t slot_bytes,
                uint64_t run_bytes, const std::array<Region::Extent, 3>& inner, uint64_t lane_mask = kAllLanes) {
    const uint64_t end = place.lane + channels;
    const auto add = [&](uint64_t lanes, uint64_t first_slot, uint64_t slots) {
      if ((lanes & lane_mask) == 0 || slots == 0) return;
      Add(is_write, operand,
          MakeRegion(lanes & lane_mask, place.offset + first_slot * slot_bytes, run_bytes,
                     {{{slots, slot_bytes}, inner[0], inner[1], inner[2]}}));
    };
    const uint64_t first_full = place.lane == 0 ? 0 : 1;
    if (first_full == 1) add(LaneRange(place.lane, std::min(channels, kLanes - place.lane)), 0, 1);
    if (end / kLanes > first_full) add(kAllLanes, first_full, end / kLanes - first_full);
    if (end / kLanes >= first_full && end % kLanes > 0) add(LaneRange(0, end % kLanes), end / kLanes, 1);
  }

  // A tensor of packed words.
  void Tensor(bool is_write, const char* operand, const Place& place, Precision precision, const Dims4& shape,
              const WordStride& stride) {
    const uint64_t pack = static_cast<uint64_t>(PackOf(precision));
    const uint64_t words = shape.n / pack;
    const auto add = [&](uint64_t first_word, uint64_t word_count, uint64_t run_bytes) {
      if (word_count == 0) return;
      Channels(is_write, operand, {place.lane, place.offset + 4 * first_word * stride.n}, shape.c, 4 * stride.c,
               run_bytes, {{{word_count, 4 * stride.n}, {shape.h, 4 * stride.h}, {shape.w, 4 * stride.w}}});
    };
    add(0, words, 4);
    // The bytes of batches behind the last are left alone.
    if (shape.n % pack != 0) add(words, 1, shape.n % pack * static_cast<uint64_t>(BytesOf(precision)));
  }

  // An aligned tensor of 32-bit words.
  void AlignedWordTensor(bool is_write, const char* operand, uint64_t address, const Dims4& shape) {
    const Place place = PlaceOf(address);
    Tensor(is_write, operand, place, Precision::kFp32, shape, AlignedWords(place, shape));
  }

  // A tensor operand of `shape`, aligned or with strides of its own.
  void Read(const char* operand, const Operand& tensor, Dims4 shape) {
    if (tensor.is_constant) return;
    if (tensor.batch_is_one) shape.n = 1;
    const Place place = PlaceOf(tensor.address);
    Tensor(kRead, operand, place, tensor.precision, shape, WordsOf(tensor.layout, place, shape));
  }

  // A result of `shape`, read too where the command accumulates.
  void Write(const Result& result, const Dims4& shape, bool accumulates) {
    const Place place = PlaceOf(result.address);
    const WordStride stride = WordsOf(result.layout, place, shape);
    if (accumulates) Tensor(kRead, "result", place, result.precision, shape, stride);
    Tensor(kWrite, "result", place, result.precision, shape, stride);
  }

  // One element per channel, one after the other in a lane.
  void Vector(const char* operand, const Operand& vector, uint64_t channels) {
    if (vector.is_constant) return;
    const auto bytes = static_cast<uint64_t>(BytesOf(vector.precision));
    Channels(kRead, operand, PlaceOf(vector.address), channels, bytes, bytes, {});
  }

  // Rows of `columns` elements spread over lanes, `width` a lane, fewer in the last.
  void SpreadColumns(bool is_write, const char* operand, const Place& place, uint64_t element_bytes,
                     const Region::Extent& rows, uint64_t columns, uint64_t width, uint64_t column_bytes,
                     uint64_t slot_bytes, uint64_t lane_mask = kAllLanes) {
    if (width == 0) return;
    const uint64_t full_lanes = columns / width;
    Channels(is_write, operand, place, full_lanes, slot_bytes, element_bytes, {{rows, {width, column_bytes}, {}}},
             lane_mask);
    const uint64_t last = place.lane + full_lanes;
    const uint64_t last_lane = LaneRange(last % kLanes, 1) & lane_mask;
    if (last_lane == 0) return;
    Add(is_write, operand,
        MakeRegion(last_lane, place.offset + last / kLanes * slot_bytes, element_bytes,
                   {{rows, {columns % width, column_bytes}, {}, {}}}));
  }

  // A matrix as the FC unit reads it (docs/isa.md 2.1): `width` columns a lane.
  void Matrix(bool is_write, const char* operand, uint32_t address, int element_bytes, uint64_t rows, uint64_t columns,
              uint64_t width) {
    const auto bytes = static_cast<uint64_t>(element_bytes);
    const uint64_t slot_bytes = AlignUp(width * bytes, kAlignBytes);
    const Place place = PlaceOf(address);
    const uint64_t row_bytes = slot_bytes * SlotsAt(place, CeilDiv(columns, width));
    SpreadColumns(is_write, operand, place, bytes, {rows, row_bytes}, columns, width, bytes, slot_bytes);
  }

  // The local side of a GDMA transfer; `stride` counts elements.
  void LocalSide(bool is_write, const char* operand, const GdmaSide& side, int element_bytes, uint64_t lane_mask) {
    const auto bytes = static_cast<uint64_t>(element_bytes);
    Channels(is_write, operand, PlaceOf(side.address), side.shape.c, bytes * side.stride.c, bytes,
             {{{side.shape.n, bytes * side.stride.n},
               {side.shape.h, bytes * side.stride.h},
               {side.shape.w, bytes * side.stride.w}}},
             lane_mask);
  }

  void SystemSide(bool is_write, const char* operand, const GdmaSide& side, int element_bytes) {
    const auto bytes = static_cast<uint64_t>(element_bytes);
    System(is_write, operand, side.address, bytes,
           {{{side.shape.n, bytes * side.stride.n},
             {side.shape.c, bytes * side.stride.c},
             {side.shape.h, bytes * side.stride.h},
             {side.shape.w, bytes * side.stride.w}}});
  }

  // `bytes` one after the other; in local memory within the lane of the address.
  void Flat(bool is_write, const char* operand, const GdmaSide& side, uint64_t bytes) {
    if (side.is_local) {
      Add(is_write, operand,
          MakeRegion(LaneRange(PlaceOf(side.address).lane, 1), PlaceOf(side.address).offset, bytes, {}));
    } else {
      System(is_write, operand, side.address, bytes, {});
    }
  }

  std::vector<Access> Take() { return std::move(accesses_); }

 private:
  void Add(bool is_write, const char* operand, const Region& region) {
    if (region.run_bytes > 0) accesses_.push_back({is_write, operand, region});
  }

  std::vector<Access> accesses_;
};

// ---- BDC (docs/isa.md 2.3, 3.2) ----

void Collect(const Conv& op, Accesses* accesses) {
  accesses->Read("input", op.input, {op.shape.n, op.input_c, op.input_h, op.input_w});
  if (!op.weight.is_constant) {
    const bool is_float = op.input.precision == Precision::kFp32;
    const uint64_t units = CeilDiv(op.input_c, is_float ? 2 : 4);
    const uint64_t unit_bytes = is_float ? 8 : 4;
    const uint64_t taps = uint64_t{op.window.kernel_h} * op.window.kernel_w;
    const Dims4& given = op.weight.layout.stride;
    const WordStride stride = op.weight.layout.kind == Layout::Kind::kStrided
                                  ? WordStride{given.n, given.c, given.h, given.w}
                                  : WordStride{taps, taps * units, op.window.kernel_w, 1};
    accesses->Channels(kRead, "weight", PlaceOf(op.weight.address), op.shape.c, unit_bytes * stride.c, unit_bytes,
                       {{{units, unit_bytes * stride.n},
                         {op.window.kernel_h, unit_bytes * stride.h},
                         {op.window.kernel_w, unit_bytes * stride.w}}});
  }
  if (op.has_bias) accesses->Vector("bias", op.bias, op.shape.c);
  accesses->Write(op.result, op.shape, op.add_result);
}

void Collect(const Depthwise& op, Accesses* accesses) {
  accesses->Read("input", op.input, {op.shape.n, op.shape.c, op.input_h, op.input_w});
  if (!op.weight.is_constant) {
    const uint64_t taps_bytes = uint64_t{op.window.kernel_h} * op.window.kernel_w * BytesOf(op.weight.precision);
    accesses->Channels(kRead, "weight", PlaceOf(op.weight.address), op.shape.c, taps_bytes, taps_bytes, {});
  }
  if (op.has_bias) accesses->Vector("bias", op.bias, op.shape.c);
  accesses->Write(op.result, op.shape, false);
}

void Collect(const MaxPool& op, Accesses* accesses) {
  accesses->Read("input", op.input, {op.shape.n, op.shape.c, op.input_h, op.input_w});
  accesses->Write(op.result, op.shape, false);
}

void Collect(const FullyConnected& op, Accesses* accesses) {
  const uint64_t left_columns = uint64_t{op.left_c - 1} * op.left_w + op.left_last_w;
  const uint64_t depth = op.left_transposed ? op.left_n : left_columns;
  const uint64_t rows = op.left_transposed ? left_columns : op.left_n;
  if (!op.left.is_constant) {
    accesses->Matrix(kRead, "left", op.left.address, BytesOf(op.left.precision), op.left_n, left_columns, op.left_w);
  }
  const auto columns = [&](bool is_write, const char* operand, uint32_t address, Precision precision, uint64_t count) {
    accesses->Matrix(is_write, operand, address, BytesOf(precision), count, uint64_t{op.result_c} * op.result_w,
                     op.result_w);
  };
  columns(kRead, "right", op.right.address, op.right.precision, depth);
  if (op.has_bias) columns(kRead, "bias", op.bias.address, op.bias.precision, 1);
  if (op.add_result) columns(kRead, "result", op.result.address, op.result.precision, rows);
  columns(kWrite, "result", op.result.address, op.result.precision, rows);
}

void Collect(const TensorArithmetic& op, Accesses* accesses) {
  accesses->Read("a", op.a, op.shape);
  if (op.eu != Eu::kCopy) accesses->Read("b", op.b, op.shape);
  accesses->Write(op.result, op.shape, op.eu == Eu::kMac);
}

void Collect(const TableLookup& op, Accesses* accesses) {
  constexpr uint64_t kTableBytes = 256 * 4;
  if (op.index.precision == Precision::kInt8) {
    const uint64_t pixels = uint64_t{op.shape.h} * op.shape.w;
    const uint64_t slot_bytes = AlignUp(pixels, kAlignBytes);
    const Place place = PlaceOf(op.index.address);
    accesses->Channels(kRead, "index", place, op.shape.c, slot_bytes, pixels,
                       {{{op.shape.n, slot_bytes * SlotsAt(place, op.shape.c)}, {}, {}}});
  } else {
    accesses->Read("index", op.index, op.shape);
  }
  accesses->Table(op.table_offset, kTableBytes);
  accesses->Write(op.result, op.shape, false);
}

void Collect(const Scalar& op, Accesses* accesses) {
  accesses->Read("a", op.a, op.shape);
  accesses->Read("b", op.b, op.shape);
  accesses->Write(op.result, op.shape, op.add_result);
}

void Collect(const SpecialFunction& op, Accesses* accesses) {
  accesses->Read("a", op.a, op.shape);
  if (op.eu == Eu::kTaylor) accesses->Table(op.table_offset, uint64_t{4} * op.table_length);
  accesses->Write(op.result, op.shape, false);
}

void Collect(const Linear& op, Accesses* accesses) {
  accesses->Read("a", op.a, op.shape);
  accesses->Vector("b", op.b, op.shape.c);
  if (op.eu == Eu::kMac) accesses->Vector("s", op.s, op.shape.c);
  accesses->Write(op.result, op.shape, op.add_result);
}

void Collect(const Compare& op, Accesses* accesses) {
  accesses->Read("a", op.a, op.shape);
  accesses->Read("b", op.b, op.shape);
  if (op.eu != Eu::kCompare) {
    accesses->Read("c", op.c, op.shape);
    accesses->Read("d", op.d, op.shape);
    accesses->AlignedWordTensor(kWrite, "result1", op.result1, op.shape);
  }
  if (op.eu != Eu::kSelect) accesses->AlignedWordTensor(kWrite, "result0", op.result0, op.shape);
}

void Collect(const VectorCombine& op, Accesses* accesses) {
  const uint32_t rows = (op.left_c - 1) * op.left_w + op.left_last_w;
  accesses->Matrix(kRead, "left", op.left.address, 4, 1, rows, op.left_w);
  accesses->Read("right", op.right, {1, op.right_c, 1, op.right_w});
  accesses->Write(op.result, {rows, op.right_c, 1, op.right_w}, false);
}

// ---- GDMA (docs/isa.md 4.2) ----

// One side of a transfer: `add(is_write, operand)` collects its regions.
template <typename Add>
void CollectSource(const GdmaCommand& command, const Add& add) {
  if (command.function != GdmaFunction::kFill) add(kRead, "source");
}
template <typename Add>
void CollectTarget(const GdmaCommand& command, const Add& add) {
  if (command.accumulate) add(kRead, "target");
  add(kWrite, "target");
}

void CollectFlat(const GdmaCommand& command, Accesses* accesses) {
  const uint64_t bytes = uint64_t{command.flat_count} * BytesOf(command.source_format);
  CollectSource(command,
                [&](bool is_write, const char* operand) { accesses->Flat(is_write, operand, command.source, bytes); });
  CollectTarget(command,
                [&](bool is_write, const char* operand) { accesses->Flat(is_write, operand, command.target, bytes); });
}

// The system side is rows x columns; the local side spreads the columns over lanes, its own W a lane.
void CollectMatrix(const GdmaCommand& command, Accesses* accesses) {
  const bool is_load = command.direction == Direction::kSystemToLocal;
  const GdmaSide& system = is_load ? command.source : command.target;
  const GdmaSide& local = is_load ? command.target : command.source;
  const bool is_transposed = command.function == GdmaFunction::kTransposeNC;
  const uint64_t rows = is_transposed ? system.shape.w : system.shape.h;
  const uint64_t columns = is_transposed ? system.shape.h : system.shape.w;
  const auto bytes = static_cast<uint64_t>(BytesOf(command.source_format));
  const auto add_system = [&](bool is_write, const char* operand) {
    accesses->System(is_write, operand, system.address, bytes,
                     {{{system.shape.h, bytes * system.stride.h}, {system.shape.w, bytes}, {}, {}}});
  };
  const auto add_local = [&](bool is_write, const char* operand) {
    accesses->SpreadColumns(is_write, operand, PlaceOf(local.address), bytes, {rows, bytes * local.stride.n}, columns,
                            local.shape.w, bytes * local.stride.w, bytes * local.stride.c,
                            is_load ? command.lane_mask : kAllLanes);
  };
  if (is_load) {
    CollectSource(command, add_system);
    CollectTarget(command, add_local);
  } else {
    CollectSource(command, add_local);
    CollectTarget(command, add_system);
  }
}

// Source words whose mask word is not zero are written one after the other: at most all of them.
void CollectFilter(const GdmaCommand& command, Accesses* accesses) {
  const Dims4& shape = command.source.shape;
  accesses->AlignedWordTensor(kRead, "source", command.source.address, shape);
  accesses->AlignedWordTensor(kRead, "mask", command.mask_address, shape);
  CollectTarget(command, [&](bool is_write, const char* operand) {
    accesses->Flat(is_write, operand, command.target, 4 * shape.Count());
  });
}

void CollectStrided(const GdmaCommand& command, Accesses* accesses) {
  const auto side = [&](const GdmaSide& tensor, DataFormat format, uint64_t lane_mask) {
    return [=, &tensor](bool is_write, const char* operand) {
      if (tensor.is_local) {
        accesses->LocalSide(is_write, operand, tensor, BytesOf(format), lane_mask);
      } else {
        accesses->SystemSide(is_write, operand, tensor, BytesOf(format));
      }
    };
  };
  const bool converts = command.function == GdmaFunction::kConvert;
  CollectSource(command, side(command.source, command.source_format, kAllLanes));
  CollectTarget(command,
                side(command.target, converts ? command.target_format : command.source_format, command.lane_mask));
}

}  // namespace

std::vector<Access> AccessesOf(const BdcCommand& command) {
  Accesses accesses;
  std::visit([&](const auto& op) { Collect(op, &accesses); }, command.op);
  return accesses.Take();
}

std::vector<Access> AccessesOf(const GdmaCommand& command) {
  Accesses accesses;
  if (command.is_flat) {
    CollectFlat(command, &accesses);
  } else if (command.is_matrix) {
    CollectMatrix(command, &accesses);
  } else if (command.function == GdmaFunction::kFilter) {
    CollectFilter(command, &accesses);
  } else {
    CollectStrided(command, &accesses);
  }
  return accesses.Take();
}

absl::Status CheckLane(const Access& access) {
  if (!access.region.is_local() || access.region.end() <= kLaneBytes) return absl::OkStatus();
  return absl::OutOfRangeError(
      absl::StrCat(Describe(access), ", behind the ", kLaneBytes, " bytes of a lane of local memory"));
}

std::string Describe(const Access& access) {
  return absl::StrCat(access.is_write ? "writes " : "reads ", access.operand, " ", Describe(access.region));
}

}  // namespace bm::isa
