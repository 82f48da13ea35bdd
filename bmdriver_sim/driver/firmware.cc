#include "bmdriver_sim/driver/firmware.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/checked_math.h"
#include "base/status_macros.h"
#include "bmdriver_sim/driver/payload.h"
#include "isa/bdc.h"
#include "isa/gdma.h"

namespace bm::driver {
namespace {

constexpr uint64_t kDdrBytesPerMicrosecond = 26000;  // what the DMA engine sees of DDR
constexpr size_t kMostPrograms = 64;

uint64_t CopyMicroseconds(uint64_t bytes) { return bytes / kDdrBytesPerMicrosecond; }

absl::Status CopyBytes(uint64_t source, uint64_t target, uint64_t size, chip::Chip* chip) {
  ASSIGN_OR_RETURN(const absl::Span<uint8_t> from, chip->System(source, size));
  ASSIGN_OR_RETURN(const absl::Span<uint8_t> to, chip->System(target, size));
  if (size > 0) std::memmove(to.data(), from.data(), size);
  chip->MarkWritten(target, size);
  return absl::OkStatus();
}

// A tensor of a net launch at the user's and at the compiled address.
struct LaunchTensor {
  uint64_t user_address = 0;
  uint64_t compiled_address = 0;
  int64_t batches = 0;
  int64_t elements = 0;  // of a batch
  uint16_t data_type = 0;
  uint8_t compiled_mode = 0;
  uint8_t user_mode = 0;
};

constexpr uint8_t kMode1N = 0, kMode4N = 2;

// bm_data_type_t by value: float32, float16, int8, uint8, int16, uint16, int32, uint32.
constexpr uint64_t kTypeBytes[] = {4, 2, 1, 1, 2, 2, 4, 4};

absl::Status CheckTensor(const LaunchTensor& tensor) {
  if (tensor.batches <= 0 || tensor.elements <= 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("a tensor of ", tensor.batches, " batches of ", tensor.elements, " elements"));
  }
  ASSIGN_OR_RETURN(const uint64_t count,
                   CheckedMul(static_cast<uint64_t>(tensor.batches), static_cast<uint64_t>(tensor.elements)));
  if (count > isa::kDdrEnd - isa::kDdrBase) {
    return absl::OutOfRangeError(absl::StrCat("a tensor of ", tensor.batches, " batches of ", tensor.elements,
                                              " elements; DDR has ", isa::kDdrEnd - isa::kDdrBase, " bytes"));
  }
  if (tensor.data_type >= std::size(kTypeBytes)) {
    return absl::InvalidArgumentError(absl::StrCat("data type ", tensor.data_type, "; known are 0..7"));
  }
  for (const uint8_t mode : {tensor.compiled_mode, tensor.user_mode}) {
    const bool is_known = mode == kMode1N || (mode == kMode4N && kTypeBytes[tensor.data_type] == 1);
    if (!is_known) {
      return absl::UnimplementedError(absl::StrCat("store mode ", mode, " for data type ", tensor.data_type,
                                                   "; possible are 1N (0) and, for 8 bits, 4N (2)"));
    }
  }
  return absl::OkStatus();
}

// Of extents in a message, which may be anything: 0 for what CheckTensor refuses.
absl::StatusOr<int64_t> ProductOf(int64_t c, int64_t h, int64_t w) {
  if (c < 1 || h < 1 || w < 1) return 0;
  ASSIGN_OR_RETURN(const uint64_t product, CheckedMul(static_cast<uint64_t>(c * h), static_cast<uint64_t>(w)));
  return CheckedCast<int64_t>(product);
}

// Four batches of bytes interleaved in words, from or to one batch behind the other.
absl::Status Interleave(const LaunchTensor& tensor, uint64_t source, uint64_t target, bool to_4n, chip::Chip* chip) {
  const auto elements = static_cast<uint64_t>(tensor.elements);
  const auto batches = static_cast<uint64_t>(tensor.batches);
  const uint64_t plain_bytes = batches * elements;
  const uint64_t packed_bytes = AlignUp(batches, 4) * elements;
  ASSIGN_OR_RETURN(const absl::Span<uint8_t> from, chip->System(source, to_4n ? plain_bytes : packed_bytes));
  ASSIGN_OR_RETURN(const absl::Span<uint8_t> to, chip->System(target, to_4n ? packed_bytes : plain_bytes));
  for (uint64_t n = 0; n < batches; ++n) {
    for (uint64_t i = 0; i < elements; ++i) {
      const uint64_t packed = (n / 4 * elements + i) * 4 + n % 4;
      const uint64_t plain = n * elements + i;
      to[to_4n ? packed : plain] = from[to_4n ? plain : packed];
    }
  }
  chip->MarkWritten(target, to.size());
  return absl::OkStatus();
}

// The bytes of a tensor that change place: all where the user's and the compiled address or mode differ.
absl::StatusOr<uint64_t> MovedBytes(const LaunchTensor& tensor) {
  if (tensor.user_address == tensor.compiled_address && tensor.user_mode == tensor.compiled_mode) return 0;
  const bool is_packed = tensor.user_mode == kMode4N && tensor.compiled_mode == kMode4N;
  const auto batches = static_cast<uint64_t>(tensor.batches);
  ASSIGN_OR_RETURN(const uint64_t elements,
                   CheckedMul(is_packed ? AlignUp(batches, 4) : batches, static_cast<uint64_t>(tensor.elements)));
  return CheckedMul(elements, kTypeBytes[tensor.data_type]);
}

// Copies between the user's and the compiled place where these differ.
absl::Status Transfer(const LaunchTensor& tensor, bool to_compiled, chip::Chip* chip) {
  const uint64_t source = to_compiled ? tensor.user_address : tensor.compiled_address;
  const uint64_t target = to_compiled ? tensor.compiled_address : tensor.user_address;
  if (tensor.user_mode != tensor.compiled_mode) {
    const uint8_t target_mode = to_compiled ? tensor.compiled_mode : tensor.user_mode;
    return Interleave(tensor, source, target, target_mode == kMode4N, chip);
  }
  ASSIGN_OR_RETURN(const uint64_t bytes, MovedBytes(tensor));
  return bytes == 0 ? absl::OkStatus() : CopyBytes(source, target, bytes, chip);
}

// The number of things that follow in a message.
absl::StatusOr<int32_t> CountOf(const char* what, int32_t most, Payload* fields) {
  const auto count = fields->Get<int32_t>();
  if (count >= 0 && count <= most) return count;
  return absl::InvalidArgumentError(absl::StrCat(count, " ", what, "; at most ", most));
}

// Message 110: {i32 inputs; inputs; i32 outputs; outputs; u64 bdc, gdma; i32 groups; {u32 bdc, gdma}[]}.
struct FullNet {
  std::vector<LaunchTensor> inputs, outputs;
  std::vector<chip::CommandGroupImage> images;
};

absl::StatusOr<FullNet> ReadFullNet(absl::Span<const uint8_t> payload) {
  constexpr int32_t kMostTensors = 4096, kMostGroups = 65536;
  Payload fields(payload);
  FullNet net;
  ASSIGN_OR_RETURN(const int32_t input_count, CountOf("inputs", kMostTensors, &fields));
  for (int32_t i = 0; i < input_count && !fields.is_short(); ++i) {
    LaunchTensor& tensor = net.inputs.emplace_back();
    tensor.user_address = fields.Get<uint64_t>();
    tensor.compiled_address = fields.Get<uint64_t>();
    tensor.batches = fields.Get<int32_t>();
    const auto c = fields.Get<int32_t>(), h = fields.Get<int32_t>(), w = fields.Get<int32_t>();
    ASSIGN_OR_RETURN(tensor.elements, ProductOf(c, h, w));
    tensor.data_type = fields.Get<uint16_t>();
    tensor.compiled_mode = fields.Get<uint8_t>();
    tensor.user_mode = fields.Get<uint8_t>();
    const auto pad_h = fields.Get<uint32_t>();
    if (pad_h != 0) {
      return absl::UnimplementedError(
          absl::StrCat("input ", i, " has pad_h ", pad_h, "; padded inputs are not simulated"));
    }
  }
  ASSIGN_OR_RETURN(const int32_t output_count, CountOf("outputs", kMostTensors, &fields));
  for (int32_t i = 0; i < output_count && !fields.is_short(); ++i) {
    LaunchTensor& tensor = net.outputs.emplace_back();
    tensor.user_address = fields.Get<uint64_t>();
    tensor.compiled_address = fields.Get<uint64_t>();
    tensor.batches = fields.Get<int32_t>();
    tensor.elements = fields.Get<int32_t>();
    tensor.data_type = fields.Get<uint16_t>();
    tensor.compiled_mode = fields.Get<uint8_t>();
    tensor.user_mode = fields.Get<uint8_t>();
  }
  auto bdc_address = fields.Get<uint64_t>();
  auto gdma_address = fields.Get<uint64_t>();
  ASSIGN_OR_RETURN(const int32_t group_count, CountOf("command groups", kMostGroups, &fields));
  for (int32_t i = 0; i < group_count && !fields.is_short(); ++i) {
    const auto bdc_count = fields.Get<uint32_t>(), gdma_count = fields.Get<uint32_t>();
    net.images.push_back({bdc_address, gdma_address, bdc_count, gdma_count});
    bdc_address += uint64_t{bdc_count} * isa::kBdcCommandBytes;
    gdma_address += uint64_t{gdma_count} * isa::kGdmaCommandBytes;
  }
  RETURN_IF_ERROR(fields.Finish());
  for (const LaunchTensor& tensor : net.inputs) RETURN_IF_ERROR(CheckTensor(tensor));
  for (const LaunchTensor& tensor : net.outputs) RETURN_IF_ERROR(CheckTensor(tensor));
  return net;
}

}  // namespace

struct Firmware::Row {
  int api_id;
  absl::Status (Firmware::*execute)(absl::Span<const uint8_t>, Announce);
};

const Firmware::Row Firmware::kRows[] = {
    {kApiMemset, &Firmware::Memset},
    {kApiMemcpy, &Firmware::Memcpy},
    {kApiByteCopy, &Firmware::ByteCopy},
    {kApiStridedCopy, &Firmware::StridedCopy},
    {kApiMultiFullNet, &Firmware::MultiFullNet},
};

Firmware::Firmware(chip::Chip* chip, std::unique_ptr<chip::Executor> executor)
    : chip_(*chip), executor_(std::move(executor)), monitors_(chip) {}

const Firmware::Row* Firmware::Find(int api_id) {
  const auto* row = std::find_if(std::begin(kRows), std::end(kRows), [&](const Row& r) { return r.api_id == api_id; });
  return row == std::end(kRows) ? nullptr : row;
}

bool Firmware::Knows(int api_id) { return Find(api_id) != nullptr; }

absl::Status Firmware::Execute(int api_id, absl::Span<const uint8_t> payload, Announce announce) {
  const Row* row = Find(api_id);
  if (row == nullptr) return absl::UnimplementedError(absl::StrCat("message id ", api_id, " is not known"));
  return (this->*row->execute)(payload, announce);
}

// {u64 address; u32 height; u32 width; i32 mode; i32 value}: height * width elements of `mode` bytes.
absl::Status Firmware::Memset(absl::Span<const uint8_t> payload, Announce announce) {
  Payload fields(payload);
  const auto address = fields.Get<uint64_t>();
  const uint64_t height = fields.Get<uint32_t>();
  const uint64_t width = fields.Get<uint32_t>();
  const auto mode = fields.Get<int32_t>();
  const auto value = fields.Get<int32_t>();
  RETURN_IF_ERROR(fields.Finish());
  if (mode < 1 || mode > 4) return absl::InvalidArgumentError(absl::StrCat("memset mode ", mode, "; 1..4"));
  ASSIGN_OR_RETURN(const uint64_t bytes, CheckedMul(height * width, static_cast<uint64_t>(mode)));
  ASSIGN_OR_RETURN(const absl::Span<uint8_t> target, chip_.System(address, bytes));
  announce(CopyMicroseconds(bytes));
  const auto* pattern = reinterpret_cast<const uint8_t*>(&value);
  for (uint64_t i = 0; i < bytes; i += mode) std::memcpy(target.data() + i, pattern, mode);
  chip_.MarkWritten(address, bytes);
  return absl::OkStatus();
}

// {u64 source, target; i32 rows, source_stride, target_stride, count}: rows of 4-byte words.
absl::Status Firmware::Memcpy(absl::Span<const uint8_t> payload, Announce announce) {
  Payload fields(payload);
  const auto source = fields.Get<uint64_t>();
  const auto target = fields.Get<uint64_t>();
  const auto rows = fields.Get<int32_t>();
  const auto source_stride = fields.Get<int32_t>();
  const auto target_stride = fields.Get<int32_t>();
  const auto count = fields.Get<int32_t>();
  RETURN_IF_ERROR(fields.Finish());
  if (rows < 0 || count < 0 || source_stride < 0 || target_stride < 0) {
    return absl::InvalidArgumentError(absl::StrCat("a copy of ", rows, " rows of ", count, " words"));
  }
  if (rows == 0) return absl::OkStatus();
  const uint64_t row_bytes = uint64_t{4} * count;
  const auto step = [](int32_t stride) { return uint64_t{4} * stride; };
  const uint64_t last = static_cast<uint64_t>(rows) - 1;
  RETURN_IF_ERROR(chip_.System(source, last * step(source_stride) + row_bytes).status());
  RETURN_IF_ERROR(chip_.System(target, last * step(target_stride) + row_bytes).status());
  announce(CopyMicroseconds(rows * row_bytes));
  for (uint64_t row = 0; row <= last; ++row) {
    if (chip_.is_halted()) return absl::AbortedError("the chip was halted");
    RETURN_IF_ERROR(
        CopyBytes(source + row * step(source_stride), target + row * step(target_stride), row_bytes, &chip_));
  }
  return absl::OkStatus();
}

// {u64 source, target, size}
absl::Status Firmware::ByteCopy(absl::Span<const uint8_t> payload, Announce announce) {
  Payload fields(payload);
  const auto source = fields.Get<uint64_t>();
  const auto target = fields.Get<uint64_t>();
  const auto size = fields.Get<uint64_t>();
  RETURN_IF_ERROR(fields.Finish());
  announce(CopyMicroseconds(size));
  return CopyBytes(source, target, size, &chip_);
}

// {u64 source, target; i32 source_stride, target_stride, count, bytes}: strides count elements of `bytes`.
absl::Status Firmware::StridedCopy(absl::Span<const uint8_t> payload, Announce announce) {
  Payload fields(payload);
  const auto source = fields.Get<uint64_t>();
  const auto target = fields.Get<uint64_t>();
  const int64_t source_stride = fields.Get<int32_t>();
  const int64_t target_stride = fields.Get<int32_t>();
  const int64_t count = fields.Get<int32_t>();
  const int64_t bytes = fields.Get<int32_t>();
  RETURN_IF_ERROR(fields.Finish());
  if (source_stride < 1 || target_stride < 1 || count < 0 || bytes < 1) {
    return absl::InvalidArgumentError(absl::StrCat("a copy of ", count, " elements of ", bytes, " bytes by steps of ",
                                                   source_stride, " and ", target_stride));
  }
  if (count == 0) return absl::OkStatus();
  const auto extent = [&](int64_t stride) {
    return CheckedMul(static_cast<uint64_t>((count - 1) * stride + 1), static_cast<uint64_t>(bytes));
  };
  ASSIGN_OR_RETURN(const uint64_t source_bytes, extent(source_stride));
  ASSIGN_OR_RETURN(const uint64_t target_bytes, extent(target_stride));
  ASSIGN_OR_RETURN(const absl::Span<uint8_t> from, chip_.System(source, source_bytes));
  ASSIGN_OR_RETURN(const absl::Span<uint8_t> to, chip_.System(target, target_bytes));
  announce(CopyMicroseconds(static_cast<uint64_t>(count * bytes)));
  for (int64_t i = 0; i < count; ++i) {
    std::memmove(to.data() + i * target_stride * bytes, from.data() + i * source_stride * bytes, bytes);
  }
  chip_.MarkWritten(target, to.size());
  return absl::OkStatus();
}

absl::StatusOr<chip::Program*> Firmware::ProgramOf(const std::vector<chip::CommandGroupImage>& images) {
  const auto same = [](const chip::CommandGroupImage& a, const chip::CommandGroupImage& b) {
    return a.bdc_address == b.bdc_address && a.gdma_address == b.gdma_address && a.bdc_count == b.bdc_count &&
           a.gdma_count == b.gdma_count;
  };
  const auto found = std::find_if(programs_.begin(), programs_.end(), [&](const CachedProgram& cached) {
    return std::equal(cached.images.begin(), cached.images.end(), images.begin(), images.end(), same);
  });
  if (found != programs_.end()) {
    programs_.splice(programs_.begin(), programs_, found);
  } else {
    ASSIGN_OR_RETURN(std::unique_ptr<chip::Program> program, executor_->Prepare(images, &chip_));
    programs_.push_front({images, std::move(program)});
    if (programs_.size() > kMostPrograms) programs_.pop_back();
  }
  return programs_.front().program.get();
}

// A whole net: inputs to their compiled places, the command groups, outputs back (docs/reference/driver.md).
absl::Status Firmware::MultiFullNet(absl::Span<const uint8_t> payload, Announce announce) {
  ASSIGN_OR_RETURN(const FullNet net, ReadFullNet(payload));
  ASSIGN_OR_RETURN(chip::Program* const program, ProgramOf(net.images));
  RETURN_IF_ERROR(program->Refresh());
  uint64_t moved = 0;
  for (const std::vector<LaunchTensor>* tensors : {&net.inputs, &net.outputs}) {
    for (const LaunchTensor& tensor : *tensors) {
      ASSIGN_OR_RETURN(const uint64_t bytes, MovedBytes(tensor));
      moved += bytes;
    }
  }
  announce(CopyMicroseconds(moved) + program->EstimatedCycles() / isa::kTpuMegahertz);
  for (const LaunchTensor& tensor : net.inputs) RETURN_IF_ERROR(Transfer(tensor, /*to_compiled=*/true, &chip_));
  RETURN_IF_ERROR(program->Run());
  for (const LaunchTensor& tensor : net.outputs) RETURN_IF_ERROR(Transfer(tensor, /*to_compiled=*/false, &chip_));
  return monitors_.is_on() ? monitors_.Record(program->groups()) : absl::OkStatus();
}

}  // namespace bm::driver
