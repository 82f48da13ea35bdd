// The reference executor: one command after the other on architectural memory. It defines the result.
#ifndef BMDRIVER_SIM_REFERENCE_EXECUTOR_H_
#define BMDRIVER_SIM_REFERENCE_EXECUTOR_H_

#include <memory>

#include "bmdriver_sim/chip/executor.h"

namespace bm::reference {

class ReferenceExecutor : public chip::Executor {
 public:
  absl::StatusOr<std::unique_ptr<chip::Program>> Prepare(absl::Span<const chip::CommandGroupImage> groups,
                                                         chip::Chip* chip) override;
};

}  // namespace bm::reference

#endif  // BMDRIVER_SIM_REFERENCE_EXECUTOR_H_
