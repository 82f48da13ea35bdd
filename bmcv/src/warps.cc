// bmcv_image_warp_affine, bmcv_image_warp_perspective and their variants.
#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <type_traits>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_format.h"
#include "base/status_macros.h"
#include "bmcv/src/edge.h"
#include "bmcv/src/open_images.h"
#include "bmcv/src/operators.h"
#include "bmcv/src/planes.h"
#include "bmcv/src/warp.h"
#include "bmcv_api_ext.h"

namespace bm::cv {
namespace {

// Every refusal is the vendor's FAILURE.
constexpr absl::StatusCode kRefusal = absl::StatusCode::kInternal;
constexpr int kMostImages = 4;

// One output: the image it shows and what becomes of it.
template <typename Map>
struct Job {
  int image;
  Map* map;
};

// The maps of all images, `member` and `count` of the lists, in the order of the outputs.
template <typename List, typename Map>
absl::StatusOr<std::vector<Job<Map>>> JobsOf(int image_count, const List* lists, Map* List::*member, int List::*count) {
  if (image_count < 1 || image_count > kMostImages || lists == nullptr) {
    return absl::InternalError(absl::StrFormat("%d images, or no matrices; 1 to %d", image_count, kMostImages));
  }
  std::vector<Job<Map>> jobs;
  for (int i = 0; i < image_count; ++i) {
    if (lists[i].*member == nullptr || lists[i].*count < 1) {
      return absl::InternalError(
          absl::StrFormat("image %d has %d maps, or none at all; at least 1", i, lists[i].*count));
    }
    for (int m = 0; m < lists[i].*count; ++m) jobs.push_back({i, lists[i].*member + m});
  }
  return jobs;
}

// Images that the calls share: `inputs` of `image_count` pictures and `outputs` of `target_count`, four of them in each
// 4N image.
struct Pictures {
  const bm_image* inputs;
  const bm_image* outputs;
  int image_count, target_count;

  int Lanes() const { return PicturesIn(inputs[0]); }
  const bm_image& Input(int image) const { return inputs[image / Lanes()]; }
  const bm_image& Output(int target) const { return outputs[target / Lanes()]; }
};

absl::Status CheckPictures(const Pictures& pictures, const Operator& taking) {
  if (pictures.inputs == nullptr || pictures.outputs == nullptr) return absl::InternalError("input or output is null");
  for (int i = 0; i < pictures.image_count; ++i) {
    RETURN_IF_ERROR(CheckOperand(pictures.Input(i), taking, kRefusal));
  }
  for (int i = 0; i < pictures.target_count; ++i) {
    RETURN_IF_ERROR(CheckOperand(pictures.Output(i), taking, kRefusal));
    RETURN_IF_ERROR(CheckAlike(pictures.outputs[0], pictures.Output(i), kRefusal));
  }
  for (int i = 0; i < pictures.image_count; ++i) {
    const bm_image& input = pictures.Input(i);
    const bm_image& output = pictures.outputs[0];
    if (input.image_format == output.image_format && input.data_type == output.data_type) continue;
    return absl::InternalError(
        absl::StrFormat("an input of format %d, type %d for outputs of format %d, type %d; they have to be alike",
                        static_cast<int>(input.image_format), static_cast<int>(input.data_type),
                        static_cast<int>(output.image_format), static_cast<int>(output.data_type)));
  }
  return absl::OkStatus();
}

struct WarpJob {
  int image;
  WarpMatrix matrix;
};

absl::Status WarpAll(bm_handle_t handle, const Pictures& pictures, const std::vector<WarpJob>& jobs,
                     Interpolation interpolation) {
  const int lanes = pictures.Lanes();
  ASSIGN_OR_RETURN(const OpenImages open, OpenAll(handle, ImagesOf(pictures.image_count, pictures.inputs),
                                                  ImagesOf(pictures.target_count, pictures.outputs)));
  for (int i = 0; i < pictures.target_count; ++i) {
    const int image = jobs[i].image;
    Warp(open.inputs[image / lanes], image % lanes, jobs[i].matrix, interpolation, open.outputs[i / lanes].planes(),
         i % lanes);
  }
  return absl::OkStatus();
}

Interpolation InterpolationOf(int use_bilinear) {
  return use_bilinear == 0 ? Interpolation::kNearest : Interpolation::kBilinear;
}

// ---- matrices ----

WarpMatrix MatrixOf(const bmcv_affine_matrix& affine) {
  return {affine.m[0], affine.m[1], affine.m[2], affine.m[3], affine.m[4], affine.m[5], 0, 0, 1};
}
WarpMatrix MatrixOf(const bmcv_perspective_matrix& perspective) {
  WarpMatrix matrix;
  std::copy(std::begin(perspective.m), std::end(perspective.m), matrix.begin());
  return matrix;
}

// The inverse by cofactors, computed in double.
absl::StatusOr<WarpMatrix> Invert(const WarpMatrix& matrix) {
  const std::array<double, 9> m = {matrix[0], matrix[1], matrix[2], matrix[3], matrix[4],
                                   matrix[5], matrix[6], matrix[7], matrix[8]};
  const std::array<double, 9> cofactors = {
      m[4] * m[8] - m[5] * m[7], m[2] * m[7] - m[1] * m[8], m[1] * m[5] - m[2] * m[4],
      m[5] * m[6] - m[3] * m[8], m[0] * m[8] - m[2] * m[6], m[2] * m[3] - m[0] * m[5],
      m[3] * m[7] - m[4] * m[6], m[1] * m[6] - m[0] * m[7], m[0] * m[4] - m[1] * m[3]};
  const double determinant = m[0] * cofactors[0] + m[1] * cofactors[3] + m[2] * cofactors[6];
  if (!std::isnormal(determinant)) {
    return absl::InternalError(absl::StrFormat("a matrix of determinant %g has no inverse", determinant));
  }
  WarpMatrix inverse;
  for (size_t i = 0; i < inverse.size(); ++i) inverse[i] = static_cast<float>(cofactors[i] / determinant);
  return inverse;
}

// What takes the corners of the output, (0, 0), (w, 0), (0, h), (w, h), to the four points.
absl::StatusOr<WarpMatrix> MatrixOf(const bmcv_perspective_coordinate& points, int output_width, int output_height) {
  const double w = output_width - 1, h = output_height - 1;
  const std::array<double, 4> x = {double(points.x[0]), double(points.x[1]), double(points.x[2]), double(points.x[3])};
  const std::array<double, 4> y = {double(points.y[0]), double(points.y[1]), double(points.y[2]), double(points.y[3])};
  const double a = x[3] + x[0] - x[1] - x[2], b = y[3] + y[0] - y[1] - y[2];
  const double c = x[2] - x[3], d = y[2] - y[3], e = x[1] - x[3], f = y[1] - y[3];
  const double area = c * f - d * e;
  if (area == 0 || w == 0 || h == 0) {
    return absl::InternalError(absl::StrFormat(
        "points (%d, %d), (%d, %d), (%d, %d), (%d, %d) for %d x %d pixels; at least 2 x 2, and the last "
        "three not on a line",
        points.x[0], points.y[0], points.x[1], points.y[1], points.x[2], points.y[2], points.x[3], points.y[3],
        output_width, output_height));
  }
  const double m7 = (a * f - b * e) / h / area, m6 = (a * d - b * c) / w / -area;
  const std::array<double, 9> m = {(m6 * w * x[1] + x[1] - x[0]) / w,
                                   (m7 * h * x[2] + x[2] - x[0]) / h,
                                   x[0],
                                   (m6 * w * y[1] + y[1] - y[0]) / w,
                                   (m7 * h * y[2] + y[2] - y[0]) / h,
                                   y[0],
                                   m6,
                                   m7,
                                   1};
  WarpMatrix matrix;
  for (size_t i = 0; i < matrix.size(); ++i) matrix[i] = static_cast<float>(m[i]);
  return matrix;
}

// The corners of the output have to come from [0, width] x [0, height] of the input, give or take rounding.
absl::Status CheckCorners(const WarpMatrix& m, const bm_image& input, const bm_image& output) {
  constexpr double kRounding = 1.0 / 1024;
  for (const int x : {0, output.width - 1}) {
    for (const int y : {0, output.height - 1}) {
      const double w = double{m[6]} * x + double{m[7]} * y + m[8];
      const double from_x = (double{m[0]} * x + double{m[1]} * y + m[2]) / w;
      const double from_y = (double{m[3]} * x + double{m[4]} * y + m[5]) / w;
      if (from_x >= -kRounding && from_x <= input.width + kRounding && from_y >= -kRounding &&
          from_y <= input.height + kRounding) {
        continue;
      }
      return absl::InternalError(
          absl::StrFormat("corner (%d, %d) of the output comes from (%g, %g) of an input of %d x %d", x, y, from_x,
                          from_y, input.width, input.height));
    }
  }
  return absl::OkStatus();
}

// ---- operators ----

// Maps with coefficients m, as they are or (OpenCV's, from source to target) inverted in the caller's memory.
enum class Direction { kToSource, kToTarget };

template <typename List, typename Map>
absl::Status WarpByMatrix(bm_handle_t handle, int image_count, const List* lists, const bm_image* inputs,
                          const bm_image* outputs, int use_bilinear, Direction direction, const Operator& taking) {
  ASSIGN_OR_RETURN(const std::vector<Job<Map>> given, JobsOf(image_count, lists, &List::matrix, &List::matrix_num));
  const Pictures pictures = {inputs, outputs, image_count, static_cast<int>(given.size())};
  RETURN_IF_ERROR(CheckPictures(pictures, taking));
  std::vector<WarpJob> jobs;
  for (const Job<Map>& job : given) {
    WarpMatrix matrix = MatrixOf(*job.map);
    if (direction == Direction::kToTarget) {
      ASSIGN_OR_RETURN(matrix, Invert(matrix));
    }
    if constexpr (std::is_same_v<Map, bmcv_perspective_matrix>) {
      RETURN_IF_ERROR(CheckCorners(matrix, pictures.Input(job.image), outputs[0]));
    }
    jobs.push_back({job.image, matrix});
  }
  RETURN_IF_ERROR(WarpAll(handle, pictures, jobs, InterpolationOf(use_bilinear)));
  for (size_t i = 0; i < jobs.size() && direction == Direction::kToTarget; ++i) {
    std::copy_n(jobs[i].matrix.begin(), std::size(given[i].map->m), given[i].map->m);
  }
  return absl::OkStatus();
}

bm_status_t WarpAffine(const char* function, bm_handle_t handle, int image_count, const bmcv_affine_image_matrix* lists,
                       const bm_image* inputs, const bm_image* outputs, int use_bilinear, Direction direction) {
  return AtEdgeOrFail(function, handle, [&] {
    return WarpByMatrix<bmcv_affine_image_matrix, bmcv_affine_matrix>(
        handle, image_count, lists, inputs, outputs, use_bilinear, direction, takes::bmcv_image_warp_affine);
  });
}

bm_status_t WarpPerspective(const char* function, bm_handle_t handle, int image_count,
                            const bmcv_perspective_image_matrix* lists, const bm_image* inputs, const bm_image* outputs,
                            int use_bilinear, Direction direction) {
  return AtEdgeOrFail(function, handle, [&] {
    return WarpByMatrix<bmcv_perspective_image_matrix, bmcv_perspective_matrix>(
        handle, image_count, lists, inputs, outputs, use_bilinear, direction, takes::bmcv_image_warp_perspective);
  });
}

absl::Status WarpByCoordinates(bm_handle_t handle, int image_count, const bmcv_perspective_image_coordinate* lists,
                               const bm_image* inputs, const bm_image* outputs, int use_bilinear) {
  using List = bmcv_perspective_image_coordinate;
  ASSIGN_OR_RETURN(const std::vector<Job<bmcv_perspective_coordinate>> given,
                   JobsOf(image_count, lists, &List::coordinate, &List::coordinate_num));
  const Pictures pictures = {inputs, outputs, image_count, static_cast<int>(given.size())};
  RETURN_IF_ERROR(CheckPictures(pictures, takes::bmcv_image_warp_perspective_with_coordinate));
  std::vector<WarpJob> jobs;
  for (const Job<bmcv_perspective_coordinate>& job : given) {
    ASSIGN_OR_RETURN(const WarpMatrix matrix, MatrixOf(*job.map, outputs[0].width, outputs[0].height));
    RETURN_IF_ERROR(CheckCorners(matrix, pictures.Input(job.image), outputs[0]));
    jobs.push_back({job.image, matrix});
  }
  return WarpAll(handle, pictures, jobs, InterpolationOf(use_bilinear));
}

}  // namespace
}  // namespace bm::cv

using bm::cv::Direction;

extern "C" {

bm_status_t bmcv_image_warp_affine(bm_handle_t handle, int image_num, bmcv_affine_image_matrix matrix[4],
                                   bm_image* input, bm_image* output, int use_bilinear) {
  return bm::cv::WarpAffine(__func__, handle, image_num, matrix, input, output, use_bilinear, Direction::kToSource);
}

bm_status_t bmcv_image_warp_affine_similar_to_opencv(bm_handle_t handle, int image_num,
                                                     bmcv_affine_image_matrix matrix[4], bm_image* input,
                                                     bm_image* output, int use_bilinear) {
  return bm::cv::WarpAffine(__func__, handle, image_num, matrix, input, output, use_bilinear, Direction::kToTarget);
}

bm_status_t bmcv_image_warp(bm_handle_t handle, int image_num, bmcv_warp_image_matrix matrix[4], bm_image* input,
                            bm_image* output) {
  return bm::cv::WarpAffine(__func__, handle, image_num, matrix, input, output, 0, Direction::kToSource);
}

bm_status_t bmcv_image_warp_perspective(bm_handle_t handle, int image_num, bmcv_perspective_image_matrix matrix[4],
                                        bm_image* input, bm_image* output, int use_bilinear) {
  return bm::cv::WarpPerspective(__func__, handle, image_num, matrix, input, output, use_bilinear,
                                 Direction::kToSource);
}

bm_status_t bmcv_image_warp_perspective_similar_to_opencv(bm_handle_t handle, int image_num,
                                                          bmcv_perspective_image_matrix matrix[4], bm_image* input,
                                                          bm_image* output, int use_bilinear) {
  return bm::cv::WarpPerspective(__func__, handle, image_num, matrix, input, output, use_bilinear,
                                 Direction::kToTarget);
}

bm_status_t bmcv_image_warp_perspective_with_coordinate(bm_handle_t handle, int image_num,
                                                        bmcv_perspective_image_coordinate coord[4], bm_image* input,
                                                        bm_image* output, int use_bilinear) {
  return bm::cv::AtEdgeOrFail(__func__, handle, [&] {
    return bm::cv::WarpByCoordinates(handle, image_num, coord, input, output, use_bilinear);
  });
}

}  // extern "C"
