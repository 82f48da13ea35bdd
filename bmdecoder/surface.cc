#include "bmdecoder/surface.h"

#include "absl/strings/str_cat.h"

namespace bm::decoder {

ConstPlanes AsConst(const Planes& planes) {
  ConstPlanes result;
  for (size_t i = 0; i < planes.size(); ++i) result[i] = {planes[i].data, planes[i].stride, planes[i].rows};
  return result;
}

absl::Status CheckPlanes(int width, int height, Sampling sampling, ChromaLayout layout, const ConstPlanes& planes) {
  for (int i = 0; i < PlaneCount(sampling, layout); ++i) {
    const int per_sample = i > 0 && layout != ChromaLayout::kSeparate ? 2 : 1;
    const size_t columns = static_cast<size_t>(i == 0 ? width : ChromaWidth(sampling, width)) * per_sample;
    const size_t rows = static_cast<size_t>(i == 0 ? height : ChromaHeight(sampling, height));
    const ConstPlane& plane = planes[i];
    if (plane.data != nullptr && plane.stride >= columns && plane.rows >= rows) continue;
    return absl::InvalidArgumentError(absl::StrCat(
        "plane ", i, " of a picture of ", width, " x ", height, " has ", plane.rows, " rows of ", plane.stride,
        " bytes", plane.data == nullptr ? " at address 0" : "", ", not at least ", rows, " of ", columns));
  }
  return absl::OkStatus();
}

}  // namespace bm::decoder
