// The scaler: which formats pair, what it refuses, and its work on device memory.
#ifndef BMCV_SRC_VPP_H_
#define BMCV_SRC_VPP_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "bmcv/src/axis.h"
#include "bmcv/src/colour.h"
#include "bmcv_api_ext.h"

namespace bm::cv {

// A part of an input, scaled into a part of an output.
struct VppRequest {
  const bm_image* input;
  const bm_image* output;
  bmcv_rect_t crop;                              // of the input
  bmcv_rect_t place;                             // in the output
  const bmcv_padding_atrr_t* fill = nullptr;     // colours that the whole output gets first; null: the rest stays
  const bmcv_convert_to_attr* linear = nullptr;  // what pixels (and fill) go through afterwards, as convert_to does
};

struct VppOptions {
  bmcv_resize_algorithm algorithm = BMCV_INTER_LINEAR;
  csc_type_t csc = CSC_MAX_ENUM;
  const csc_matrix_t* matrix = nullptr;
  bool has_any_zoom = false;    // else at most 32 times larger or smaller
  bool has_more_pairs = false;  // those of bmcv_image_vpp_basic too
};

// A request that passed: its crop is aligned to the chroma of the input.
struct VppJob {
  VppRequest request;
  Sampling sampling;
  Conversion conversion;
};

bmcv_rect_t WholeOf(const bm_image& image);

// Whether the rectangle has pixels and all of them are the image's.
bool IsInside(const bmcv_rect_t& rect, const bm_image& image);

// With `linear`, outputs are RGB_PLANAR or BGR_PLANAR, rows without gaps, 1N_BYTE, 1N_BYTE_SIGNED or FLOAT32, else
// DATA_LOSS.
//
// UNIMPLEMENTED for formats, types, sizes and algorithms that the scaler does not have; INVALID_ARGUMENT for a colour
// conversion that is none of these formats (colour.h); INTERNAL for a rectangle outside its image. Touches no memory.
absl::StatusOr<VppJob> CheckRequest(const VppRequest& request, const VppOptions& options);

// Does the jobs in order; outputs without memory get some. Inputs may share memory with outputs: they are read as they
// were. DATA_LOSS, RESOURCE_EXHAUSTED; INVALID_ARGUMENT for a compressed input that is none.
absl::Status RunJobs(bm_handle_t handle, absl::Span<const VppJob> jobs);

}  // namespace bm::cv

#endif  // BMCV_SRC_VPP_H_
