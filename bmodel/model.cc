#include "bmodel/model.h"

#include <array>

#include "base/checked_math.h"
#include "base/status_macros.h"

namespace bm::bmodel {
namespace {

struct DataTypeRow {
  absl::string_view name;
  uint64_t bytes;
};

// Indexed by DataType.
constexpr std::array<DataTypeRow, 11> kDataTypes = {{
    {"float32", 4},
    {"float16", 2},
    {"int8", 1},
    {"uint8", 1},
    {"int16", 2},
    {"uint16", 2},
    {"int32", 4},
    {"uint32", 4},
    {"bfloat16", 2},
    {"int4", 1},
    {"uint4", 1},
}};

}  // namespace

absl::string_view NameOf(DataType type) {
  const auto row = static_cast<uint32_t>(type);
  return row < kDataTypes.size() ? kDataTypes[row].name : "unkown";
}

uint64_t BytesOf(DataType type) {
  const auto row = static_cast<uint32_t>(type);
  return row < kDataTypes.size() ? kDataTypes[row].bytes : 0;
}

int64_t BatchesPerWord(StoreMode mode) { return mode == StoreMode::k4N ? 4 : mode == StoreMode::k2N ? 2 : 1; }

const Shape& Tensor::shape() const {
  static const Shape scalar;
  return shapes.empty() ? scalar : shapes.front();
}

absl::StatusOr<uint64_t> Tensor::DeviceBytes() const {
  Shape stored = shape();
  if (stored.rank() > 0) {
    const int64_t batches = BatchesPerWord(store_mode);
    // The rounded batch may exceed the limit of Shape::set by three; the product below is checked.
    stored.set(0, static_cast<int64_t>(AlignUp(static_cast<uint64_t>(stored[0]), static_cast<uint64_t>(batches))));
  }
  ASSIGN_OR_RETURN(const uint64_t elements, stored.Count());
  return CheckedMul(elements, BytesOf(data_type));
}

std::vector<uint64_t> Stage::ContextBulks() const {
  return ctx_sizes.empty() ? std::vector<uint64_t>{ctx_size} : ctx_sizes;
}

}  // namespace bm::bmodel
