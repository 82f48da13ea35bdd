// The C edge: nothing inside leaves it as an exception, a failed status becomes one WRONG line and a false.
//
//   bool bmrt_load_bmodel(void* p_bmrt, const char* path) {
//     return AtEdge(BMRT_HERE, [&]() -> absl::Status { ... });
//   }
#ifndef BMRUNTIME_SRC_EDGE_H_
#define BMRUNTIME_SRC_EDGE_H_

#include <exception>

#include "absl/status/status.h"
#include "bmruntime/src/log.h"

namespace bm::runtime {

struct SourcePlace {
  const char* function;
  int line;
};

template <typename Body>
bool AtEdge(SourcePlace place, Body body) {
  try {
    const absl::Status status = body();
    if (status.ok()) return true;
    Log(LogLevel::kWrong, place.function, place.line, status.message());
  } catch (const std::exception& failure) {  // out of host memory
    Log(LogLevel::kWrong, place.function, place.line, failure.what());
  }
  return false;
}

}  // namespace bm::runtime

#define BMRT_HERE \
  ::bm::runtime::SourcePlace { __func__, __LINE__ }

#endif  // BMRUNTIME_SRC_EDGE_H_
