// The C++ type of a tensor's elements.
//
//   WithElementType(dtype, "scale_from", [&](auto zero) { Use(static_cast<decltype(zero)*>(data)); });
#ifndef SAIL_SRC_ELEMENT_TYPE_H_
#define SAIL_SRC_ELEMENT_TYPE_H_

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "tensor.h"

namespace sail {

// Calls use(T{}). DataTypeError for half precision and 4-bit types, which no function converts.
template <typename Use>
void WithElementType(bm_data_type_t dtype, const char* what, Use use) {
  switch (dtype) {
    case BM_FLOAT32:
      return use(float{});
    case BM_INT8:
      return use(int8_t{});
    case BM_UINT8:
      return use(uint8_t{});
    case BM_INT16:
      return use(int16_t{});
    case BM_UINT16:
      return use(uint16_t{});
    case BM_INT32:
      return use(int32_t{});
    case BM_UINT32:
      return use(uint32_t{});
    default:
      throw DataTypeError(
          absl::StrCat(what, " of the data type ", dtype, "; it takes float32 and integers of 8 to 32 bits"));
  }
}

}  // namespace sail

#endif  // SAIL_SRC_ELEMENT_TYPE_H_
