// Between the vendor's C descriptions of shapes and tensors and ours; their sizes in bytes.
#ifndef BMRUNTIME_SRC_TENSOR_MATH_H_
#define BMRUNTIME_SRC_TENSOR_MATH_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "base/shape.h"
#include "bmdef.h"
#include "bmodel/model.h"

namespace bm::runtime {

// INVALID_ARGUMENT for a rank beyond 0..8 or a dimension below 1.
absl::StatusOr<Shape> FromVendor(const bm_shape_t& shape);
bm_shape_t ToVendor(const Shape& shape);

// Bytes of one element; 0 for a value that is no type.
uint64_t BytesOf(bm_data_type_t type);

// "FLOAT32", the enumerator without BM_; "UNKNOWN" for a value that is no type.
std::string NameOf(bm_data_type_t type);

// Bytes that a tensor takes in device memory: the batch of 2N and 4N tensors rounded up to whole words.
absl::StatusOr<uint64_t> StoredBytes(const Shape& shape, bm_data_type_t type, bm_store_mode_t mode);

// "[ 1 3 224 224 ]".
std::string ToListing(const bm_shape_t& shape);

}  // namespace bm::runtime

#endif  // BMRUNTIME_SRC_TENSOR_MATH_H_
