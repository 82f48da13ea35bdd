// Lines of a thickness on images of bytes.
#ifndef BMCV_SRC_LINES_H_
#define BMCV_SRC_LINES_H_

#include <vector>

#include "absl/status/statusor.h"
#include "bmcv/src/operators.h"
#include "bmcv/src/paint.h"
#include "bmcv/src/planes.h"
#include "bmcv_api_ext.h"

namespace bm::cv {

// An image to draw lines of one colour on. Every error is INTERNAL: the operators that draw lines have one code.
class Canvas {
 public:
  // `taking` says which images are accepted; thickness > 0.
  static absl::StatusOr<Canvas> Open(bm_handle_t handle, const bm_image& image, const Operator& taking,
                                     const bmcv_color_t& colour, int thickness);

  // The part of the line that lies in the image, both ends included. Pixel by pixel along the longer axis a run of
  // `thickness` pixels across it, at least two, that starts thickness / 2 pixels before the line.
  void DrawLine(const bmcv_point_t& from, const bmcv_point_t& to) const;

 private:
  Canvas(OutputPlanes target, std::vector<Paint> paints, int width, int height, int thickness)
      : target_(std::move(target)), paints_(std::move(paints)), width_(width), height_(height), thickness_(thickness) {}

  void DrawRun(int x, int y, bool is_steep) const;

  OutputPlanes target_;
  std::vector<Paint> paints_;
  int width_, height_, thickness_;
};

}  // namespace bm::cv

#endif  // BMCV_SRC_LINES_H_
