// From verified FlatBuffers tables to a Model.
#ifndef BMODEL_UNPACK_H_
#define BMODEL_UNPACK_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "bmodel/model.h"
#include "bmodel/model_generated.h"

namespace bm::bmodel {

// `tables` have passed the FlatBuffers verifier; blobs become views of `binary`. DATA_LOSS naming net, stage and
// field where a blob leaves the binary section (both ends shown) or a shape or check code is not one;
// RESOURCE_EXHAUSTED where tables that share their parts would unpack to more than `budget_bytes`.
absl::StatusOr<Model> Unpack(const ::bmodel::Model& tables, Bytes binary, uint64_t budget_bytes);

}  // namespace bm::bmodel

#endif  // BMODEL_UNPACK_H_
