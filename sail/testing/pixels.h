// The bytes of images, for comparisons.
#ifndef SAIL_TESTING_PIXELS_H_
#define SAIL_TESTING_PIXELS_H_

#include <cstdint>
#include <vector>

#include "bmcv_api_ext.h"

namespace sail::testing {

// The visible samples, plane after plane, rows without gaps. Formats whose planes hold whole bytes.
std::vector<uint8_t> SamplesOf(const bm_image& image);

// Mean of the absolute differences; fails the test for different sizes.
double MeanDifference(const std::vector<uint8_t>& a, const std::vector<uint8_t>& b);

}  // namespace sail::testing

#endif  // SAIL_TESTING_PIXELS_H_
