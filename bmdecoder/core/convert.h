// Samples from FFmpeg's frames to our surfaces and back, in one pass. Internal to bmdecoder.
#ifndef BMDECODER_CORE_CONVERT_H_
#define BMDECODER_CORE_CONVERT_H_

#include "absl/status/status.h"
#include "bmdecoder/core/av.h"
#include "bmdecoder/rows.h"
#include "bmdecoder/surface.h"

namespace bm::decoder {

// Writes `frame` as 8-bit 4:2:0. 4:2:0 of 8 bits is copied, of 9 to 16 bits shifted down; other formats are converted
// with swscale, keeping the range of YUV. `planes` must hold the frame's width and height.
// UNIMPLEMENTED for formats that swscale cannot read.
class FrameConverter {
 public:
  absl::Status Convert(const AVFrame& frame, ChromaLayout layout, const Planes& planes);

 private:
  // The scaler of the last other format, kept because most streams have one.
  AvScaler scaler_;
};

// Copies a 4:2:0 picture of width x height from any layout into any layout; `rows` where it copies and interleaves.
void CopyPicture(int width, int height, ChromaLayout from, const ConstPlanes& source, ChromaLayout to,
                 const Planes& target, const RowFunctions& rows);

}  // namespace bm::decoder

#endif  // BMDECODER_CORE_CONVERT_H_
