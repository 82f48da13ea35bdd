// The table of operations behind decoding, disassembly, timing and documentation.
#ifndef ISA_BDC_OPS_H_
#define ISA_BDC_OPS_H_

#include "absl/types/span.h"
#include "isa/bdc.h"

namespace bm::isa {

inline constexpr auto kNoEu = static_cast<Eu>(31);

struct BdcOpRow {
  BdcTask task;
  Eu eu;  // kNoEu: any
  const char* mnemonic;
};

absl::Span<const BdcOpRow> BdcOpTable();

// The row of a task and EU; null if the closed list has none.
const BdcOpRow* FindBdcOp(BdcTask task, Eu eu);

// Task and EU field of an operation as it is encoded.
BdcTask TaskOf(const BdcOp& op);
Eu EuOf(const BdcOp& op);
// The precision that its name carries: of the main operand.
Precision PrecisionOf(const BdcOp& op);
// The shape of the (first) result; a matrix counts as [rows, lanes, 1, columns].
Dims4 ShapeOf(const BdcOp& op);

const char* Name(Precision precision);
const char* Name(DataFormat format);

}  // namespace bm::isa

#endif  // ISA_BDC_OPS_H_
