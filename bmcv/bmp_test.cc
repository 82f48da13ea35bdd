// bm_image_write_to_bmp.
#include <cstdint>
#include <string>

#include "base/file.h"
#include "base/testing/status_matchers.h"
#include "bmcv/testing/image_test.h"
#include "gtest/gtest.h"

namespace bm::cv {
namespace {

class BmpTest : public ImageTest {
 protected:
  std::string path_ = ::testing::TempDir() + "/" + ::testing::UnitTest::GetInstance()->current_test_info()->name();

  Bytes Written(const Picture& picture) {
    EXPECT_EQ(bm_image_write_to_bmp(picture.image(), path_.c_str()), BM_SUCCESS);
    const absl::StatusOr<std::string> file = ReadFile(path_);
    EXPECT_TRUE(file.ok()) << file.status();
    return Bytes(file->begin(), file->end());
  }
};

TEST_F(BmpTest, ColourByHand) {
  const Picture picture(handle_, FORMAT_RGB_PACKED, 2, 2, Bytes({1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}));
  const Bytes expected = {'B', 'M', 70, 0,  0,  0,  0, 0, 0, 0, 54, 0, 0, 0,  // 70 bytes, pixels at 54
                          40,  0,   0,  0,  2,  0,  0, 0, 2, 0, 0,  0, 1, 0, 24, 0, 0, 0, 0, 0,  // 2 x 2, 24 bits
                          16,  0,   0,  0,  0,  0,  0, 0, 0, 0, 0,  0, 0, 0, 0,  0, 0, 0, 0, 0,  // 16 bytes of pixels
                          9,   8,   7,  12, 11, 10, 0, 0, 3, 2, 1,  6, 5, 4, 0,  0};
  EXPECT_EQ(Written(picture), expected);
}

TEST_F(BmpTest, GreyHasAPalette) {
  const Picture picture(handle_, FORMAT_GRAY, 5, 2, Bytes({1, 2, 3, 4, 5, 6, 7, 8, 9, 10}));
  const Bytes file = Written(picture);
  ASSERT_EQ(file.size(), 54u + 1024 + 16);
  EXPECT_EQ(file[10] + 256 * file[11], 1078);
  EXPECT_EQ(file[28], 8);
  EXPECT_EQ(file[46] + 256 * file[47], 256);
  EXPECT_EQ(Bytes(file.begin() + 54 + 4 * 200, file.begin() + 54 + 4 * 201), Bytes({200, 200, 200, 0}));
  EXPECT_EQ(Bytes(file.begin() + 1078, file.end()), Bytes({6, 7, 8, 9, 10, 0, 0, 0, 1, 2, 3, 4, 5, 0, 0, 0}));
}

// What is neither RGB_PACKED nor GRAY bytes is converted.
TEST_F(BmpTest, OtherImagesBecomeColours) {
  const Bytes planes = {1, 4, 7, 10, 2, 5, 8, 11, 3, 6, 9, 12};
  const Picture packed(handle_, FORMAT_RGB_PACKED, 2, 2, Bytes({1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}));
  const Bytes expected = Written(packed);
  EXPECT_EQ(Written(Picture(handle_, FORMAT_RGB_PLANAR, 2, 2, planes)), expected);
  EXPECT_EQ(Written(Picture(handle_, FORMAT_BGR_PACKED, 2, 2, Bytes({3, 2, 1, 6, 5, 4, 9, 8, 7, 12, 11, 10}))),
            expected);
  // Limited range: 81, 90, 240 is nearly red.
  const Picture yuv(handle_, FORMAT_NV12, 2, 2, Bytes({81, 81, 81, 81, 90, 240}));
  const Bytes red = Written(yuv);
  ASSERT_EQ(red.size(), expected.size());
  EXPECT_EQ(Bytes(red.begin(), red.begin() + 54), Bytes(expected.begin(), expected.begin() + 54));
  EXPECT_EQ(Bytes(red.begin() + 54, red.begin() + 57), Bytes({0, 0, 254}));
}

TEST_F(BmpTest, Refusals) {
  const Picture picture(handle_, FORMAT_GRAY, 2, 2, Bytes(4)), empty(handle_, FORMAT_GRAY, 2, 2);
  const Picture four(handle_, FORMAT_RGB_PLANAR, 2, 2, DATA_TYPE_EXT_4N_BYTE);
  EXPECT_EQ(bm_image_write_to_bmp(picture.image(), (path_ + "/no/such/folder").c_str()), BM_ERR_FAILURE);
  EXPECT_EQ(bm_image_write_to_bmp(picture.image(), nullptr), BM_ERR_PARAM);
  EXPECT_EQ(bm_image_write_to_bmp(empty.image(), path_.c_str()), BM_ERR_DATA);
  EXPECT_EQ(bm_image_write_to_bmp(four.image(), path_.c_str()), BM_ERR_DATA);
  EXPECT_EQ(bm_image_write_to_bmp(bm_image(), path_.c_str()), BM_ERR_DATA);
  EXPECT_FALSE(ReadFile(path_).ok());
}

}  // namespace
}  // namespace bm::cv
