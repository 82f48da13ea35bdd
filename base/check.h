// BM_CHECK(condition, message): our own invariants only, never input of a caller or a file.
//
// A failure prints place, condition and message and aborts.
#ifndef BASE_CHECK_H_
#define BASE_CHECK_H_

#include <string>

namespace bm {

[[noreturn]] void CheckFailed(const char* file, int line, const char* condition, const std::string& message);

}  // namespace bm

#define BM_CHECK(condition, message) \
  ((condition) ? static_cast<void>(0) : ::bm::CheckFailed(__FILE__, __LINE__, #condition, (message)))

#endif  // BASE_CHECK_H_
