#include "isa/schedule.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/checked_math.h"
#include "base/status_macros.h"
#include "isa/access.h"
#include "isa/bdc_ops.h"
#include "isa/layout.h"

namespace bm::isa {
namespace {

namespace cycles {
#define CYCLE(name, value, meaning) constexpr double name = value;
#include "isa/cycles.inc"
}  // namespace cycles

// Cycles per kernel tap of an int8 conv with few input channels: one row a stride, one column per four channels.
constexpr int kSmallIcColumns = 7;
struct SmallIcRow {
  int stride;
  double per_tap[kSmallIcColumns];
};
constexpr SmallIcRow kSmallIc[] = {
#define SMALL_IC(stride, ...) {stride, {__VA_ARGS__}},
#include "isa/cycles.inc"
};

constexpr uint64_t kEuPerLane = 16;      // fp32 results a cycle
constexpr uint64_t kByteEuPerLane = 64;  // int8 results a cycle of depthwise and FC

double Slots(uint32_t address, uint64_t channels) {
  return static_cast<double>(CeilDiv(LaneOf(address) + channels, kLanes));
}
double Ceil(uint64_t a, uint64_t b) { return static_cast<double>(CeilDiv(a, b)); }

// Steps of an elementwise operation: 16 elements of every lane at a time, `pack` batches in a word.
double Steps(const Dims4& shape, uint32_t result_address, int pack = 1) {
  return Ceil(shape.n, static_cast<uint64_t>(pack)) * Slots(result_address, shape.c) *
         Ceil(uint64_t{shape.h} * shape.w, kEuPerLane);
}

// The table's value at a stride: between its rows, and behind the last, on a straight line.
double SmallIcCycles(int column, int stride) {
  const SmallIcRow* low = &kSmallIc[0];
  const SmallIcRow* high = &kSmallIc[0];
  for (const SmallIcRow& row : kSmallIc) {
    low = high;
    high = &row;
    if (row.stride >= stride) break;
  }
  if (high->stride == stride) return high->per_tap[column];
  const double slope = (high->per_tap[column] - low->per_tap[column]) / (high->stride - low->stride);
  return low->per_tap[column] + slope * (stride - low->stride);
}

double CyclesOfOp(const Conv& op) {
  const int stride = std::min(op.window.stride_h, op.window.stride_w);
  const double positions = Slots(op.result.address, op.shape.c) * Ceil(uint64_t{op.shape.h} * op.shape.w, kEuPerLane);
  const double taps = double{1} * op.window.kernel_h * op.window.kernel_w;
  if (op.input.precision == Precision::kFp32) {
    const double per_tap = Ceil(op.input_c, 2) * std::max(1.0, (stride + 1.0) / op.input_c);
    const double bias = op.has_bias ? cycles::kConvFp32Bias : 0;
    return op.shape.n * positions * (cycles::kConvFp32Fixed + bias + taps * per_tap);
  }
  const auto column = static_cast<int>(CeilDiv(op.input_c, 4)) - 1;
  const double per_tap = column < kSmallIcColumns ? SmallIcCycles(column, stride) : column + 1.0;
  const double bias = op.has_bias ? cycles::kConvInt8Bias : 0;
  return Ceil(op.shape.n, 4) * positions * (cycles::kConvInt8Fixed + bias + taps * per_tap);
}

double DepthwiseCycles(const Dims4& shape, const Result& result, const Window& window, bool has_bias) {
  const int stride = std::min(window.stride_h, window.stride_w);
  const double bias = has_bias ? cycles::kDepthwiseBias : 0;
  const double slots = shape.n * Slots(result.address, shape.c);
  const uint64_t pixels = uint64_t{shape.h} * shape.w;
  const double kh = window.kernel_h, kw = window.kernel_w;
  if (result.precision == Precision::kFp32) {
    return slots * Ceil(pixels, kEuPerLane) * (kh + bias) * (kw * stride + kw - 1);
  }
  return slots * Ceil(pixels, kByteEuPerLane) * ((kh * kw + bias) * (stride + 1) - 1);
}

double CyclesOfOp(const Depthwise& op) { return DepthwiseCycles(op.shape, op.result, op.window, op.has_bias); }
double CyclesOfOp(const MaxPool& op) { return DepthwiseCycles(op.shape, op.result, op.window, false); }

double CyclesOfOp(const FullyConnected& op) {
  const uint64_t left_columns = uint64_t{op.left_c - 1} * op.left_w + op.left_last_w;
  const uint64_t rows = op.left_transposed ? left_columns : op.left_n;
  const uint64_t depth = op.left_transposed ? op.left_n : left_columns;
  const bool is_float = op.left.precision == Precision::kFp32;
  const double fixed = is_float ? cycles::kFcFp32Fixed : cycles::kFcInt8Fixed;
  return static_cast<double>(rows) * Slots(op.result.address, op.result_c) *
         Ceil(op.result_w, is_float ? kEuPerLane : kByteEuPerLane) *
         (static_cast<double>(depth) + fixed + (op.has_bias ? cycles::kFcBias : 0) +
          (op.add_result ? cycles::kFcAdd : 0));
}

// Tensor arithmetic per step, by EU; operations that are not listed take the default of their width.
struct EuCycles {
  Eu eu;
  double value;
};
constexpr EuCycles kWordCycles[] = {
    {Eu::kMac, cycles::kWordMac}, {Eu::kDiv, cycles::kWordDiv}, {Eu::kCopy, cycles::kCopy}};
constexpr EuCycles kByteCycles[] = {{Eu::kAdd, cycles::kByteWide}, {Eu::kSub, cycles::kByteWide},
                                    {Eu::kMax, cycles::kByteWide}, {Eu::kShift, cycles::kByteWide},
                                    {Eu::kMac, cycles::kByteMac},  {Eu::kCopy, cycles::kCopy}};
constexpr EuCycles kSpecialCycles[] = {{Eu::kRsqrt, cycles::kRsqrt}};

double Lookup(absl::Span<const EuCycles> rows, Eu eu, double otherwise) {
  const auto row = std::find_if(rows.begin(), rows.end(), [eu](const EuCycles& r) { return r.eu == eu; });
  return row == rows.end() ? otherwise : row->value;
}

double CyclesOfOp(const TensorArithmetic& op) {
  int widest = std::max(BytesOf(op.a.precision), BytesOf(op.result.precision));
  if (op.eu != Eu::kCopy) widest = std::max(widest, BytesOf(op.b.precision));
  const double steps = Steps(op.shape, op.result.address, 4 / widest);
  if (widest == 4) return steps * Lookup(kWordCycles, op.eu, cycles::kWordArithmetic);
  if (widest == 1) return steps * Lookup(kByteCycles, op.eu, cycles::kByteArithmetic);
  return steps * cycles::kHalfArithmetic;
}

double CyclesOfOp(const TableLookup& op) { return Steps(op.shape, op.result.address) * cycles::kLookup; }

double CyclesOfOp(const Scalar& op) {
  return Steps(op.shape, op.result.address) * (op.eu == Eu::kDiv ? cycles::kScalarDiv : cycles::kScalar);
}

double CyclesOfOp(const SpecialFunction& op) {
  const double per_step = op.eu == Eu::kTaylor ? cycles::kTaylorStep * op.table_length + cycles::kTaylorFixed
                                               : Lookup(kSpecialCycles, op.eu, cycles::kConvertOrNormalize);
  return Steps(op.shape, op.result.address) * per_step;
}

double CyclesOfOp(const Linear& op) { return Steps(op.shape, op.result.address) * cycles::kLinear; }

double CyclesOfOp(const Compare& op) {
  const uint32_t address = op.eu == Eu::kSelect ? op.result1 : op.result0;
  return Steps(op.shape, address) * (op.eu == Eu::kCompareSelect ? cycles::kCompareBoth : cycles::kCompare);
}

double CyclesOfOp(const VectorCombine& op) {
  return Steps(ShapeOf(op), op.result.address) * (op.eu == Eu::kDiv ? cycles::kVectorDiv : cycles::kVector);
}

// ---- GDMA ----

struct Traffic {
  double elements = 0;
  double bytes = 0;  // of the larger side
  double rows = 0;   // contiguous runs of the side that has more of them
  int system_sides = 0;
  bool is_scattered = false;
};

uint64_t RunsOf(const Region& region) {
  uint64_t runs = 1;
  for (int k = 0; k < region.rank; ++k) runs *= region.extents[k].count;
  if (region.is_local()) runs *= static_cast<uint64_t>(__builtin_popcountll(region.lanes));
  return runs;
}

Traffic TrafficOf(const GdmaCommand& command) {
  Traffic traffic;
  double source_rows = 0, target_rows = 0;
  for (const Access& access : AccessesOf(command)) {
    const auto runs = static_cast<double>(RunsOf(access.region));
    (access.is_write ? target_rows : source_rows) += runs;
    if (!access.region.is_local()) ++traffic.system_sides;
  }
  traffic.rows = std::max(source_rows, target_rows);
  if (command.is_flat) {
    traffic.elements = command.flat_count;
  } else if (command.is_matrix) {
    const GdmaSide& system = command.source.is_local ? command.target : command.source;
    traffic.elements = static_cast<double>(system.shape.Count());
  } else {
    traffic.elements = static_cast<double>(command.target.shape.Count());
  }
  const int element_bytes = std::max(BytesOf(command.source_format), BytesOf(command.target_format));
  traffic.bytes = traffic.elements * element_bytes;
  const auto steps_over = [](const GdmaSide& side) { return side.shape.w > 1 && side.stride.w != 1; };
  const bool is_plain = !command.is_flat && !command.is_matrix && command.function != GdmaFunction::kFilter;
  const bool reads = command.function != GdmaFunction::kFill;
  traffic.is_scattered =
      command.function == GdmaFunction::kTransposeCW ||
      (command.is_matrix && command.function == GdmaFunction::kTransposeNC) ||
      (is_plain && (steps_over(command.target) || (reads && steps_over(command.source)))) ||
      (command.function == GdmaFunction::kTransposeNC && command.target.shape.h * command.target.shape.w == 1);
  return traffic;
}

// Hostile sizes may ask for more than any counter holds; no real command or launch comes near the bound.
constexpr uint64_t kMostCycles = 1'000'000'000'000'000;

uint64_t RoundUp(double cycles) {
  return static_cast<uint64_t>(std::ceil(std::min(cycles, static_cast<double>(kMostCycles))));
}
uint64_t Add(uint64_t a, uint64_t b) { return std::min(a + b, kMostCycles); }

}  // namespace

uint64_t CyclesOf(const BdcCommand& command) {
  return RoundUp(cycles::kBdcIssue + std::visit([](const auto& op) { return CyclesOfOp(op); }, command.op));
}

uint64_t CyclesOf(const GdmaCommand& command) {
  const Traffic traffic = TrafficOf(command);
  const double ddr_cycles = traffic.bytes * traffic.system_sides * (kGdmaMegahertz * 1e6) / cycles::kDdrBytesPerSecond;
  const double rate = std::max(traffic.bytes / cycles::kGdmaBytesPerCycle, ddr_cycles);
  const double moving = traffic.is_scattered ? std::max(traffic.elements * cycles::kGdmaScattered, ddr_cycles)
                                             : traffic.rows * cycles::kGdmaRow + rate;
  return RoundUp((cycles::kGdmaFixed + moving) * kTpuMegahertz / kGdmaMegahertz);
}

namespace {

// The queue of one engine while it is played: when each command ended.
struct Queue {
  std::vector<TimedCommand>* timed;
  uint64_t free_at = 0;
  std::vector<uint64_t> ends;  // of this group, by position

  // When the command with `id` has ended; 0 where nothing is waited for.
  uint64_t EndOf(uint16_t id) const { return id == 0 ? 0 : ends[id - 1]; }
};

}  // namespace

absl::StatusOr<Schedule> EstimateSchedule(absl::Span<const CommandGroup> groups) {
  Schedule schedule;
  uint64_t now = RoundUp(cycles::kLaunchMicros * kTpuMegahertz);
  for (size_t g = 0; g < groups.size(); ++g) {
    const CommandGroup& group = groups[g];
    ASSIGN_OR_RETURN(const std::vector<ScheduledCommand> order, SequentialOrder(group));
    now = Add(now, RoundUp(cycles::kGroupMicros * kTpuMegahertz));
    Queue bdc{&schedule.bdc, now, {}};
    Queue gdma{&schedule.gdma, now, {}};
    for (const ScheduledCommand& next : order) {
      const bool is_bdc = next.engine == Engine::kBdc;
      Queue& own = is_bdc ? bdc : gdma;
      const uint64_t waited =
          is_bdc ? gdma.EndOf(group.bdc[next.index].wait_gdma) : bdc.EndOf(group.gdma[next.index].wait_bdc);
      const uint64_t duration = is_bdc ? CyclesOf(group.bdc[next.index]) : CyclesOf(group.gdma[next.index]);
      const uint64_t start = std::max(own.free_at, waited);
      own.free_at = Add(start, duration);
      own.ends.push_back(own.free_at);
      own.timed->push_back({static_cast<uint32_t>(g), next.index, start, own.free_at});
      schedule.busy_cycles[static_cast<int>(next.engine)] += own.free_at - start;
    }
    now = std::max(bdc.free_at, gdma.free_at);
  }
  schedule.cycles = now;
  return schedule;
}

std::string ChromeTrace(absl::Span<const CommandGroup> groups, const Schedule& schedule) {
  std::string json = R"({"displayTimeUnit":"ns","traceEvents":[)";
  constexpr const char* kTracks[] = {"BDC", "GDMA"};
  for (int track = 0; track < 2; ++track) {
    absl::StrAppendFormat(&json, R"({"ph":"M","name":"thread_name","pid":0,"tid":%d,"args":{"name":"%s"}})", track,
                          kTracks[track]);
    if (track == 0) json += ",\n";
  }
  const auto add = [&json](int track, const TimedCommand& timed, const std::string& name, const std::string& line) {
    absl::StrAppendFormat(&json,
                          ",\n"
                          R"({"ph":"X","pid":0,"tid":%d,"ts":%.3f,"dur":%.3f,"name":"%s","args":{"group":%d,)"
                          R"("command":"%s"}})",
                          track, MicrosOf(timed.start), MicrosOf(timed.end - timed.start), name, timed.group, line);
  };
  for (const TimedCommand& timed : schedule.bdc) {
    const BdcCommand& command = groups[timed.group].bdc[timed.index];
    add(0, timed, Mnemonic(command.op), Disassemble(command));
  }
  for (const TimedCommand& timed : schedule.gdma) {
    const GdmaCommand& command = groups[timed.group].gdma[timed.index];
    add(1, timed, Mnemonic(command), Disassemble(command));
  }
  json += "]}\n";
  return json;
}

}  // namespace bm::isa
