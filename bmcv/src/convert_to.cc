// bmcv_image_convert_to: out = alpha * x + beta, channel by channel.
#include <algorithm>
#include <cstdint>
#include <iterator>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_format.h"
#include "base/checked_math.h"
#include "base/cpu.h"
#include "base/status_macros.h"
#include "bmcv/src/edge.h"
#include "bmcv/src/image.h"
#include "bmcv/src/linear.h"
#include "bmcv/src/open_images.h"
#include "bmcv/src/operators.h"
#include "bmcv/src/planes.h"
#include "bmcv_api_ext.h"

namespace bm::cv {
namespace {

// Four images in one are four times as many values, or go apart.
struct PairRow {
  bm_image_data_format_ext input, output;
  int values_a_pixel;  // that are converted together
  int outputs;         // images made of an input
};
constexpr PairRow kPairs[] = {
    {DATA_TYPE_EXT_1N_BYTE, DATA_TYPE_EXT_FLOAT32, 1, 1},
    {DATA_TYPE_EXT_1N_BYTE, DATA_TYPE_EXT_1N_BYTE, 1, 1},
    {DATA_TYPE_EXT_1N_BYTE, DATA_TYPE_EXT_1N_BYTE_SIGNED, 1, 1},
    {DATA_TYPE_EXT_1N_BYTE_SIGNED, DATA_TYPE_EXT_1N_BYTE_SIGNED, 1, 1},
    {DATA_TYPE_EXT_FLOAT32, DATA_TYPE_EXT_FLOAT32, 1, 1},
    {DATA_TYPE_EXT_4N_BYTE, DATA_TYPE_EXT_FLOAT32, 1, 4},
    {DATA_TYPE_EXT_4N_BYTE, DATA_TYPE_EXT_4N_BYTE, 4, 1},
    {DATA_TYPE_EXT_4N_BYTE, DATA_TYPE_EXT_4N_BYTE_SIGNED, 4, 1},
};

// The type of one of four images.
bm_image_data_format_ext SingleOf(bm_image_data_format_ext type) {
  if (type == DATA_TYPE_EXT_4N_BYTE) return DATA_TYPE_EXT_1N_BYTE;
  return type == DATA_TYPE_EXT_4N_BYTE_SIGNED ? DATA_TYPE_EXT_1N_BYTE_SIGNED : type;
}

absl::StatusOr<const PairRow*> FindPair(const bm_image& input, const bm_image& output) {
  const auto pair = std::find_if(std::begin(kPairs), std::end(kPairs), [&](const PairRow& row) {
    return row.input == input.data_type && row.output == output.data_type;
  });
  if (pair != std::end(kPairs)) return pair;
  return absl::DataLossError(absl::StrFormat("data type %d does not become type %d", static_cast<int>(input.data_type),
                                             static_cast<int>(output.data_type)));
}

absl::Status CheckImages(const bm_image& input, const bm_image& output, const PairRow& pair) {
  RETURN_IF_ERROR(CheckFormat(input, takes::bmcv_image_convert_to.formats, {pair.input}, absl::StatusCode::kDataLoss));
  bm_image expected = input;
  expected.data_type = pair.output;
  RETURN_IF_ERROR(CheckAlike(expected, output, absl::StatusCode::kDataLoss));
  ASSIGN_OR_RETURN(const Image* const created, FromImage(output));
  if (created->strides[0] == created->shapes[0].row_bytes()) return absl::OkStatus();
  return absl::DataLossError(absl::StrFormat("output has a stride of %d bytes; %d, without gaps", created->strides[0],
                                             created->shapes[0].row_bytes()));
}

void ConvertImage(const PairRow& pair, const std::vector<ConstPlane>& source, int lane,
                  const bmcv_convert_to_attr& attributes, const std::vector<Plane>& target) {
  const RowKernels kernels = RowKernelsFor(UsableCpuLevel());
  LinearRow* const function = LinearRowFor(SingleOf(pair.input), SingleOf(pair.output));
  std::vector<uint8_t> lane_row;
  for (size_t p = 0; p < source.size(); ++p) {
    const int width = source[p].width;
    for (int y = 0; y < source[p].height; ++y) {
      const uint8_t* row = source[p].row(y);
      if (pair.outputs > 1) {
        lane_row.resize(width);
        for (int x = 0; x < width; ++x) lane_row[x] = row[x * pair.outputs + lane];
        row = lane_row.data();
      }
      function(kernels, row, LinearOf(attributes, static_cast<int>(p)), target[p].row(y), width * pair.values_a_pixel);
    }
  }
}

absl::Status ConvertTo(bm_handle_t handle, int count, const bmcv_convert_to_attr& attributes, const bm_image* inputs,
                       const bm_image* outputs) {
  if (count < 1 || inputs == nullptr || outputs == nullptr) {
    return absl::InvalidArgumentError(absl::StrFormat("%d images, or none at all; at least one", count));
  }
  ASSIGN_OR_RETURN(const PairRow* const pair, FindPair(inputs[0], outputs[0]));
  ASSIGN_OR_RETURN(const int output_count, CheckedCast<int>(static_cast<int64_t>(count) * pair->outputs));
  std::vector<const bm_image*> sources, targets;
  for (int i = 0; i < output_count; ++i) {
    sources.push_back(&inputs[i / pair->outputs]);
    targets.push_back(&outputs[i]);
    RETURN_IF_ERROR(CheckImages(*sources[i], *targets[i], *pair));
  }
  ASSIGN_OR_RETURN(const OpenImages open, OpenAll(handle, sources, targets));
  for (size_t i = 0; i < targets.size(); ++i) {
    ConvertImage(*pair, open.inputs[i], static_cast<int>(i) % pair->outputs, attributes, open.outputs[i].planes());
  }
  return absl::OkStatus();
}

}  // namespace
}  // namespace bm::cv

extern "C" {

bm_status_t bmcv_image_convert_to(bm_handle_t handle, int input_num, bmcv_convert_to_attr convert_to_attr,
                                  bm_image* input, bm_image* output) {
  return bm::cv::AtEdge(__func__, handle,
                        [&] { return bm::cv::ConvertTo(handle, input_num, convert_to_attr, input, output); });
}

}  // extern "C"
