// The two engines that work on system memory alone: gather (GDE) and host copy (CDMA), docs/isa.md 4.3. No command
// group of a bmodel holds their commands; firmware issues them one by one.
//
//   ASSIGN_OR_RETURN(const isa::GdeCommand command, isa::DecodeGde(words));
//   RETURN_IF_ERROR(Execute(command, &chip));
#ifndef BMDRIVER_SIM_REFERENCE_SYSTEM_ENGINES_H_
#define BMDRIVER_SIM_REFERENCE_SYSTEM_ENGINES_H_

#include "absl/status/status.h"
#include "bmdriver_sim/chip/chip.h"
#include "isa/cdma.h"
#include "isa/gde.h"

namespace bm::reference {

// out[i] = in[index[i]] for i = 0, 1, ...: an output that overlaps the input or the indices is seen by later elements.
// OUT_OF_RANGE names what lies outside DDR and L2, an index with its place; what came before it is written.
absl::Status Execute(const isa::GdeCommand& command, chip::Chip* chip);

// Copies as if through a buffer. The ids are not looked at: whoever issues the command has waited. OUT_OF_RANGE names
// the side that lies outside DDR and L2; nothing is written then.
absl::Status Execute(const isa::CdmaCommand& command, chip::Chip* chip);

}  // namespace bm::reference

#endif  // BMDRIVER_SIM_REFERENCE_SYSTEM_ENGINES_H_
