// docs/isa.md: the hand-written manual (isa/manual.md) with tables made from what the code itself uses.
#ifndef ISA_MANUAL_TABLES_H_
#define ISA_MANUAL_TABLES_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace bm::isa {

// Replaces every line "<!-- table: NAME -->" of `manual` by that table. NOT_FOUND names a table that does not exist.
absl::StatusOr<std::string> RenderManual(absl::string_view manual);

}  // namespace bm::isa

#endif  // ISA_MANUAL_TABLES_H_
