#include "isa/gdma.h"

#include <algorithm>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "base/checked_math.h"
#include "base/status_macros.h"
#include "isa/fields.h"

namespace bm::isa {
namespace {

using F = GdmaField;

constexpr uint32_t kLocalMask = kLocalBytes - 1;

absl::Status Refuse(F field, uint64_t value, const char* why) {
  return absl::UnimplementedError(
      absl::StrCat("field ", kGdmaFields[static_cast<int>(field)].name, " = ", value, ": ", why));
}

bool SourceIsLocal(Direction d) { return d == Direction::kLocalToSystem || d == Direction::kLocalToLocal; }
bool TargetIsLocal(Direction d) { return d == Direction::kSystemToLocal || d == Direction::kLocalToLocal; }

// The fields of one side.
struct SideFields {
  F n, c, h, w, n_stride, c_stride, h_stride, w_stride, address_low, address_high;
};
constexpr SideFields kSource = {F::kSrcNsize,        F::kSrcCsize,      F::kSrcHsize,   F::kSrcWsize,
                                F::kSrcNstride,      F::kSrcCstride,    F::kSrcHstride, F::kSrcWstride,
                                F::kSrcStartAddrL32, F::kSrcStartAddrH8};
constexpr SideFields kTarget = {F::kDstNsize,        F::kDstCsize,      F::kDstHsize,   F::kDstWsize,
                                F::kDstNstride,      F::kDstCstride,    F::kDstHstride, F::kDstWstride,
                                F::kDstStartAddrL32, F::kDstStartAddrH8};

Dims4 SizesOf(const GdmaFields& f, const SideFields& side) {
  return {f.Get(side.n), f.Get(side.c), f.Get(side.h), f.Get(side.w)};
}

GdmaSide DecodeSide(const GdmaFields& f, const SideFields& fields, bool is_local) {
  GdmaSide side;
  side.is_local = is_local;
  side.address = is_local ? f.Get(fields.address_low) & kLocalMask
                          : f.Get64(fields.address_low) | f.Get64(fields.address_high) << 32;
  side.shape = SizesOf(f, fields);
  side.stride = {f.Get(fields.n_stride), f.Get(fields.c_stride), f.Get(fields.h_stride), f.Get(fields.w_stride)};
  return side;
}

void EncodeAddress(const GdmaSide& side, const SideFields& fields, GdmaFields* f) {
  const uint64_t address = side.is_local ? kLocalBase + side.address : side.address;
  f->Set(fields.address_low, address & 0xFFFFFFFF);
  f->Set(fields.address_high, address >> 32);
}

void EncodeShape(const Dims4& shape, const SideFields& fields, GdmaFields* f) {
  f->Set(fields.n, shape.n);
  f->Set(fields.c, shape.c);
  f->Set(fields.h, shape.h);
  f->Set(fields.w, shape.w);
}

void EncodeStrides(const Dims4& stride, const SideFields& fields, GdmaFields* f) {
  f->Set(fields.n_stride, stride.n);
  f->Set(fields.c_stride, stride.c);
  f->Set(fields.h_stride, stride.h);
  f->Set(fields.w_stride, stride.w);
}

// The function of a command, or why it is not simulated.
absl::StatusOr<GdmaFunction> FunctionOf(const GdmaFields& f) {
  constexpr const char* kRefused[8] = {nullptr, nullptr, "LRN shift is not simulated", nullptr,
                                       nullptr, nullptr, "Winograd is not simulated",  nullptr};
  const uint32_t value = f.Get(F::kSpecialFunc);
  if (kRefused[value] != nullptr) return Refuse(F::kSpecialFunc, value, kRefused[value]);
  return static_cast<GdmaFunction>(value);
}

absl::StatusOr<DataFormat> FormatOf(const GdmaFields& f, F field) {
  const uint32_t value = f.Get(field);
  if (value > static_cast<uint32_t>(DataFormat::kF16)) {
    return absl::InvalidArgumentError(
        absl::StrCat("field ", kGdmaFields[static_cast<int>(field)].name, " has the undefined value ", value));
  }
  return static_cast<DataFormat>(value);
}

bool IsConversion(DataFormat from, DataFormat to) {
  const auto is_byte = [](DataFormat format) { return format == DataFormat::kI8 || format == DataFormat::kU8; };
  if (from == DataFormat::kF32) return is_byte(to) || to == DataFormat::kF16;
  return to == DataFormat::kF32 && (is_byte(from) || from == DataFormat::kF16);
}

// What each function allows of direction and modes.
absl::Status CheckModes(const GdmaCommand& command) {
  const auto function = static_cast<uint64_t>(command.function);
  const auto direction = static_cast<uint64_t>(command.direction);
  if (command.is_flat && command.function != GdmaFunction::kCopy && command.function != GdmaFunction::kFill) {
    return Refuse(F::kSpecialFunc, function, "a flat command copies or fills");
  }
  if (command.is_matrix) {
    if (!command.has_strides) return Refuse(F::kStrideEnable, 0, "matrix mode goes with strides");
    if (command.function != GdmaFunction::kCopy && command.function != GdmaFunction::kTransposeNC) {
      return Refuse(F::kSpecialFunc, function, "matrix mode copies or transposes");
    }
    if (SourceIsLocal(command.direction) == TargetIsLocal(command.direction)) {
      return Refuse(F::kDirection, direction, "matrix mode is between system and local memory");
    }
  }
  if (command.function == GdmaFunction::kTransposeCW && command.direction != Direction::kLocalToLocal) {
    return Refuse(F::kDirection, direction, "the C-W transpose is between local memories");
  }
  if (command.function == GdmaFunction::kFilter && !SourceIsLocal(command.direction)) {
    return Refuse(F::kDirection, direction, "a filter reads local memory");
  }
  if (command.function == GdmaFunction::kConvert && !IsConversion(command.source_format, command.target_format)) {
    return Refuse(F::kDstDataFormat, static_cast<uint64_t>(command.target_format),
                  "formats convert between F32 and I8, U8 or F16 only");
  }
  return absl::OkStatus();
}

std::string Text(const Dims4& shape) { return absl::StrCat(shape.n, "x", shape.c, "x", shape.h, "x", shape.w); }

// The target's sizes where the command does not give them.
Dims4 ImpliedTarget(GdmaFunction function, const Dims4& source) {
  switch (function) {
    case GdmaFunction::kTransposeNC:
      return {source.c, source.n, source.h, source.w};
    case GdmaFunction::kTransposeCW:
      return {source.n, source.w, source.h, source.c};
    default:
      return source;
  }
}

// STRIDE_ENABLE = 0: system memory contiguous, local memory aligned.
Dims4 ImpliedStride(const GdmaSide& side, DataFormat format) {
  const Dims4& s = side.shape;
  if (!side.is_local) return {s.c * s.h * s.w, s.h * s.w, s.w, 1};
  const uint32_t unit = kAlignBytes / BytesOf(format);
  const auto slot = static_cast<uint32_t>(AlignUp(uint64_t{s.h} * s.w, unit));
  const auto lane = static_cast<uint32_t>(side.address / kLaneBytes);
  return {slot * static_cast<uint32_t>(CeilDiv(lane + s.c, kLanes)), slot, s.w, 1};
}

absl::Status DecodeShapes(const GdmaFields& f, GdmaCommand* command) {
  for (const F shift : {F::kSrcHshift, F::kSrcWshift, F::kDstHshift, F::kDstWshift}) {
    if (f.IsSet(shift)) return Refuse(shift, f.Get(shift), "must be 0");
  }
  command->same_shape = f.IsSet(F::kChwCopy);
  GdmaSide& source = command->source;
  GdmaSide& target = command->target;
  if (command->function == GdmaFunction::kFill) {
    if (command->same_shape) target.shape = SizesOf(f, kSource);
    source = GdmaSide();
  } else if (command->same_shape || command->function == GdmaFunction::kFilter) {
    target.shape = ImpliedTarget(command->function, source.shape);
  }
  if (target.shape.Count() == 0) {
    return absl::InvalidArgumentError(absl::StrCat("an empty transfer of ", Text(target.shape), " in the size fields"));
  }
  const bool is_transpose =
      command->function == GdmaFunction::kTransposeNC || command->function == GdmaFunction::kTransposeCW;
  if (is_transpose && target.shape != ImpliedTarget(command->function, source.shape)) {
    return absl::InvalidArgumentError(absl::StrCat("the DST size fields give ", Text(target.shape),
                                                   ", which is not the transpose of ", Text(source.shape)));
  }
  if (command->function == GdmaFunction::kTransposeCW && (source.shape.n != 1 || source.shape.h != 1)) {
    return Refuse(source.shape.n != 1 ? F::kSrcNsize : F::kSrcHsize,
                  source.shape.n != 1 ? source.shape.n : source.shape.h, "the C-W transpose has N = H = 1");
  }
  if (command->function != GdmaFunction::kFill && source.shape.Count() != target.shape.Count()) {
    return absl::InvalidArgumentError(absl::StrCat("the size fields give a source of ", source.shape.Count(),
                                                   " and a target of ", target.shape.Count(), " elements"));
  }
  if (!command->has_strides) {
    if (command->direction != Direction::kSystemToLocal || command->function == GdmaFunction::kFill) {
      return Refuse(F::kStrideEnable, 0, "only loads and flat commands go without strides");
    }
    source.stride = ImpliedStride(source, command->source_format);
    target.stride = ImpliedStride(target, command->source_format);
  }
  return absl::OkStatus();
}

absl::Status DecodeMatrix(GdmaCommand* command) {
  if (!command->has_strides) return Refuse(F::kStrideEnable, 0, "matrix mode has strides");
  // Only rows, columns and the strides of the local side count.
  command->same_shape = true;
  GdmaSide& system = command->source.is_local ? command->target : command->source;
  GdmaSide& local = command->source.is_local ? command->source : command->target;
  if (system.shape.h == 0 || system.shape.w == 0 || local.shape.w == 0) {
    return absl::InvalidArgumentError(absl::StrCat("an empty matrix of ", system.shape.h, "x", system.shape.w, ", ",
                                                   local.shape.w, " columns a lane, in the size fields"));
  }
  system.shape.n = system.shape.c = 1;
  system.stride = {0, 0, system.stride.h, 1};
  local.shape = {1, 1, 1, local.shape.w};
  local.stride.h = 0;
  return absl::OkStatus();
}

void DecodeFlat(const GdmaFields& f, GdmaCommand* command) {
  command->flat_count = f.Get(F::kSrcNstride);
  command->same_shape = true;
  command->has_strides = false;
  const uint64_t source = command->source.address;
  const uint64_t target = command->target.address;
  command->source = GdmaSide{command->source.is_local, source, {}, {}};
  command->target = GdmaSide{command->target.is_local, target, {}, {}};
  if (command->function == GdmaFunction::kFill) command->source = GdmaSide();
}

absl::Status DecodeAccumulation(const GdmaFields& f, GdmaCommand* command) {
  if (!f.IsSet(F::kAccWriteEnable)) return absl::OkStatus();
  if (command->source_format == DataFormat::kF16) return Refuse(F::kAccWriteEnable, 1, "F16 is not accumulated");
  command->accumulate = command->source_format == DataFormat::kF32 && command->function != GdmaFunction::kConvert;
  return absl::OkStatus();
}

}  // namespace

bool operator==(const GdmaCommand& a, const GdmaCommand& b) {
  const auto fields = [](const GdmaCommand& c) {
    return std::tie(c.id, c.wait_bdc, c.is_last, c.direction, c.function, c.source_format, c.target_format, c.is_flat,
                    c.is_matrix, c.same_shape, c.has_strides, c.accumulate, c.constant, c.flat_count, c.mask_address,
                    c.lane_mask, c.source, c.target);
  };
  return fields(a) == fields(b);
}

absl::StatusOr<GdmaCommand> DecodeGdma(absl::Span<const uint32_t> words) {
  GdmaWords copy;
  if (words.size() != copy.size()) {
    return absl::InvalidArgumentError(absl::StrCat("a GDMA command of ", words.size(), " words; it has 32"));
  }
  std::copy(words.begin(), words.end(), copy.begin());
  const GdmaFields f(copy);
  GdmaCommand command;
  command.id = static_cast<uint16_t>(f.Get(F::kCmdId));
  command.wait_bdc = static_cast<uint16_t>(f.Get(F::kEng0SyncId));
  command.is_last = f.IsSet(F::kChainEnd);
  command.direction = static_cast<Direction>(f.Get(F::kDirection));
  ASSIGN_OR_RETURN(command.function, FunctionOf(f));
  ASSIGN_OR_RETURN(command.source_format, FormatOf(f, F::kSrcDataFormat));
  command.target_format = command.source_format;
  if (command.function == GdmaFunction::kConvert) {
    ASSIGN_OR_RETURN(command.target_format, FormatOf(f, F::kDstDataFormat));
  }
  command.is_flat = f.IsSet(F::kCommonMode);
  command.is_matrix = !command.is_flat && f.IsSet(F::kSysMemType);
  command.has_strides = f.IsSet(F::kStrideEnable);
  if (command.function == GdmaFunction::kFill) {
    const int bits = 8 * BytesOf(command.source_format);
    command.constant = f.Get(F::kConstantValue) & (bits == 32 ? ~uint32_t{0} : (uint32_t{1} << bits) - 1);
  }
  command.lane_mask = f.Get64(F::kLocalmemMaskL32) | f.Get64(F::kLocalmemMaskH32) << 32;
  command.source = DecodeSide(f, kSource, SourceIsLocal(command.direction));
  command.target = DecodeSide(f, kTarget, TargetIsLocal(command.direction));
  RETURN_IF_ERROR(CheckModes(command));
  RETURN_IF_ERROR(DecodeAccumulation(f, &command));
  if (command.function == GdmaFunction::kFilter) {
    command.mask_address = f.Get(F::kDstNstride) & kLocalMask;
    command.source.stride = command.target.stride = Dims4();
    command.has_strides = true;
  }
  if (command.is_flat) {
    DecodeFlat(f, &command);
  } else if (command.is_matrix) {
    RETURN_IF_ERROR(DecodeMatrix(&command));
  } else {
    RETURN_IF_ERROR(DecodeShapes(f, &command));
    if (command.function == GdmaFunction::kFilter) command.same_shape = true;
  }
  return command;
}

GdmaWords EncodeGdma(const GdmaCommand& command) {
  GdmaFields f = GdmaFields::Defaults();
  f.Set(F::kCmdId, command.id);
  f.Set(F::kEng0SyncId, command.wait_bdc);
  f.Set(F::kChainEnd, command.is_last ? 1 : 0);
  f.Set(F::kDirection, static_cast<uint64_t>(command.direction));
  f.Set(F::kSpecialFunc, static_cast<uint64_t>(command.function));
  f.Set(F::kSrcDataFormat, static_cast<uint64_t>(command.source_format));
  f.Set(F::kDstDataFormat, static_cast<uint64_t>(command.target_format));
  f.Set(F::kCommonMode, command.is_flat ? 1 : 0);
  f.Set(F::kSysMemType, command.is_matrix ? 1 : 0);
  f.Set(F::kChwCopy, command.same_shape && !command.is_flat ? 1 : 0);
  f.Set(F::kStrideEnable, command.has_strides ? 1 : 0);
  f.Set(F::kAccWriteEnable, command.accumulate ? 1 : 0);
  f.Set(F::kConstantValue, command.constant);
  f.Set(F::kLocalmemMaskL32, command.lane_mask & 0xFFFFFFFF);
  f.Set(F::kLocalmemMaskH32, command.lane_mask >> 32);
  EncodeAddress(command.source, kSource, &f);
  EncodeAddress(command.target, kTarget, &f);
  const bool is_fill = command.function == GdmaFunction::kFill;
  EncodeShape(is_fill ? command.target.shape : command.source.shape, kSource, &f);
  EncodeShape(command.target.shape, kTarget, &f);
  if (command.has_strides) {
    EncodeStrides(command.source.stride, kSource, &f);
    EncodeStrides(command.target.stride, kTarget, &f);
  }
  if (command.is_flat) f.Set(F::kSrcNstride, command.flat_count);
  if (command.function == GdmaFunction::kFilter) {
    f.Set(F::kDstNstride, kLocalBase + command.mask_address);
  }
  return f.words();
}

}  // namespace bm::isa
