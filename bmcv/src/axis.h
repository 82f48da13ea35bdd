// Which pixels of a line a scaled line is made of, in the scaler's fixed point.
#ifndef BMCV_SRC_AXIS_H_
#define BMCV_SRC_AXIS_H_

#include <array>
#include <cstdint>
#include <vector>

namespace bm::cv {

enum class Sampling {
  kNearest,       // the scaler's: floor(i * floor(source * 2^14 / target) / 2^14)
  kFloorNearest,  // the firmware's: floor(i * source / target)
  kLinear,        // centres of pixels on each other, two neighbours, also when shrinking
  kCubic,         // the same with four neighbours
};

// Target pixel i takes source pixel index[i] and, where fraction[i] (in 2^-14 pixels) is not 0, the next ones as well.
struct Axis {
  std::vector<int> index;
  std::vector<int16_t> fraction;
  bool has_fractions = false;
};

// For lines of `source` and `target` pixels, both positive. No index is outside the source; without cubic sampling
// index + 1 is not either where the fraction is not 0.
Axis MakeAxis(Sampling sampling, int source, int target);

// The weights, 2^14 together, of the pixels at index - 1 to index + 2: Keys' cubic with a = -1/2.
std::array<int, 4> CubicWeights(int fraction);

}  // namespace bm::cv

#endif  // BMCV_SRC_AXIS_H_
