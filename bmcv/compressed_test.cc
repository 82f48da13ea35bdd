// FORMAT_COMPRESSED inputs of the scaler: what a decoder made, attached as programs do.
#include <cstdint>
#include <cstring>
#include <vector>

#include "bmcv/testing/image_test.h"
#include "bmdecoder/compressed_surface.h"
#include "gtest/gtest.h"

namespace bm::cv {
namespace {

using decoder::CompressedPlane;
using decoder::CompressedSurface;
using decoder::CompressedTable;

constexpr int kWidth = 40, kHeight = 24, kStride = 64;

class CompressedTest : public ImageTest {
 protected:
  void SetUp() override {
    ImageTest::SetUp();
    luma_ = Upload(RandomBytes(kStride * kHeight));
    chroma_ = Upload(RandomBytes(kStride * kHeight / 2));
    CompressedSurface surface;
    surface.width = surface.coded_width = kWidth;
    surface.height = surface.coded_height = kHeight;
    surface.y_stride = surface.chroma_stride = kStride;
    surface.y_address = bm_mem_get_device_addr(luma_);
    surface.chroma_address = bm_mem_get_device_addr(chroma_);
    luma_table_ = Upload(TableBytes(surface, CompressedPlane::kLuma));
    chroma_table_ = Upload(TableBytes(surface, CompressedPlane::kChroma));
  }
  void TearDown() override {
    for (const bm_device_mem_t& memory : blocks_) bm_free_device(handle_, memory);
    ImageTest::TearDown();
  }

  static Bytes TableBytes(const CompressedSurface& surface, CompressedPlane plane) {
    const CompressedTable table = WriteCompressedTable(surface, plane);
    return Bytes(table.begin(), table.end());
  }
  bm_device_mem_t Upload(Bytes bytes) {
    bm_device_mem_t memory;
    EXPECT_EQ(bm_malloc_device_byte_heap(handle_, &memory, 1, static_cast<unsigned>(bytes.size())), BM_SUCCESS);
    EXPECT_EQ(bm_memcpy_s2d(handle_, memory, bytes.data()), BM_SUCCESS);
    blocks_.push_back(memory);
    return memory;
  }

  // The planes with sizes that are none, as programs compute them from a frame.
  bm_image Attach(const bm_device_mem_t& luma_table, int width = kWidth, int height = kHeight) {
    bm_image image;
    EXPECT_EQ(bm_image_create(handle_, height, width, FORMAT_COMPRESSED, DATA_TYPE_EXT_1N_BYTE, &image), BM_SUCCESS);
    bm_device_mem_t planes[] = {luma_table, luma_, chroma_table_, chroma_};
    planes[0].size = kHeight * kStride;
    planes[1].size = kHeight / 2 * kStride;
    planes[2].size = 1;
    planes[3].size = 3;
    EXPECT_EQ(bm_image_attach(image, planes), BM_SUCCESS);
    return image;
  }
  bm_image AttachLinear() {
    int strides[] = {kStride, kStride};
    bm_image image;
    EXPECT_EQ(bm_image_create(handle_, kHeight, kWidth, FORMAT_NV12, DATA_TYPE_EXT_1N_BYTE, &image, strides),
              BM_SUCCESS);
    bm_device_mem_t planes[] = {luma_, chroma_};
    EXPECT_EQ(bm_image_attach(image, planes), BM_SUCCESS);
    return image;
  }

  std::vector<bm_device_mem_t> blocks_;
  bm_device_mem_t luma_, chroma_, luma_table_, chroma_table_;
};

TEST_F(CompressedTest, GivesThePixelsOfNv12) {
  const bm_image compressed = Attach(luma_table_), linear = AttachLinear();
  for (const bm_image_format_ext format : {FORMAT_BGR_PACKED, FORMAT_RGB_PLANAR, FORMAT_YUV420P}) {
    Picture from_compressed(handle_, format, 30, 20), from_linear(handle_, format, 30, 20);
    bm_image first = from_compressed.image(), second = from_linear.image();
    bmcv_rect_t crop = {0, 0, 36, 22};
    ASSERT_EQ(bmcv_image_vpp_convert(handle_, 1, compressed, &first, &crop), BM_SUCCESS) << format;
    ASSERT_EQ(bmcv_image_vpp_convert(handle_, 1, linear, &second, &crop), BM_SUCCESS) << format;
    EXPECT_EQ(from_compressed.Read(), from_linear.Read()) << format;
  }
  bm_image_destroy(compressed);
  bm_image_destroy(linear);
}

TEST_F(CompressedTest, RefusesWhatNoDecoderMade) {
  Picture out(handle_, FORMAT_BGR_PACKED, 30, 20);
  bm_image output = out.image();
  const bm_image garbage = Attach(Upload(Bytes(decoder::kCompressedTableBytes, 7))), swapped = Attach(chroma_table_),
                 high = Attach(luma_table_, kWidth, kHeight + 2), wide = Attach(luma_table_, kStride + 2, kHeight),
                 nowhere = Attach(bm_mem_from_device(16, 64));
  EXPECT_EQ(bmcv_image_vpp_convert(handle_, 1, garbage, &output), BM_ERR_PARAM);
  EXPECT_EQ(bmcv_image_vpp_convert(handle_, 1, swapped, &output), BM_ERR_PARAM);
  EXPECT_EQ(bmcv_image_vpp_convert(handle_, 1, high, &output), BM_ERR_PARAM);
  EXPECT_EQ(bmcv_image_vpp_convert(handle_, 1, wide, &output), BM_ERR_PARAM);
  EXPECT_EQ(bmcv_image_vpp_convert(handle_, 1, nowhere, &output), BM_ERR_FAILURE);
  bm_image empty;
  ASSERT_EQ(bm_image_create(handle_, kHeight, kWidth, FORMAT_COMPRESSED, DATA_TYPE_EXT_1N_BYTE, &empty), BM_SUCCESS);
  EXPECT_EQ(bmcv_image_vpp_convert(handle_, 1, empty, &output), BM_ERR_FAILURE);
  EXPECT_FALSE(bm_image_is_attached(output));
  for (const bm_image& image : {garbage, swapped, high, wide, nowhere, empty}) bm_image_destroy(image);
}

TEST_F(CompressedTest, IsNoOutputAndNotForOtherFormats) {
  const bm_image compressed = Attach(luma_table_);
  Picture gray(handle_, FORMAT_GRAY, 30, 20), rgb(handle_, FORMAT_RGB_PLANAR, kWidth, kHeight, Bytes(2880));
  bm_image to_gray = gray.image(), to_compressed = compressed;
  EXPECT_EQ(bmcv_image_vpp_convert(handle_, 1, compressed, &to_gray), BM_NOT_SUPPORTED);
  EXPECT_EQ(bmcv_image_vpp_convert(handle_, 1, rgb.image(), &to_compressed), BM_NOT_SUPPORTED);
  bm_image_destroy(compressed);
}

}  // namespace
}  // namespace bm::cv
