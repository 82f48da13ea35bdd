// Early return for absl::Status and absl::StatusOr.
//
//   RETURN_IF_ERROR(memory.Write(address, bytes));
//   ASSIGN_OR_RETURN(const uint64_t end, CheckedAdd(offset, size));
//
// Both return from the enclosing function, which must return Status or StatusOr.
#ifndef BASE_STATUS_MACROS_H_
#define BASE_STATUS_MACROS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#define BM_STATUS_CONCAT_INNER(a, b) a##b
#define BM_STATUS_CONCAT(a, b) BM_STATUS_CONCAT_INNER(a, b)

#define RETURN_IF_ERROR(expression)          \
  do {                                       \
    absl::Status bm_status_ = (expression);  \
    if (!bm_status_.ok()) return bm_status_; \
  } while (false)

#define ASSIGN_OR_RETURN(declaration, expression) \
  BM_ASSIGN_OR_RETURN_IMPL(BM_STATUS_CONCAT(bm_status_or_, __LINE__), declaration, expression)

#define BM_ASSIGN_OR_RETURN_IMPL(result, declaration, expression) \
  auto result = (expression);                                     \
  if (!result.ok()) return std::move(result).status();            \
  declaration = *std::move(result)

#endif  // BASE_STATUS_MACROS_H_
