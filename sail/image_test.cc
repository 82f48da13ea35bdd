// Images, arrays of images and the operations of Bmcv that bmcv has.
#include "cvwrapper.h"
#include "gtest/gtest.h"

namespace sail {
namespace {

using Bytes = std::vector<uint8_t>;

Bytes Ramp(int count) {
  Bytes bytes(count);
  for (int i = 0; i < count; ++i) bytes[i] = static_cast<uint8_t>(i * 7);
  return bytes;
}

Bytes PixelsOf(const bm_image& image) {
  int size = 0;
  EXPECT_EQ(bm_image_get_byte_size(image, &size), BM_SUCCESS);
  Bytes bytes(size);
  void* planes[] = {bytes.data()};
  EXPECT_EQ(bm_image_copy_device_to_host(image, planes), BM_SUCCESS);
  return bytes;
}

TEST(PaddingAtrrTest, HoldsItsFields) {
  PaddingAtrr padding;
  EXPECT_EQ(padding.dst_crop_w + padding.padding_r, 0u);
  padding.set_stx(1);
  padding.set_sty(2);
  padding.set_w(3);
  padding.set_h(4);
  padding.set_r(114);
  padding.set_g(300);
  padding.set_b(7);
  const PaddingAtrr copy(padding), made(1, 2, 3, 4, 114, 255, 7);
  EXPECT_EQ(copy.padding_g, 255);
  EXPECT_EQ(memcmp(&copy.dst_crop_stx, &made.dst_crop_stx, 16), 0);
  EXPECT_EQ(copy.padding_b, made.padding_b);
}

class ImageTest : public ::testing::Test {
 protected:
  BMImage Picture(int h, int w, int seed = 0) {
    Bytes bytes = Ramp(3 * h * w + seed);
    return BMImage(handle_, bytes.data(), h, w, FORMAT_BGR_PLANAR, DATA_TYPE_EXT_1N_BYTE, {}, seed);
  }

  Handle handle_ = Handle(0);
  Bmcv bmcv_ = Bmcv(handle_);
};

TEST_F(ImageTest, OwnsOrBorrows) {
  BMImage empty;
  EXPECT_EQ(empty.empty_check(), 0);
  EXPECT_EQ(empty.width() + empty.height() + empty.get_plane_num(), 0);
  EXPECT_EQ(empty.get_device_id(), -1);
  EXPECT_EQ(empty.check_align(), -1);
  EXPECT_EQ(empty.align(), -1);
  EXPECT_EQ(empty.check_contiguous_memory(), -1);
  BMImage image(handle_, 6, 10, FORMAT_RGB_PLANAR, DATA_TYPE_EXT_FLOAT32);
  EXPECT_EQ(image.width(), 10);
  EXPECT_EQ(image.height(), 6);
  EXPECT_EQ(image.format(), FORMAT_RGB_PLANAR);
  EXPECT_EQ(image.dtype(), DATA_TYPE_EXT_FLOAT32);
  EXPECT_EQ(image.get_device_id(), 0);
  EXPECT_EQ(image.get_plane_num(), 1);
  EXPECT_TRUE(image.need_to_free());
  EXPECT_EQ(image.check_contiguous_memory(), 1);
  BMImage borrowed(image.data());
  EXPECT_FALSE(borrowed.need_to_free());
  std::vector<BMImage> images;
  images.resize(3);
  images[1] = std::move(image);
  EXPECT_EQ(image.empty_check(), 0);  // NOLINT: moved from
  EXPECT_EQ(images[1].width(), 10);
  bm_image raw{};
  ASSERT_EQ(bm_image_create(handle_.data(), 2, 2, FORMAT_GRAY, DATA_TYPE_EXT_1N_BYTE, &raw, nullptr), BM_SUCCESS);
  images[1] = std::move(raw);
  EXPECT_EQ(images[1].width(), 2);
  EXPECT_TRUE(images[1].need_to_free());
  EXPECT_THROW(BMImage(handle_, 0, 10, FORMAT_GRAY, DATA_TYPE_EXT_1N_BYTE), SailBMImageError);
  Handle none;
  EXPECT_THROW(BMImage(none, 2, 2, FORMAT_GRAY, DATA_TYPE_EXT_1N_BYTE), SailBMImageError);
  EXPECT_THROW(Bmcv{none}, SailBMImageError);
}

TEST_F(ImageTest, OutlivesItsHandle) {
  BMImage image, aligned, alias;
  {
    Handle handle(0);
    Bmcv bmcv(handle);
    Bytes bytes = Ramp(72);
    image = BMImage(handle, bytes.data(), 4, 6, FORMAT_BGR_PLANAR);
    Tensor tensor(handle, {1, 3, 4, 6}, BM_UINT8, false, true);
    bmcv.tensor_to_bm_image(tensor, alias);
    aligned = BMImage(handle, bytes.data(), 4, 6, FORMAT_BGR_PLANAR);
    EXPECT_EQ(aligned.align(), 0);
  }
  EXPECT_EQ(PixelsOf(image.data()), Ramp(72));
  EXPECT_EQ(aligned.unalign(), 0);
  EXPECT_EQ(PixelsOf(aligned.data()), Ramp(72));
  EXPECT_EQ(image.get_handle().get_device_id(), 0);
  EXPECT_EQ(alias.get_device_id(), 0);
}

TEST_F(ImageTest, NamesOneRawImageAllItsLife) {
  Bytes bytes = Ramp(24);
  BMImage image;
  bm_image& raw = image.data();
  image = BMImage(handle_, bytes.data(), 4, 6, FORMAT_GRAY);
  EXPECT_EQ(raw.width, 6);
  const BMImage moved(std::move(image));
  EXPECT_EQ(raw.width, 0);
  EXPECT_EQ(moved.width(), 6);
}

TEST_F(ImageTest, TakesBuffersAndStrides) {
  BMImage picture = Picture(4, 6, 5);
  Bytes expected = Ramp(3 * 24 + 5);
  expected.erase(expected.begin(), expected.begin() + 5);
  EXPECT_EQ(PixelsOf(picture.data()), expected);
  EXPECT_EQ(picture.check_align(), 0);
  int strides[] = {64};
  BMImage aligned(handle_, 4, 6, FORMAT_GRAY, DATA_TYPE_EXT_1N_BYTE, strides);
  EXPECT_EQ(aligned.check_align(), 1);
  EXPECT_EQ(aligned.align(), 0);
  EXPECT_THROW(BMImage(handle_, expected.data(), 4, 6, FORMAT_BGR_PLANAR, DATA_TYPE_EXT_1N_BYTE, {}, 0, 71),
               SailBMImageError);
  EXPECT_THROW(BMImage(handle_, expected.data(), 4, 6, FORMAT_YUV420P, DATA_TYPE_EXT_1N_BYTE, {6}), SailBMImageError)
      << "a stride of three";
}

TEST_F(ImageTest, AliasesTensors) {
  BMImage picture = Picture(4, 6);
  Tensor tensor(handle_, {1, 3, 4, 6}, BM_UINT8, true, false);
  bmcv_.bm_image_to_tensor(picture, tensor);
  EXPECT_EQ(tensor.shape(), std::vector<int>({1, 3, 4, 6}));
  EXPECT_EQ(tensor.dtype(), BM_UINT8);
  const uint8_t* const host = static_cast<uint8_t*>(tensor.sys_data());
  EXPECT_EQ(Bytes(host, host + 72), Ramp(72));
  Tensor slot = bmcv_.bm_image_to_tensor(picture);
  EXPECT_FALSE(slot.own_dev_data());
  BMImage back = bmcv_.tensor_to_bm_image(slot, true);
  EXPECT_EQ(back.format(), FORMAT_RGB_PLANAR);
  EXPECT_EQ(PixelsOf(back.data()), Ramp(72));
  EXPECT_EQ(bmcv_.tensor_to_bm_image(slot).format(), FORMAT_BGR_PLANAR);
  Tensor owner(handle_, {2}, BM_FLOAT32, false, true);
  bmcv_.bm_image_to_tensor(picture, owner);
  EXPECT_EQ(owner.nbytes(), 72);
  BMImage yuv(handle_, 4, 6, FORMAT_YUV420P, DATA_TYPE_EXT_1N_BYTE), none;
  EXPECT_THROW(bmcv_.bm_image_to_tensor(yuv, slot), SailBMImageError);
  EXPECT_THROW(bmcv_.bm_image_to_tensor(none, slot), SailBMImageError);
  int strides[] = {64};
  BMImage wide(handle_, 4, 6, FORMAT_GRAY, DATA_TYPE_EXT_1N_BYTE, strides);
  EXPECT_THROW(bmcv_.bm_image_to_tensor(wide, slot), SailBMImageError);
  Tensor floats({1, 3, 4, 6}), flat(handle_, {72}, BM_UINT8, false, true);
  EXPECT_THROW(bmcv_.tensor_to_bm_image(floats), SailBMImageError);
  EXPECT_THROW(bmcv_.tensor_to_bm_image(flat), SailBMImageError);
  EXPECT_EQ(bmcv_.get_bm_image_data_format(BM_INT8), DATA_TYPE_EXT_1N_BYTE_SIGNED);
  EXPECT_EQ(bmcv_.get_bm_data_type(DATA_TYPE_EXT_FLOAT32), BM_FLOAT32);
  EXPECT_THROW(bmcv_.get_bm_data_type(DATA_TYPE_EXT_4N_BYTE), SailBMImageError);
  EXPECT_THROW(bmcv_.get_bm_image_data_format(BM_INT32), SailBMImageError);
}

TEST_F(ImageTest, ArraysAreOneBlock) {
  BMImageArray<4> images;
  EXPECT_EQ(images.get_device_id(), -1);
  EXPECT_FALSE(images.check_need_free());
  for (int i = 0; i < 4; ++i) {
    BMImage picture = Picture(4, 6, i);
    ASSERT_EQ(images.copy_from(i, picture), 0);
  }
  EXPECT_TRUE(images.check_need_free());
  Tensor tensor(handle_, {1}, BM_UINT8, true, false);
  bmcv_.bm_image_to_tensor(images, tensor);
  EXPECT_EQ(tensor.shape(), std::vector<int>({4, 3, 4, 6}));
  for (int i = 0; i < 4; ++i) {
    const uint8_t* const part = static_cast<uint8_t*>(tensor.sys_data()) + 72 * i;
    EXPECT_EQ(Bytes(part, part + 72), PixelsOf(Picture(4, 6, i).data())) << i;
  }
  BMImage other = Picture(4, 8), none;
  EXPECT_EQ(images.copy_from(0, other), -1);
  EXPECT_EQ(images.copy_from(4, other), -1);
  EXPECT_EQ(images.copy_from(0, none), -1);
  BMImageArray<4> moved(std::move(images));
  EXPECT_EQ(images[0].image_private, nullptr);  // NOLINT: moved from
  EXPECT_EQ(moved[3].width, 6);
  BMImage element(moved[2]);
  EXPECT_EQ(element.height(), 4);
  BMImageArray<2> attached;
  BMImage first = Picture(4, 6), second = Picture(4, 6, 1);
  EXPECT_EQ(attached.attach_from(0, first), 0);
  EXPECT_EQ(attached.attach_from(1, second), 0);
  EXPECT_EQ(PixelsOf(attached[1]), PixelsOf(second.data()));
  BMImageArray<2> half;
  EXPECT_EQ(half.attach_from(1, first), 0);
  EXPECT_EQ(half.copy_from(0, second), -1) << "there is an image that is in no block";
  EXPECT_EQ(PixelsOf(half[1]), PixelsOf(first.data()));
  BMImageArray<2> back =
      bmcv_.tensor_to_bm_image<2>(*std::unique_ptr<Tensor>(new Tensor(handle_, {2, 3, 4, 6}, BM_UINT8, false, true)));
  EXPECT_EQ(back[1].width, 6);
}

TEST_F(ImageTest, RefusesSizesThatAreNone) {
  BMImage picture = Picture(4, 6), output(handle_, 2, 2, FORMAT_BGR_PLANAR, DATA_TYPE_EXT_1N_BYTE);
  EXPECT_NE(bmcv_.crop_and_resize(picture, output, 0, 0, 0, 0, 2, 2), 0);
  EXPECT_NE(bmcv_.vpp_crop_and_resize(picture, output, 0, 0, 0, 0, 2, 2), 0);
  EXPECT_EQ(bmcv_.vpp_crop_and_resize(picture, output, 0, 0, 6, 4, 2, 2), 0);
  EXPECT_THROW(bmcv_.resize(picture, 0, 0), SailBMImageError);
  EXPECT_THROW(bmcv_.resize(picture, picture, 2, 2), SailBMImageError) << "would read what it writes";
  EXPECT_EQ(PixelsOf(picture.data()), Ramp(72));
}

TEST_F(ImageTest, CallsBmcv) {
  BMImage picture = Picture(4, 6), other = Picture(4, 6, 9);
  const Bytes a = PixelsOf(picture.data()), b = PixelsOf(other.data());
  const Bytes sum = PixelsOf(bmcv_.image_add_weighted(picture, 0.5f, other, 0.25f, 3.0f).data());
  for (size_t i = 0; i < sum.size(); ++i) EXPECT_NEAR(sum[i], std::min(a[i] * 0.5 + b[i] * 0.25 + 3, 255.0), 1) << i;
  BMImage turned = bmcv_.transpose(picture);
  EXPECT_EQ(turned.width(), 4);
  EXPECT_EQ(PixelsOf(turned.data())[1], a[6]);
  BMImage none;
  EXPECT_THROW(bmcv_.transpose(none), SailBMImageError);
  EXPECT_THROW(bmcv_.resize(none, 2, 2), SailBMImageError);
  EXPECT_THROW(bmcv_.crop(picture, {{1, 2, 3}}), SailBMImageError);
  EXPECT_NE(bmcv_.imwrite("picture.gif", picture), 0);
  EXPECT_NE(bmcv_.drawPoint(picture, {6, 0}, std::make_tuple(1, 2, 3), 1), 0);
  face_rect_t boxes[] = {{0, 0, 9, 9, 0.5f}, {0, 0, 9, 9, 0.9f}, {20, 20, 29, 29, 0.1f}};
  const std::unique_ptr<nms_proposal_t> kept(bmcv_.nms(boxes, 3, 0.5f));
  ASSERT_EQ(kept->size, 2);
  EXPECT_EQ(kept->face_rect[0].score, 0.9f);
}

// The forms that programs use compile; an array in the place of an image too.
TEST_F(ImageTest, OverloadsCompile) {
  const auto use = [this](BMImage& image, BMImageArray<4>& images, bm_image* raw, PaddingAtrr& padding, string& name) {
    const auto scales =
        std::make_tuple(std::make_pair(1.0f, 0.0f), std::make_pair(1.0f, 0.0f), std::make_pair(1.0f, 0.0f));
    bmcv_.crop_and_resize(raw, raw, 0, 0, 2, 2, 4, 4, 1, BMCV_INTER_LINEAR);
    bmcv_.vpp_crop_and_resize_padding(raw, raw, 0, 0, 2, 2, 4, 4, padding, 1, BMCV_INTER_LINEAR);
    bmcv_.vpp_crop_and_resize_padding(image, image, 0, 0, 2, 2, 4, 4, padding);
    bmcv_.vpp_resize(images, images, 4, 4);
    bmcv_.vpp_crop_padding(image, 0, 0, 2, 2, padding);
    bmcv_.convert_to(images, images, scales);
    bmcv_.rectangle(images[0], 0, 0, 2, 2, std::make_tuple(0, 0, 255), 3);
    bmcv_.rectangle_(images[0], 0, 0, 2, 2, std::make_tuple(0, 0, 255));
    bmcv_.imwrite(name, images[0]);
    bmcv_.putText(image, name, 1, 2, std::make_tuple(1, 2, 3), 1.0f);
    return bmcv_.resize(images, 4, 4, BMCV_INTER_LINEAR);
  };
  (void)use;
}

}  // namespace
}  // namespace sail
