// The C edge of the vendor's interfaces: nothing inside leaves it as an exception; a failed status becomes one log line
// and the interface's code.
//
//   BMVidDecRetStatus bmvpu_dec_flush(BMVidCodHandle handle) {
//     return static_cast<BMVidDecRetStatus>(AtEdge(kDecoderEdge, __func__, [&]() -> absl::Status { ... }));
//   }
#ifndef BMDECODER_SRC_EDGE_H_
#define BMDECODER_SRC_EDGE_H_

#include <cstring>
#include <exception>
#include <new>
#include <string>

#include "absl/status/status.h"
#include "absl/types/span.h"

namespace bm::decoder {

// kQuiet: an answer that a program waits out, no failure.
enum class Loudness { kLogged, kQuiet };

struct EdgeCode {
  absl::StatusCode status;
  int code;
  Loudness loudness = Loudness::kLogged;
};

// One interface.
struct Edge {
  // Statuses that are not here become `otherwise`.
  absl::Span<const EdgeCode> codes;
  int otherwise;
  // Logs a failure of a function.
  void (*log)(const char* function, const std::string& text);
};

// The code of a status; logs its text.
int Report(const Edge& edge, const char* function, const absl::Status& status);

template <typename Body>
int AtEdge(const Edge& edge, const char* function, Body body) {
  try {
    return Report(edge, function, body());
  } catch (const std::bad_alloc&) {
    return Report(edge, function, absl::ResourceExhaustedError("out of host memory"));
  } catch (const std::exception& failure) {
    return Report(edge, function, absl::InternalError(failure.what()));
  }
}

// The number of an enumerator that a C program gave, which may be none of the enumeration's: such a value must not be
// read as what it is not.
template <typename Enum>
int NumberOf(const Enum& value) {
  static_assert(sizeof(Enum) == sizeof(int), "the vendor's enumerations");
  int number;
  std::memcpy(&number, &value, sizeof(number));
  return number;
}

// INVALID_ARGUMENT naming the parameter.
absl::Status NotNull(const void* pointer, const char* name);

// A line on the SDK's log.
void LogFailure(const char* function, const std::string& text);

}  // namespace bm::decoder

#endif  // BMDECODER_SRC_EDGE_H_
