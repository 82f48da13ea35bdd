// The operators of the scaler (bmcv_image_vpp_*).
#include <cstdint>
#include <limits>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_format.h"
#include "base/status_macros.h"
#include "bmcv/src/edge.h"
#include "bmcv/src/planes.h"
#include "bmcv/src/vpp.h"
#include "bmcv_api_ext.h"

namespace bm::cv {
namespace {

constexpr int kMostImages = 256;  // of the operators with a limit
constexpr int kLeastPlace = 16;   // pixels, in both directions
constexpr bmcv_convert_to_attr kSame = {1, 0, 1, 0, 1, 0};

// Checks all requests before any is done. `crops` (may be null) are the caller's and become aligned.
absl::Status Run(bm_handle_t handle, const std::vector<VppRequest>& requests, const VppOptions& options,
                 bmcv_rect_t* crops) {
  std::vector<VppJob> jobs;
  for (const VppRequest& request : requests) {
    ASSIGN_OR_RETURN(const VppJob job, CheckRequest(request, options));
    jobs.push_back(job);
  }
  RETURN_IF_ERROR(RunJobs(handle, jobs));
  for (size_t i = 0; crops != nullptr && i < jobs.size(); ++i) crops[i] = jobs[i].request.crop;
  return absl::OkStatus();
}

absl::Status CheckCount(int count, const void* images) {
  if (count >= 1 && images != nullptr) return absl::OkStatus();
  return absl::InternalError(absl::StrFormat("%d images, or none at all; at least one", count));
}

absl::Status CheckOneKind(int count, const bm_image* images, absl::StatusCode refusal) {
  for (int i = 1; i < count; ++i) {
    if (images[i].image_format == images[0].image_format && images[i].data_type == images[0].data_type) continue;
    return absl::Status(
        refusal, absl::StrFormat("image %d has format %d and type %d, image 0 %d and %d", i,
                                 static_cast<int>(images[i].image_format), static_cast<int>(images[i].data_type),
                                 static_cast<int>(images[0].image_format), static_cast<int>(images[0].data_type)));
  }
  return absl::OkStatus();
}

// A part of one input for each output as a whole.
absl::Status Convert(bm_handle_t handle, int count, const bm_image& input, const bm_image* outputs, bmcv_rect_t* crops,
                     const VppOptions& options) {
  RETURN_IF_ERROR(CheckCount(count, outputs));
  RETURN_IF_ERROR(CheckOneKind(count, outputs, absl::StatusCode::kInternal));
  std::vector<VppRequest> requests;
  for (int i = 0; i < count; ++i) {
    requests.push_back({&input, &outputs[i], crops == nullptr ? WholeOf(input) : crops[i], WholeOf(outputs[i])});
  }
  return Run(handle, requests, options, crops);
}

// The place of an output that a padding names, and whether the rest is filled.
absl::StatusOr<VppRequest> Padded(const bm_image& input, const bm_image& output, const bmcv_rect_t& crop,
                                  const bmcv_padding_atrr_t& padding) {
  constexpr unsigned kMost = std::numeric_limits<int>::max();
  for (const unsigned number : {padding.dst_crop_stx, padding.dst_crop_sty, padding.dst_crop_w, padding.dst_crop_h}) {
    if (number > kMost) return absl::InternalError(absl::StrFormat("a place at or of %d pixels", number));
  }
  if (padding.dst_crop_w < kLeastPlace || padding.dst_crop_h < kLeastPlace) {
    return absl::InternalError(absl::StrFormat("a place of %d x %d pixels; at least %d in both directions",
                                               padding.dst_crop_w, padding.dst_crop_h, kLeastPlace));
  }
  const bmcv_rect_t place = {static_cast<int>(padding.dst_crop_stx), static_cast<int>(padding.dst_crop_sty),
                             static_cast<int>(padding.dst_crop_w), static_cast<int>(padding.dst_crop_h)};
  return VppRequest{&input, &output, crop, place, padding.if_memset != 0 ? &padding : nullptr};
}

absl::Status ConvertPadding(bm_handle_t handle, int count, const bm_image& input, const bm_image* outputs,
                            const bmcv_padding_atrr_t* paddings, bmcv_rect_t* crops, const VppOptions& options) {
  RETURN_IF_ERROR(CheckCount(count, outputs));
  if (paddings == nullptr) return absl::InternalError("padding_attr is null");
  RETURN_IF_ERROR(CheckOneKind(count, outputs, absl::StatusCode::kInternal));
  std::vector<VppRequest> requests;
  for (int i = 0; i < count; ++i) {
    ASSIGN_OR_RETURN(const VppRequest request,
                     Padded(input, outputs[i], crops == nullptr ? WholeOf(input) : crops[i], paddings[i]));
    requests.push_back(request);
  }
  return Run(handle, requests, options, crops);
}

// How many outputs each input has.
absl::StatusOr<std::vector<int>> CropCounts(int count, const int* crop_counts, bool has_crops) {
  if ((crop_counts == nullptr) == has_crops) {
    return absl::InternalError("crop_num_vec and crop_rect: one is null and the other is not");
  }
  std::vector<int> counts;
  int64_t total = 0;
  for (int i = 0; i < count; ++i) {
    counts.push_back(crop_counts == nullptr ? 1 : crop_counts[i]);
    total += counts.back();
    if (counts.back() < 0 || total > kMostImages) {
      return absl::InternalError(absl::StrFormat("%d crops of input %d, %d with those before; at most %d",
                                                 counts.back(), i, total, kMostImages));
    }
  }
  return counts;
}

absl::Status Basic(bm_handle_t handle, int count, const bm_image* inputs, const bm_image* outputs,
                   const int* crop_counts, bmcv_rect_t* crops, const bmcv_padding_atrr_t* paddings,
                   const bmcv_convert_to_attr* linear, const VppOptions& options) {
  RETURN_IF_ERROR(CheckCount(count, inputs));
  RETURN_IF_ERROR(CheckCount(count, outputs));
  ASSIGN_OR_RETURN(const std::vector<int> counts, CropCounts(count, crop_counts, crops != nullptr));
  std::vector<VppRequest> requests;
  for (int i = 0; i < count; ++i) {
    for (int j = 0; j < counts[i]; ++j) {
      const size_t at = requests.size();
      const bmcv_rect_t crop = crops == nullptr ? WholeOf(inputs[i]) : crops[at];
      VppRequest request = {&inputs[i], &outputs[at], crop, WholeOf(outputs[at])};
      if (paddings != nullptr) {
        ASSIGN_OR_RETURN(request, Padded(inputs[i], outputs[at], crop, paddings[at]));
      }
      request.linear = linear;
      requests.push_back(request);
    }
  }
  return Run(handle, requests, options, crops);
}

absl::Status Stitch(bm_handle_t handle, int count, const bm_image* inputs, const bm_image& output,
                    const bmcv_rect_t* places, bmcv_rect_t* crops, const VppOptions& options) {
  RETURN_IF_ERROR(CheckCount(count, inputs));
  if (places == nullptr) return absl::InternalError("dst_crop_rect is null");
  if (count > kMostImages) {
    return absl::UnimplementedError(absl::StrFormat("%d images; at most %d", count, kMostImages));
  }
  RETURN_IF_ERROR(CheckOneKind(count, inputs, absl::StatusCode::kUnimplemented));
  std::vector<VppRequest> requests;
  for (int i = 0; i < count; ++i) {
    requests.push_back({&inputs[i], &output, crops == nullptr ? WholeOf(inputs[i]) : crops[i], places[i]});
  }
  return Run(handle, requests, options, crops);
}

}  // namespace
}  // namespace bm::cv

using bm::cv::AtEdge;
using bm::cv::AtEdgeOrFail;
using bm::cv::VppOptions;

extern "C" {

bm_status_t bmcv_image_vpp_convert(bm_handle_t handle, int output_num, bm_image input, bm_image* output,
                                   bmcv_rect_t* crop_rect, bmcv_resize_algorithm algorithm) {
  const auto convert = [&] {
    const VppOptions options = {algorithm, CSC_MAX_ENUM, nullptr, /*has_any_zoom=*/true};
    return bm::cv::Convert(handle, output_num, input, output, crop_rect, options);
  };
  return AtEdgeOrFail(__func__, handle, convert, BM_ERR_PARAM);
}

bm_status_t bmcv_image_vpp_csc_matrix_convert(bm_handle_t handle, int output_num, bm_image input, bm_image* output,
                                              csc_type_t csc, csc_matrix_t* matrix, bmcv_resize_algorithm algorithm,
                                              bmcv_rect_t* crop_rect) {
  const auto convert = [&] {
    const VppOptions options = {algorithm, csc, matrix, /*has_any_zoom=*/csc == CSC_MAX_ENUM};
    return bm::cv::Convert(handle, output_num, input, output, crop_rect, options);
  };
  return AtEdgeOrFail(__func__, handle, convert, BM_ERR_PARAM);
}

bm_status_t bmcv_image_vpp_convert_padding(bm_handle_t handle, int output_num, bm_image input, bm_image* output,
                                           bmcv_padding_atrr_t* padding_attr, bmcv_rect_t* crop_rect,
                                           bmcv_resize_algorithm algorithm) {
  const auto convert = [&] {
    return bm::cv::ConvertPadding(handle, output_num, input, output, padding_attr, crop_rect, {algorithm});
  };
  return AtEdgeOrFail(__func__, handle, convert, BM_ERR_PARAM);
}

bm_status_t bmcv_image_vpp_basic(bm_handle_t handle, int in_img_num, bm_image* input, bm_image* output,
                                 int* crop_num_vec, bmcv_rect_t* crop_rect, bmcv_padding_atrr_t* padding_attr,
                                 bmcv_resize_algorithm algorithm, csc_type_t csc_type, csc_matrix_t* matrix) {
  const auto convert = [&] {
    const VppOptions options = {algorithm, csc_type, matrix, /*has_any_zoom=*/false, /*has_more_pairs=*/true};
    return bm::cv::Basic(handle, in_img_num, input, output, crop_num_vec, crop_rect, padding_attr, nullptr, options);
  };
  return AtEdgeOrFail(__func__, handle, convert, BM_ERR_PARAM);
}

bm_status_t bmcv_image_vpp_stitch(bm_handle_t handle, int input_num, bm_image* input, bm_image output,
                                  bmcv_rect_t* dst_crop_rect, bmcv_rect_t* src_crop_rect,
                                  bmcv_resize_algorithm algorithm) {
  const auto stitch = [&] {
    return bm::cv::Stitch(handle, input_num, input, output, dst_crop_rect, src_crop_rect, {algorithm});
  };
  return AtEdgeOrFail(__func__, handle, stitch, BM_ERR_PARAM);
}

bm_status_t bmcv_image_csc_convert_to(bm_handle_t handle, int img_num, bm_image* input, bm_image* output,
                                      int* crop_num_vec, bmcv_rect_t* crop_rect, bmcv_padding_atrr_t* padding_attr,
                                      bmcv_resize_algorithm algorithm, csc_type_t csc_type, csc_matrix_t* matrix,
                                      bmcv_convert_to_attr* convert_to_attr) {
  return AtEdge(__func__, handle, [&] {
    const VppOptions options = {algorithm, csc_type, matrix, /*has_any_zoom=*/false, /*has_more_pairs=*/true};
    return bm::cv::Basic(handle, img_num, input, output, crop_num_vec, crop_rect, padding_attr,
                         convert_to_attr == nullptr ? &bm::cv::kSame : convert_to_attr, options);
  });
}

bm_status_t bmcv_image_vpp_basic_v2(bm_handle_t handle, int img_num, bm_image* input, bm_image* output,
                                    int* crop_num_vec, bmcv_rect_t* crop_rect, bmcv_padding_atrr_t* padding_attr,
                                    bmcv_resize_algorithm algorithm, csc_type_t csc_type, csc_matrix_t* matrix,
                                    bmcv_convert_to_attr* convert_to_attr) {
  return AtEdge(__func__, handle, [&] {
    const VppOptions options = {algorithm, csc_type, matrix, /*has_any_zoom=*/false, /*has_more_pairs=*/true};
    return bm::cv::Basic(handle, img_num, input, output, crop_num_vec, crop_rect, padding_attr,
                         convert_to_attr == nullptr ? &bm::cv::kSame : convert_to_attr, options);
  });
}

}  // extern "C"
