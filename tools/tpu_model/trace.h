// The estimated times of a stage's commands.
#ifndef TOOLS_TPU_MODEL_TRACE_H_
#define TOOLS_TPU_MODEL_TRACE_H_

#include <string>

#include "absl/status/statusor.h"
#include "bmodel/model.h"

namespace bm::tools {

struct StageTrace {
  std::string json;     // for chrome://tracing and Perfetto (isa/schedule.h)
  std::string summary;  // the time of a launch, per engine and per kind of command the number and the busy time
};

// What decoding and scheduling the commands answers.
absl::StatusOr<StageTrace> TraceOf(const bmodel::Stage& stage);

}  // namespace bm::tools

#endif  // TOOLS_TPU_MODEL_TRACE_H_
