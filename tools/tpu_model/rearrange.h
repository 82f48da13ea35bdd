// What tpu_model does to files: take nets apart, put them together, replace pieces of them.
#ifndef TOOLS_TPU_MODEL_REARRANGE_H_
#define TOOLS_TPU_MODEL_REARRANGE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "bmodel/model.h"
#include "bmodel/reader.h"

namespace bm::tools {

// A model of one stage of one net and the file name it gets. Cascade and modules are dropped.
struct Extract {
  std::string file_name;  // "bm_net<i>_stage<j>.bmodel"
  bmodel::Model model;
};
std::vector<Extract> ExtractStages(const bmodel::Model& model);

// Where a stage of a combined model comes from.
struct Origin {
  size_t file;
  size_t net;
  size_t stage;
};

// All nets of all models in the order of first appearance, a net of the same name adding its stages to the first.
// Chip and modules come from the first model, device_count is the largest. INVALID_ARGUMENT where chips differ or
// stages of one net do not fit together. `origins[net][stage]` is filled in the order of the result.
absl::StatusOr<bmodel::Model> Combine(const std::vector<const bmodel::Model*>& models,
                                      std::vector<std::vector<Origin>>* origins);

// Bytes that the reference data files hold for a stage: all its inputs, all its outputs, unpacked.
absl::StatusOr<uint64_t> InputBytes(const bmodel::Stage& stage);
absl::StatusOr<uint64_t> OutputBytes(const bmodel::Stage& stage);

// A piece of the coefficients of stage 0 of a net: the operation whose weights start exactly at `offset`.
struct WeightPlace {
  std::string net;
  uint64_t offset = 0;
};

// The bytes of `target` with one operation's weights replaced by those of `source`, and the check codes of the
// coefficients that contain them. INVALID_ARGUMENT where names or sizes differ; NOT_FOUND for an unknown place.
absl::StatusOr<std::vector<uint8_t>> ReplaceWeight(bmodel::Bytes target_bytes, const bmodel::ModelFile& target,
                                                   const WeightPlace& target_place, const bmodel::ModelFile& source,
                                                   const WeightPlace& source_place);

}  // namespace bm::tools

#endif  // TOOLS_TPU_MODEL_REARRANGE_H_
