// GoogleTest helpers for absl::Status and absl::StatusOr.
//
//   ASSERT_OK(memory.Write(address, bytes));
//   ASSERT_OK_AND_ASSIGN(const Shape shape, Shape::Create(dims));
//   EXPECT_STATUS(Parse(text), absl::StatusCode::kInvalidArgument, "line 3");
#ifndef BASE_TESTING_STATUS_MATCHERS_H_
#define BASE_TESTING_STATUS_MATCHERS_H_

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "base/status_macros.h"
#include "gtest/gtest.h"

namespace bm::testing {

inline const absl::Status& StatusOf(const absl::Status& status) { return status; }
template <typename T>
const absl::Status& StatusOf(const absl::StatusOr<T>& result) {
  return result.status();
}

// Succeeds if `status` has the code and its message contains `part`.
inline ::testing::AssertionResult HasStatus(const absl::Status& status, absl::StatusCode code, absl::string_view part) {
  if (status.code() == code && absl::StrContains(status.message(), part)) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << "expected " << absl::StatusCodeToString(code) << " with \""
                                       << std::string(part) << "\", got " << status.ToString();
}

inline ::testing::AssertionResult IsOk(const absl::Status& status) {
  if (status.ok()) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << status.ToString();
}

}  // namespace bm::testing

#define EXPECT_OK(expression) EXPECT_TRUE(::bm::testing::IsOk(::bm::testing::StatusOf(expression)))
#define ASSERT_OK(expression) ASSERT_TRUE(::bm::testing::IsOk(::bm::testing::StatusOf(expression)))
#define EXPECT_STATUS(expression, code, part) \
  EXPECT_TRUE(::bm::testing::HasStatus(::bm::testing::StatusOf(expression), code, part))

#define ASSERT_OK_AND_ASSIGN(declaration, expression) \
  BM_ASSERT_OK_AND_ASSIGN_IMPL(BM_STATUS_CONCAT(bm_status_or_, __LINE__), declaration, expression)
#define BM_ASSERT_OK_AND_ASSIGN_IMPL(result, declaration, expression) \
  auto result = (expression);                                         \
  ASSERT_TRUE(::bm::testing::IsOk(result.status()));                  \
  declaration = *std::move(result)

#endif  // BASE_TESTING_STATUS_MATCHERS_H_
