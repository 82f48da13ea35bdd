// Runs a compiled network on the reference executor, without a card or a driver.
//
//   ASSIGN_OR_RETURN(const evaluate::Values outputs, Simulate(net, inputs));
#ifndef BMCOMPILER_SIMULATE_SIMULATE_H_
#define BMCOMPILER_SIMULATE_SIMULATE_H_

#include <vector>

#include "absl/status/statusor.h"
#include "bmcompiler/lowering/lower.h"

namespace bm::simulate {

// Row-major arrays, inputs and outputs in the network's order. Errors as chip::Program::Run.
absl::StatusOr<std::vector<std::vector<float>>> Simulate(const lowering::CompiledNet& net,
                                                         const std::vector<std::vector<float>>& inputs);

}  // namespace bm::simulate

#endif  // BMCOMPILER_SIMULATE_SIMULATE_H_
