// cv::bmcv agrees with the table: this program's other source, generated from the rows, is static assertions.
#include "gtest/gtest.h"

bool BitFieldsOf_opencv2_core_bmcv_hpp();

namespace {

TEST(OpenCvAbiTest, HasNoBitFields) { EXPECT_TRUE(BitFieldsOf_opencv2_core_bmcv_hpp()); }

}  // namespace
