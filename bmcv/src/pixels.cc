// Operators that treat every byte alone (bmcv_image_add_weighted, _absdiff, _bitwise_and, _bitwise_or, _bitwise_xor,
// _threshold).
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_format.h"
#include "base/status_macros.h"
#include "bmcv/src/edge.h"
#include "bmcv/src/filter.h"
#include "bmcv/src/open_images.h"
#include "bmcv/src/planes.h"
#include "bmcv_api_ext.h"

namespace bm::cv {
namespace {

// What an operator answers to operands that differ, and to a format or data type it does not have.
struct Refusals {
  absl::StatusCode mismatch, unsupported;
};
constexpr Refusals kArithmetic = {absl::StatusCode::kDataLoss, absl::StatusCode::kDataLoss};
constexpr Refusals kLogic = {absl::StatusCode::kInvalidArgument, absl::StatusCode::kUnimplemented};

// target = combine(a, b), byte by byte.
template <typename Combine>
absl::Status CombineImages(bm_handle_t handle, const bm_image& a, const bm_image& b, const bm_image& output,
                           const Refusals& refusals, Combine combine) {
  RETURN_IF_ERROR(CheckPixelFormat(a, kPixelFormats, refusals.unsupported));
  RETURN_IF_ERROR(CheckAlike(a, b, refusals.mismatch));
  RETURN_IF_ERROR(CheckAlike(a, output, refusals.mismatch));
  ASSIGN_OR_RETURN(const OpenImages open, OpenAll(handle, {&a, &b}, {&output}));
  const std::vector<ConstPlane>&first = open.inputs[0], &second = open.inputs[1];
  const std::vector<Plane>& target = open.outputs[0].planes();
  for (size_t p = 0; p < target.size(); ++p) {
    const size_t bytes = static_cast<size_t>(first[p].width) * first[p].channels;
    for (int y = 0; y < first[p].height; ++y) {
      std::transform(first[p].row(y), first[p].row(y) + bytes, second[p].row(y), target[p].row(y), combine);
    }
  }
  return absl::OkStatus();
}

// x is above the threshold if x > thresh.
absl::Status ThresholdTable(uint8_t thresh, uint8_t max_value, bm_thresh_type_t type, std::array<uint8_t, 256>* table) {
  for (int x = 0; x < 256; ++x) {
    const bool is_above = x > thresh;
    const uint8_t same = static_cast<uint8_t>(x);
    switch (type) {
      case BM_THRESH_BINARY:
        (*table)[x] = is_above ? max_value : 0;
        break;
      case BM_THRESH_BINARY_INV:
        (*table)[x] = is_above ? 0 : max_value;
        break;
      case BM_THRESH_TRUNC:
        (*table)[x] = is_above ? thresh : same;
        break;
      case BM_THRESH_TOZERO:
        (*table)[x] = is_above ? same : 0;
        break;
      case BM_THRESH_TOZERO_INV:
        (*table)[x] = is_above ? 0 : same;
        break;
      default:
        return absl::InvalidArgumentError(absl::StrFormat("type is %d; 0 to 4", static_cast<int>(type)));
    }
  }
  return absl::OkStatus();
}

}  // namespace
}  // namespace bm::cv

extern "C" {

bm_status_t bmcv_image_add_weighted(bm_handle_t handle, bm_image input1, float alpha, bm_image input2, float beta,
                                    float gamma, bm_image output) {
  return bm::cv::AtEdge(__func__, handle, [&] {
    const auto add = [=](uint8_t a, uint8_t b) { return bm::cv::RoundToByte(alpha * a + beta * b + gamma); };
    return bm::cv::CombineImages(handle, input1, input2, output, bm::cv::kArithmetic, add);
  });
}

bm_status_t bmcv_image_absdiff(bm_handle_t handle, bm_image input1, bm_image input2, bm_image output) {
  return bm::cv::AtEdge(__func__, handle, [&] {
    return bm::cv::CombineImages(handle, input1, input2, output, bm::cv::kArithmetic,
                                 [](uint8_t a, uint8_t b) { return static_cast<uint8_t>(std::abs(a - b)); });
  });
}

#define BMCV_BITWISE(NAME, OPERATOR)                                                                             \
  bm_status_t bmcv_image_bitwise_##NAME(bm_handle_t handle, bm_image input1, bm_image input2, bm_image output) { \
    return bm::cv::AtEdge(__func__, handle, [&] {                                                                \
      return bm::cv::CombineImages(handle, input1, input2, output, bm::cv::kLogic,                               \
                                   [](uint8_t a, uint8_t b) { return static_cast<uint8_t>(a OPERATOR b); });     \
    });                                                                                                          \
  }
BMCV_BITWISE(and, &)
BMCV_BITWISE(or, |)
BMCV_BITWISE(xor, ^)
#undef BMCV_BITWISE

bm_status_t bmcv_image_threshold(bm_handle_t handle, bm_image input, bm_image output, unsigned char thresh,
                                 unsigned char max_value, bm_thresh_type_t type) {
  return bm::cv::AtEdge(__func__, handle, [&]() -> absl::Status {
    std::array<uint8_t, 256> table;
    RETURN_IF_ERROR(bm::cv::ThresholdTable(thresh, max_value, type, &table));
    return bm::cv::CombineImages(handle, input, input, output, bm::cv::kLogic,
                                 [&](uint8_t x, uint8_t /*same*/) { return table[x]; });
  });
}

}  // extern "C"
