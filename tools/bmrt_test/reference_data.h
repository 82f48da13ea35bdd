// The reference files of a context: raw 1N tensors behind one another, net by net, stage by stage, in the order of the
// net information, each with its compiled shape.
#ifndef TOOLS_BMRT_TEST_REFERENCE_DATA_H_
#define TOOLS_BMRT_TEST_REFERENCE_DATA_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/file.h"
#include "base/shape.h"
#include "bmdef.h"

namespace bm::tools {

using HostTensor = std::vector<uint8_t>;

// The bytes of one stage's tensors.
struct StageData {
  std::vector<HostTensor> inputs;
  std::vector<HostTensor> outputs;  // empty where nothing is compared
};

// Shapes that replace the compiled ones; empty: none.
struct ShapeOverrides {
  std::vector<Shape> inputs;
  std::vector<Shape> outputs;
};

class ReferenceData {
 public:
  // Inputs of zeros, no outputs.
  ReferenceData() = default;
  // Both files of a context directory. NOT_FOUND names a missing one.
  static absl::StatusOr<ReferenceData> Open(const std::string& directory, const std::string& output_name);

  bool has_outputs() const { return outputs_.has_value(); }

  // Tensors of the next stage. DATA_LOSS where a file ends before. INVALID_ARGUMENT where the number of overrides is
  // not that of the tensors.
  absl::StatusOr<StageData> Read(const bm_net_info_t& net, int stage, const ShapeOverrides& overrides);
  absl::Status Skip(const bm_net_info_t& net, int stage);

 private:
  std::optional<MappedFile> inputs_;
  std::optional<MappedFile> outputs_;
  uint64_t input_offset_ = 0;
  uint64_t output_offset_ = 0;
};

// The input shapes of a stage, or those that replace them.
absl::StatusOr<std::vector<bm_shape_t>> InputShapes(const bm_net_info_t& net, int stage,
                                                    const ShapeOverrides& overrides);

// Elements times element size.
uint64_t TensorBytes(bm_data_type_t type, const bm_shape_t& shape);

}  // namespace bm::tools

#endif  // TOOLS_BMRT_TEST_REFERENCE_DATA_H_
