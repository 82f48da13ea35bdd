#include "bmruntime/src/tensor_math.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace bm::runtime {

absl::StatusOr<Shape> FromVendor(const bm_shape_t& shape) {
  if (shape.num_dims < 0 || shape.num_dims > BM_MAX_DIMS_NUM) {
    return absl::InvalidArgumentError(
        absl::StrCat("a shape has ", shape.num_dims, " dimensions, possible are 0..", BM_MAX_DIMS_NUM));
  }
  const std::vector<int64_t> dims(shape.dims, shape.dims + shape.num_dims);
  for (const int64_t dim : dims) {
    if (dim < 1) return absl::InvalidArgumentError(absl::StrCat("a shape has the dimension ", dim, ", at least 1"));
  }
  return Shape::Create(dims);
}

bm_shape_t ToVendor(const Shape& shape) {
  bm_shape_t result = {};
  result.num_dims = shape.rank();
  for (int i = 0; i < shape.rank(); ++i) result.dims[i] = static_cast<int>(shape[i]);
  return result;
}

uint64_t BytesOf(bm_data_type_t type) { return bmodel::BytesOf(static_cast<bmodel::DataType>(type)); }

std::string NameOf(bm_data_type_t type) {
  if (BytesOf(type) == 0) return "UNKNOWN";
  return absl::AsciiStrToUpper(bmodel::NameOf(static_cast<bmodel::DataType>(type)));
}

absl::StatusOr<uint64_t> StoredBytes(const Shape& shape, bm_data_type_t type, bm_store_mode_t mode) {
  bmodel::Tensor tensor;
  tensor.shapes = {shape};
  tensor.data_type = static_cast<bmodel::DataType>(type);
  tensor.store_mode = static_cast<bmodel::StoreMode>(mode);
  return tensor.DeviceBytes();
}

std::string ToListing(const bm_shape_t& shape) {
  std::string text = "[ ";
  for (int i = 0; i < std::clamp(shape.num_dims, 0, BM_MAX_DIMS_NUM); ++i) absl::StrAppend(&text, shape.dims[i], " ");
  return absl::StrCat(text, "]");
}

}  // namespace bm::runtime
