#include "tools/bmrt_test/reference_data.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/checked_math.h"
#include "base/status_macros.h"
#include "bmruntime/src/tensor_math.h"
#include "bmruntime_interface.h"

namespace bm::tools {
namespace {

absl::StatusOr<std::vector<bm_shape_t>> Replaced(const char* side, const bm_shape_t* compiled, int count,
                                                 const std::vector<Shape>& overrides) {
  if (overrides.empty()) return std::vector<bm_shape_t>(compiled, compiled + count);
  if (overrides.size() != static_cast<size_t>(count)) {
    return absl::InvalidArgumentError(
        absl::StrCat(overrides.size(), " shapes are given for the ", count, " ", side, " of the net"));
  }
  std::vector<bm_shape_t> shapes;
  for (const Shape& shape : overrides) shapes.push_back(runtime::ToVendor(shape));
  return shapes;
}

// The next tensors of a file, or zeros where there is none.
absl::StatusOr<std::vector<HostTensor>> Take(const std::optional<MappedFile>& file, const bm_data_type_t* types,
                                             const std::vector<bm_shape_t>& shapes, uint64_t* offset) {
  std::vector<HostTensor> tensors;
  for (size_t i = 0; i < shapes.size(); ++i) {
    const uint64_t bytes = TensorBytes(types[i], shapes[i]);
    if (!file.has_value()) {
      tensors.emplace_back(bytes);
      continue;
    }
    const absl::Status inside = CheckRange(*offset, bytes, file->bytes().size());
    if (!inside.ok()) return absl::DataLossError(absl::StrCat("the reference data is too short: ", inside.message()));
    const absl::Span<const uint8_t> data = file->bytes().subspan(*offset, bytes);
    tensors.emplace_back(data.begin(), data.end());
    *offset += bytes;
  }
  return tensors;
}

}  // namespace

uint64_t TensorBytes(bm_data_type_t type, const bm_shape_t& shape) {
  return bmrt_shape_count(&shape) * bmrt_data_type_size(type);
}

absl::StatusOr<std::vector<bm_shape_t>> InputShapes(const bm_net_info_t& net, int stage,
                                                    const ShapeOverrides& overrides) {
  return Replaced("inputs", net.stages[stage].input_shapes, net.input_num, overrides.inputs);
}

absl::StatusOr<ReferenceData> ReferenceData::Open(const std::string& directory, const std::string& output_name) {
  ReferenceData data;
  ASSIGN_OR_RETURN(data.inputs_, MappedFile::Open(directory + "/input_ref_data.dat"));
  ASSIGN_OR_RETURN(data.outputs_, MappedFile::Open(absl::StrCat(directory, "/", output_name)));
  return data;
}

absl::StatusOr<StageData> ReferenceData::Read(const bm_net_info_t& net, int stage, const ShapeOverrides& overrides) {
  StageData data;
  ASSIGN_OR_RETURN(const std::vector<bm_shape_t> inputs, InputShapes(net, stage, overrides));
  ASSIGN_OR_RETURN(data.inputs, Take(inputs_, net.input_dtypes, inputs, &input_offset_));
  if (!has_outputs()) return data;
  ASSIGN_OR_RETURN(const std::vector<bm_shape_t> outputs,
                   Replaced("outputs", net.stages[stage].output_shapes, net.output_num, overrides.outputs));
  ASSIGN_OR_RETURN(data.outputs, Take(outputs_, net.output_dtypes, outputs, &output_offset_));
  return data;
}

absl::Status ReferenceData::Skip(const bm_net_info_t& net, int stage) { return Read(net, stage, {}).status(); }

}  // namespace bm::tools
