// bmcv_debug_savedata.
#include <cstdint>
#include <cstring>
#include <string>

#include "base/file.h"
#include "base/testing/status_matchers.h"
#include "bmcv/testing/image_test.h"
#include "gtest/gtest.h"

namespace bm::cv {
namespace {

class DumpTest : public ImageTest {
 protected:
  // The little-endian number at a place of the file.
  template <typename T>
  T At(size_t offset) const {
    T value = 0;
    std::memcpy(&value, &file_[offset], sizeof(T));
    return value;
  }

  const std::string path_ = ::testing::TempDir() + "/image.dump";
  std::string file_;
};

TEST_F(DumpTest, HeaderAndPlanes) {
  int strides[] = {8, 6};
  bm_image image;
  ASSERT_EQ(bm_image_create(handle_, 3, 5, FORMAT_NV12, DATA_TYPE_EXT_1N_BYTE, &image, strides), BM_SUCCESS);
  Bytes luma = RandomBytes(24), chroma = RandomBytes(12);
  void* buffers[] = {luma.data(), chroma.data()};
  ASSERT_EQ(bm_image_copy_host_to_device(image, buffers), BM_SUCCESS);
  ASSERT_EQ(bmcv_debug_savedata(image, path_.c_str()), BM_SUCCESS);
  ASSERT_OK_AND_ASSIGN(file_, ReadFile(path_));
  ASSERT_EQ(file_.size(), 216u + 24 + 12);
  const uint32_t start[] = {216, 5, 3, FORMAT_NV12, DATA_TYPE_EXT_1N_BYTE, 2};
  EXPECT_EQ(std::memcmp(file_.data(), start, sizeof(start)), 0);
  EXPECT_EQ(At<uint64_t>(24), 24u);
  EXPECT_EQ(At<uint64_t>(32), 12u);
  EXPECT_EQ(At<uint64_t>(40), 0u);
  EXPECT_EQ(At<uint32_t>(56), 8u);       // pitch_stride[0]
  EXPECT_EQ(At<uint32_t>(60), 6u);       // pitch_stride[1]
  EXPECT_EQ(At<uint32_t>(72), 24u);      // channel_stride[0]
  EXPECT_EQ(At<uint32_t>(88), 24u);      // batch_stride[0]
  EXPECT_EQ(At<uint32_t>(104), 1u);      // data_size[0]
  EXPECT_EQ(At<uint32_t>(120), 1u);      // N[0]
  EXPECT_EQ(At<uint32_t>(136), 1u);      // C[0]
  EXPECT_EQ(At<uint32_t>(152 + 4), 2u);  // H[1]
  EXPECT_EQ(At<uint32_t>(168 + 4), 6u);  // W[1]
  EXPECT_EQ(Bytes(file_.begin() + 216, file_.begin() + 240), luma);
  EXPECT_EQ(Bytes(file_.begin() + 240, file_.end()), chroma);
  bm_image_destroy(image);
}

TEST_F(DumpTest, StackedChannelsAreChannels) {
  Picture planar(handle_, FORMAT_RGB_PLANAR, 5, 3, Bytes(45));
  ASSERT_EQ(bmcv_debug_savedata(planar.image(), path_.c_str()), BM_SUCCESS);
  ASSERT_OK_AND_ASSIGN(file_, ReadFile(path_));
  EXPECT_EQ(At<uint32_t>(136), 3u);
  EXPECT_EQ(At<uint32_t>(72), 30u);
  EXPECT_EQ(At<uint32_t>(88), 90u);
}

TEST_F(DumpTest, Refusals) {
  Picture gray(handle_, FORMAT_GRAY, 5, 3, Bytes(15)), empty(handle_, FORMAT_GRAY, 5, 3);
  EXPECT_EQ(bmcv_debug_savedata(gray.image(), "/nowhere/at/all"), BM_ERR_FAILURE);
  EXPECT_EQ(bmcv_debug_savedata(gray.image(), nullptr), BM_ERR_PARAM);
  EXPECT_EQ(bmcv_debug_savedata(empty.image(), path_.c_str()), BM_ERR_DATA);
  EXPECT_EQ(bmcv_debug_savedata(bm_image(), path_.c_str()), BM_ERR_DATA);
}

}  // namespace
}  // namespace bm::cv
