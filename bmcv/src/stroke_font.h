// A font of strokes in the format of the Hershey fonts (.jhf).
#ifndef BMCV_SRC_STROKE_FONT_H_
#define BMCV_SRC_STROKE_FONT_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "bmcv_api_ext.h"

namespace bm::cv {

// Polylines in units of the font, y downwards from the middle of the line. The glyph reaches from x = left to right.
struct Glyph {
  int left, right;
  std::vector<std::vector<bmcv_point_t>> strokes;
};

// The glyphs of a file in its order. A record is a number of five characters, a count of three and that many pairs of
// characters, which lines may break: the two sides, then vertices (x, y), each as 'R' + value; " R" lifts the pen.
// DATA_LOSS if it is cut off or has other characters.
absl::StatusOr<std::vector<Glyph>> ParseStrokeFont(absl::string_view file);

// Roman simplex of Debian's hershey-fonts-data, printable ASCII from ' ' on.
absl::StatusOr<const std::vector<Glyph>*> RomanSimplex();

// The line on which letters of RomanSimplex stand.
inline constexpr int kRomanSimplexBaseLine = 9;

}  // namespace bm::cv

#endif  // BMCV_SRC_STROKE_FONT_H_
