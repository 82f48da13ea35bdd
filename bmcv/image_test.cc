// The life of an image: layouts, memory, contents, several images in one block.
#include "bmcv/testing/image_test.h"

#include <cstdint>
#include <cstring>
#include <vector>

#include "gtest/gtest.h"

namespace bm::cv {
namespace {

using Sizes = std::vector<int>;

class LifeTest : public ImageTest {
 protected:
  bm_image Create(bm_image_format_ext format, bm_image_data_format_ext type, int width, int height,
                  int* strides = nullptr) {
    bm_image image;
    EXPECT_EQ(bm_image_create(handle_, height, width, format, type, &image, strides), BM_SUCCESS);
    return image;
  }
  static Sizes StridesOf(const bm_image& image) {
    Sizes strides(bm_image_get_plane_num(image));
    EXPECT_EQ(bm_image_get_stride(image, strides.data()), BM_SUCCESS);
    return strides;
  }
  static Sizes BytesOf(const bm_image& image) {
    Sizes bytes(bm_image_get_plane_num(image));
    EXPECT_EQ(bm_image_get_byte_size(image, bytes.data()), BM_SUCCESS);
    return bytes;
  }
  static uint64_t AddressOf(const bm_image& image, int plane = 0) {
    bm_device_mem_t memory[8];
    EXPECT_EQ(bm_image_get_device_mem(image, memory), BM_SUCCESS);
    return bm_mem_get_device_addr(memory[plane]);
  }
  unsigned HeapOf(const bm_image& image) {
    bm_device_mem_t memory[8];
    unsigned heap = 99;
    EXPECT_EQ(bm_image_get_device_mem(image, memory), BM_SUCCESS);
    EXPECT_EQ(bm_get_gmem_heap_id(handle_, memory, &heap), BM_SUCCESS);
    return heap;
  }
};

// Planes of 5 x 3 pixels as the table of layouts says.
TEST_F(LifeTest, Layouts) {
  const struct {
    bm_image_format_ext format;
    bm_image_data_format_ext type;
    Sizes strides, bytes;
  } rows[] = {
      {FORMAT_YUV420P, DATA_TYPE_EXT_1N_BYTE, {5, 3, 3}, {15, 6, 6}},
      {FORMAT_YUV422P, DATA_TYPE_EXT_1N_BYTE, {5, 3, 3}, {15, 9, 9}},
      {FORMAT_YUV444P, DATA_TYPE_EXT_1N_BYTE_SIGNED, {5, 5, 5}, {15, 15, 15}},
      {FORMAT_NV12, DATA_TYPE_EXT_1N_BYTE, {5, 6}, {15, 12}},
      {FORMAT_NV21, DATA_TYPE_EXT_FLOAT32, {20, 24}, {60, 48}},
      {FORMAT_NV16, DATA_TYPE_EXT_1N_BYTE, {5, 6}, {15, 18}},
      {FORMAT_NV61, DATA_TYPE_EXT_1N_BYTE, {5, 6}, {15, 18}},
      {FORMAT_NV24, DATA_TYPE_EXT_1N_BYTE, {5, 6}, {15, 18}},
      {FORMAT_RGB_PLANAR, DATA_TYPE_EXT_1N_BYTE, {5}, {45}},
      {FORMAT_BGR_PLANAR, DATA_TYPE_EXT_FLOAT32, {20}, {180}},
      {FORMAT_RGB_PLANAR, DATA_TYPE_EXT_4N_BYTE, {20}, {180}},
      {FORMAT_RGB_PACKED, DATA_TYPE_EXT_1N_BYTE, {15}, {45}},
      {FORMAT_BGR_PACKED, DATA_TYPE_EXT_FP16, {30}, {90}},
      {FORMAT_RGBP_SEPARATE, DATA_TYPE_EXT_1N_BYTE, {5, 5, 5}, {15, 15, 15}},
      {FORMAT_GRAY, DATA_TYPE_EXT_BF16, {10}, {30}},
      {FORMAT_HSV_PLANAR, DATA_TYPE_EXT_1N_BYTE, {5, 5, 5}, {15, 15, 15}},
      {FORMAT_ARGB_PACKED, DATA_TYPE_EXT_1N_BYTE, {20}, {60}},
      {FORMAT_YUV444_PACKED, DATA_TYPE_EXT_1N_BYTE, {15}, {45}},
      {FORMAT_YUV422_UYVY, DATA_TYPE_EXT_1N_BYTE, {10}, {30}},
      {FORMAT_RGBYP_PLANAR, DATA_TYPE_EXT_1N_BYTE, {5, 5, 5, 5}, {15, 15, 15, 15}},
      {FORMAT_HSV256_PACKED, DATA_TYPE_EXT_1N_BYTE, {15}, {45}},
      {FORMAT_BAYER_RG8, DATA_TYPE_EXT_1N_BYTE, {5}, {15}},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.format);
    const bm_image image = Create(row.format, row.type, 5, 3);
    EXPECT_EQ(StridesOf(image), row.strides);
    EXPECT_EQ(BytesOf(image), row.bytes);
    EXPECT_EQ(bm_image_destroy(image), BM_SUCCESS);
  }
}

TEST_F(LifeTest, CreationRefuses) {
  bm_image image;
  const auto create = [&](int height, int width, int format, int type, int* strides) {
    image.image_private = reinterpret_cast<bm_image_private*>(&image);
    const bm_status_t status = bm_image_create(handle_, height, width, static_cast<bm_image_format_ext>(format),
                                               static_cast<bm_image_data_format_ext>(type), &image, strides);
    EXPECT_EQ(image.image_private, nullptr);
    return status;
  };
  EXPECT_EQ(create(0, 5, FORMAT_GRAY, DATA_TYPE_EXT_1N_BYTE, nullptr), BM_ERR_PARAM);
  EXPECT_EQ(create(5, -1, FORMAT_GRAY, DATA_TYPE_EXT_1N_BYTE, nullptr), BM_ERR_PARAM);
  EXPECT_EQ(create(5, 5, 30, DATA_TYPE_EXT_1N_BYTE, nullptr), BM_ERR_PARAM);
  EXPECT_EQ(create(5, 5, FORMAT_GRAY, 7, nullptr), BM_ERR_PARAM);
  EXPECT_EQ(create(4, 4, FORMAT_NV24, DATA_TYPE_EXT_4N_BYTE, nullptr), BM_ERR_PARAM);
  EXPECT_EQ(create(4, 4, FORMAT_YUV420P, DATA_TYPE_EXT_4N_BYTE_SIGNED, nullptr), BM_ERR_PARAM);
  EXPECT_EQ(create(4, 4, FORMAT_COMPRESSED, DATA_TYPE_EXT_FLOAT32, nullptr), BM_ERR_PARAM);
  EXPECT_EQ(create(1 << 20, 1 << 20, FORMAT_GRAY, DATA_TYPE_EXT_1N_BYTE, nullptr), BM_ERR_PARAM);
  EXPECT_EQ(create(1, 2147483647, FORMAT_RGB_PACKED, DATA_TYPE_EXT_FLOAT32, nullptr), BM_ERR_PARAM);
  int narrow[] = {5, 5, 4}, odd[] = {22};
  EXPECT_EQ(create(5, 5, FORMAT_YUV444P, DATA_TYPE_EXT_1N_BYTE, narrow), BM_ERR_PARAM);
  EXPECT_EQ(create(5, 5, FORMAT_GRAY, DATA_TYPE_EXT_FLOAT32, odd), BM_ERR_PARAM);
  EXPECT_EQ(bm_image_create(nullptr, 5, 5, FORMAT_GRAY, DATA_TYPE_EXT_1N_BYTE, &image), BM_ERR_DEVNOTREADY);
  EXPECT_EQ(bm_image_create(handle_, 5, 5, FORMAT_GRAY, DATA_TYPE_EXT_1N_BYTE, nullptr), BM_ERR_PARAM);
}

TEST_F(LifeTest, WhatIsNotCreatedAnswersData) {
  const bm_image none = {};
  int number = 0;
  bm_device_mem_t mem[8] = {};
  bm_image_format_info info;
  bm_image copy = none;
  EXPECT_EQ(bm_image_destroy(none), BM_SUCCESS);
  EXPECT_EQ(bm_image_get_handle(&copy), nullptr);
  EXPECT_EQ(bm_image_get_handle(nullptr), nullptr);
  EXPECT_EQ(bm_image_get_plane_num(none), BM_ERR_DATA);
  EXPECT_FALSE(bm_image_is_attached(none));
  EXPECT_EQ(bm_image_get_stride(none, &number), BM_ERR_DATA);
  EXPECT_EQ(bm_image_get_byte_size(none, &number), BM_ERR_DATA);
  EXPECT_EQ(bm_image_get_device_mem(none, mem), BM_ERR_DATA);
  EXPECT_EQ(bm_image_get_format_info(&copy, &info), BM_ERR_DATA);
  EXPECT_EQ(bm_image_get_format_info(nullptr, &info), BM_ERR_DATA);
  EXPECT_EQ(bm_image_alloc_dev_mem(none), BM_ERR_DATA);
  EXPECT_EQ(bm_image_alloc_dev_mem_heap_mask(none, 1), BM_ERR_DATA);
  EXPECT_EQ(bm_image_attach(none, mem), BM_ERR_DATA);
  EXPECT_EQ(bm_image_detach(none), BM_ERR_DATA);
  EXPECT_EQ(bm_image_copy_host_to_device(none, nullptr), BM_ERR_DATA);
  EXPECT_EQ(bm_image_copy_device_to_host(none, nullptr), BM_ERR_DATA);
  EXPECT_EQ(bm_image_alloc_contiguous_mem(1, &copy), BM_ERR_DATA);
}

TEST_F(LifeTest, MemoryIsOneBlockInTheHeapAskedFor) {
  const bm_image image = Create(FORMAT_YUV420P, DATA_TYPE_EXT_1N_BYTE, 5, 3);
  bm_device_mem_t memory[8];
  EXPECT_EQ(bm_image_get_device_mem(image, memory), BM_ERR_DATA);
  ASSERT_EQ(bm_image_alloc_dev_mem(image, BMCV_HEAP1_ID), BM_SUCCESS);
  EXPECT_TRUE(bm_image_is_attached(image));
  EXPECT_EQ(HeapOf(image), 1u);
  EXPECT_EQ(AddressOf(image, 1), AddressOf(image) + 15);
  EXPECT_EQ(AddressOf(image, 2), AddressOf(image) + 21);
  const uint64_t address = AddressOf(image);
  ASSERT_EQ(bm_image_alloc_dev_mem(image, BMCV_HEAP0_ID), BM_SUCCESS);
  EXPECT_EQ(AddressOf(image), address);
  EXPECT_EQ(bm_image_alloc_dev_mem(image, 3), BM_ERR_PARAM);
  EXPECT_EQ(bm_image_detach(image), BM_SUCCESS);
  EXPECT_FALSE(bm_image_is_attached(image));
  ASSERT_EQ(bm_image_alloc_dev_mem_heap_mask(image, 4), BM_SUCCESS);
  EXPECT_EQ(HeapOf(image), 2u);
  EXPECT_EQ(bm_image_destroy(image), BM_SUCCESS);
}

TEST_F(LifeTest, AttachedMemoryStaysTheCallers) {
  bm_device_mem_t mine;
  ASSERT_EQ(bm_malloc_device_byte(handle_, &mine, 64), BM_SUCCESS);
  const bm_image image = Create(FORMAT_GRAY, DATA_TYPE_EXT_1N_BYTE, 8, 4);
  ASSERT_EQ(bm_image_alloc_dev_mem(image), BM_SUCCESS);
  ASSERT_EQ(bm_image_attach(image, &mine), BM_SUCCESS);
  EXPECT_EQ(AddressOf(image), bm_mem_get_device_addr(mine));
  EXPECT_EQ(bm_image_attach(image, nullptr), BM_ERR_PARAM);
  ASSERT_EQ(bm_image_alloc_dev_mem(image), BM_SUCCESS);
  EXPECT_NE(AddressOf(image), bm_mem_get_device_addr(mine));
  ASSERT_EQ(bm_image_attach(image, &mine), BM_SUCCESS);
  EXPECT_EQ(bm_image_destroy(image), BM_SUCCESS);
  EXPECT_EQ(bm_memset_device(handle_, 1, mine), BM_SUCCESS);
  bm_free_device(handle_, mine);
}

TEST_F(LifeTest, ContentsIncludeThePadding) {
  int strides[] = {8, 6};
  const bm_image image = Create(FORMAT_NV12, DATA_TYPE_EXT_1N_BYTE, 5, 3, strides);
  Bytes luma = RandomBytes(24), chroma = RandomBytes(12), luma_back(24), chroma_back(12);
  void* in[] = {luma.data(), chroma.data()};
  void* out[] = {luma_back.data(), chroma_back.data()};
  EXPECT_EQ(bm_image_copy_device_to_host(image, out), BM_ERR_DATA);
  void* missing[] = {luma.data(), nullptr};
  EXPECT_EQ(bm_image_copy_host_to_device(image, missing), BM_ERR_PARAM);
  EXPECT_FALSE(bm_image_is_attached(image));
  ASSERT_EQ(bm_image_copy_host_to_device(image, in), BM_SUCCESS);
  ASSERT_EQ(bm_image_copy_device_to_host(image, out), BM_SUCCESS);
  EXPECT_EQ(luma_back, luma);
  EXPECT_EQ(chroma_back, chroma);
  bm_device_mem_t small[] = {bm_mem_from_device(AddressOf(image), 24), bm_mem_from_device(AddressOf(image, 1), 11)};
  const bm_image other = Create(FORMAT_NV12, DATA_TYPE_EXT_1N_BYTE, 5, 3, strides);
  ASSERT_EQ(bm_image_attach(other, small), BM_SUCCESS);
  EXPECT_EQ(bm_image_copy_host_to_device(other, in), BM_ERR_NOMEM);
  bm_image_destroy(other);
  bm_image_destroy(image);
}

TEST_F(LifeTest, FormatInformation) {
  int strides[] = {8, 6};
  bm_image image = Create(FORMAT_NV12, DATA_TYPE_EXT_1N_BYTE, 5, 3, strides);
  bm_image_format_info info;
  ASSERT_EQ(bm_image_get_format_info(&image, &info), BM_SUCCESS);
  EXPECT_EQ(info.plane_nb, 2);
  EXPECT_EQ(info.stride[1], 6);
  EXPECT_EQ(info.width, 5);
  EXPECT_EQ(info.height, 3);
  EXPECT_EQ(info.image_format, FORMAT_NV12);
  EXPECT_EQ(info.data_type, DATA_TYPE_EXT_1N_BYTE);
  EXPECT_FALSE(info.default_stride);
  EXPECT_EQ(bm_image_get_handle(&image), handle_);
  bm_image_destroy(image);
}

TEST_F(LifeTest, CompressedImagesHaveTheSizesOfTheirMemory) {
  const bm_image image = Create(FORMAT_COMPRESSED, DATA_TYPE_EXT_1N_BYTE, 64, 32);
  int sizes[4];
  EXPECT_EQ(bm_image_get_plane_num(image), 4);
  EXPECT_EQ(bm_image_get_byte_size(image, sizes), BM_ERR_DATA);
  EXPECT_EQ(bm_image_alloc_dev_mem(image), BM_ERR_DATA);
  bm_device_mem_t planes[4];
  for (int p = 0; p < 4; ++p) planes[p] = bm_mem_from_device(0x100000000 + p * 0x1000, 100 + p);
  ASSERT_EQ(bm_image_attach(image, planes), BM_SUCCESS);
  EXPECT_EQ(BytesOf(image), Sizes({100, 101, 102, 103}));
  void* buffers[4] = {sizes, sizes, sizes, sizes};
  EXPECT_EQ(bm_image_copy_device_to_host(image, buffers), BM_ERR_DATA);
  bm_image_destroy(image);
}

TEST_F(LifeTest, ZerosFillRowsAndPadding) {
  Picture picture(handle_, FORMAT_NV12, 5, 3, RandomBytes(27));
  ASSERT_EQ(bm_image_zeros(picture.image()), BM_SUCCESS);
  EXPECT_EQ(picture.Read(), Bytes(27));
  const bm_image empty = Create(FORMAT_GRAY, DATA_TYPE_EXT_1N_BYTE, 5, 3);
  EXPECT_EQ(bm_image_zeros(empty), BM_ERR_DATA);
  bm_device_mem_t nowhere = bm_mem_from_device(0x1000, 15);
  ASSERT_EQ(bm_image_attach(empty, &nowhere), BM_SUCCESS);
  EXPECT_EQ(bm_image_zeros(empty), BM_ERR_FAILURE);
  bm_image_destroy(empty);
}

class BlockTest : public LifeTest {
 protected:
  void SetUp() override {
    LifeTest::SetUp();
    for (bm_image& image : images_) image = Create(FORMAT_BGR_PLANAR, DATA_TYPE_EXT_FLOAT32, 5, 3);
  }
  void TearDown() override {
    for (const bm_image& image : images_) bm_image_destroy(image);
    LifeTest::TearDown();
  }
  bm_image images_[3];
};

TEST_F(BlockTest, ImagesFollowEachOther) {
  ASSERT_EQ(bm_image_alloc_contiguous_mem(3, images_, BMCV_HEAP1_ID), BM_SUCCESS);
  EXPECT_EQ(AddressOf(images_[2]), AddressOf(images_[0]) + 360);
  EXPECT_EQ(HeapOf(images_[0]), 1u);
  bm_device_mem_t block;
  ASSERT_EQ(bm_image_get_contiguous_device_mem(3, images_, &block), BM_SUCCESS);
  EXPECT_EQ(bm_mem_get_device_addr(block), AddressOf(images_[0]));
  EXPECT_EQ(block.size, 540u);
  EXPECT_EQ(bm_image_alloc_contiguous_mem(3, images_), BM_ERR_DATA);
  bm_image swapped[] = {images_[1], images_[0]};
  EXPECT_EQ(bm_image_get_contiguous_device_mem(2, swapped, &block), BM_ERR_DATA);
  EXPECT_EQ(bm_image_free_contiguous_mem(2, swapped), BM_ERR_DATA);
  EXPECT_EQ(bm_image_free_contiguous_mem(3, images_), BM_SUCCESS);
  EXPECT_FALSE(bm_image_is_attached(images_[1]));
  EXPECT_EQ(bm_image_free_contiguous_mem(3, images_), BM_ERR_DATA);
}

TEST_F(BlockTest, MemoryOfTheCallerIsSliced) {
  bm_device_mem_t block;
  ASSERT_EQ(bm_malloc_device_byte(handle_, &block, 540), BM_SUCCESS);
  EXPECT_EQ(bm_image_attach_contiguous_mem(2, images_, block), BM_ERR_DATA);
  ASSERT_EQ(bm_image_attach_contiguous_mem(3, images_, block), BM_SUCCESS);
  EXPECT_EQ(AddressOf(images_[1]), bm_mem_get_device_addr(block) + 180);
  ASSERT_EQ(bm_image_dettach_contiguous_mem(3, images_), BM_SUCCESS);
  EXPECT_FALSE(bm_image_is_attached(images_[0]));
  EXPECT_EQ(bm_memset_device(handle_, 1, block), BM_SUCCESS);
  bm_free_device(handle_, block);
}

TEST_F(BlockTest, Refusals) {
  bm_device_mem_t block;
  EXPECT_EQ(bm_image_alloc_contiguous_mem(0, images_), BM_ERR_PARAM);
  EXPECT_EQ(bm_image_attach_contiguous_mem(0, images_, bm_mem_null()), BM_ERR_PARAM);
  EXPECT_EQ(bm_image_get_contiguous_device_mem(3, images_, &block), BM_ERR_DATA);
  EXPECT_EQ(bm_image_alloc_contiguous_mem_heap_mask(3, images_, 8), BM_ERR_NOMEM);
  bm_image other = Create(FORMAT_BGR_PLANAR, DATA_TYPE_EXT_FLOAT32, 6, 3);
  bm_image mixed[] = {images_[0], other};
  EXPECT_EQ(bm_image_alloc_contiguous_mem(2, mixed), BM_ERR_DATA);
  bm_image_destroy(other);
  ASSERT_EQ(bm_image_alloc_dev_mem(images_[0]), BM_SUCCESS);
  EXPECT_EQ(bm_image_dettach_contiguous_mem(1, images_), BM_ERR_DATA);
  EXPECT_EQ(bm_image_free_contiguous_mem(1, images_), BM_ERR_DATA);
}

}  // namespace
}  // namespace bm::cv
