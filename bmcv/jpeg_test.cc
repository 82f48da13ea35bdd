// bmcv_image_jpeg_enc and bmcv_image_jpeg_dec.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/testing/status_matchers.h"
#include "bmcv/testing/image_test.h"
#include "bmdecoder/jpeg/testing/pictures.h"
#include "gtest/gtest.h"

namespace bm::cv {
namespace {

using decoder::testing::ForeignJpeg;

struct Error {
  int largest;
  double psnr;  // dB
};

Error Difference(const Bytes& a, const Bytes& b) {
  Error error = {0, 0};
  double squares = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    const int difference = std::abs(a[i] - b[i]);
    error.largest = std::max(error.largest, difference);
    squares += difference * difference;
  }
  error.psnr = squares == 0 ? 100 : 10 * std::log10(255 * 255 * static_cast<double>(a.size()) / squares);
  return error;
}

// The packed components of a decoded image, chroma repeated.
Bytes PackedYcc(const Picture& picture) {
  const Bytes planes = picture.Read();
  const int w = picture.image().width, h = picture.image().height;
  const bm_image_format_ext format = picture.image().image_format;
  if (format == FORMAT_GRAY) return planes;
  const int half_x = format == FORMAT_YUV444P ? 1 : 2,
            half_y = format == FORMAT_YUV420P || format == FORMAT_NV12 ? 2 : 1;
  const bool is_interleaved = format == FORMAT_NV12 || format == FORMAT_NV16;
  const int chroma_w = (w + half_x - 1) / half_x, chroma_h = (h + half_y - 1) / half_y;
  Bytes packed;
  for (int y = 0; y < h; ++y) {
    for (int x = 0; x < w; ++x) {
      packed.push_back(planes[y * w + x]);
      for (int c = 0; c < 2; ++c) {
        const int at = y / half_y * chroma_w + x / half_x;
        packed.push_back(planes[w * h + (is_interleaved ? 2 * at + c : c * chroma_w * chroma_h + at)]);
      }
    }
  }
  return packed;
}

class JpegTest : public ImageTest {
 protected:
  // Waves, smooth as pictures are.
  Bytes Waves(size_t count, int width) {
    Bytes bytes;
    for (size_t i = 0; i < count; ++i) {
      const double x = static_cast<double>(i % width), y = static_cast<double>(i) / width;
      bytes.push_back(static_cast<uint8_t>(128 + 60 * std::sin(x / 9) + 50 * std::cos(y / 7)));
    }
    return bytes;
  }
  Bytes Encode(const Picture& picture, int quality) {
    bm_image image = picture.image();
    void* data = nullptr;
    size_t size = 0;
    EXPECT_EQ(bmcv_image_jpeg_enc(handle_, 1, &image, &data, &size, quality), BM_SUCCESS);
    const uint8_t* const first = static_cast<const uint8_t*>(data);
    const Bytes file(first, first + size);
    std::free(data);
    return file;
  }
  bm_status_t Decode(Bytes file, bm_image* image) {
    void* data = file.data();
    size_t size = file.size();
    return bmcv_image_jpeg_dec(handle_, &data, &size, 1, image);
  }
};

TEST_F(JpegTest, RoundTripsInEveryFormat) {
  const struct {
    bm_image_format_ext format, decoded;
  } rows[] = {{FORMAT_YUV420P, FORMAT_YUV420P}, {FORMAT_YUV422P, FORMAT_YUV422P}, {FORMAT_YUV444P, FORMAT_YUV444P},
              {FORMAT_NV12, FORMAT_NV12},       {FORMAT_NV21, FORMAT_YUV420P},    {FORMAT_NV16, FORMAT_NV16},
              {FORMAT_NV61, FORMAT_YUV422P},    {FORMAT_GRAY, FORMAT_GRAY}};
  const int w = 51, h = 37;
  for (const auto& row : rows) {
    SCOPED_TRACE(row.format);
    const Picture shape(handle_, row.format, w, h);
    Picture result(handle_, row.decoded, w, h);
    const Bytes luma = Waves(w * h, w);
    Bytes original(shape.size(), 100);
    std::copy(luma.begin(), luma.end(), original.begin());
    const Picture picture(handle_, row.format, w, h, original);
    bm_image decoded = result.image();
    ASSERT_EQ(Decode(Encode(picture, 95), &decoded), BM_SUCCESS);
    EXPECT_LE(Difference(original, result.Read()).largest, 20);
    ASSERT_EQ(Decode(Encode(picture, 85), &decoded), BM_SUCCESS);
    EXPECT_GT(Difference(original, result.Read()).psnr, 35);
  }
}

// NV21 and NV61 have Cr before Cb.
TEST_F(JpegTest, ChromaOrderIsKept) {
  const int w = 32, h = 32;
  Bytes nv21(w * h * 3 / 2, 100);
  for (size_t i = w * h; i < nv21.size(); ++i) nv21[i] = i % 2 == 0 ? 60 : 200;
  const Picture picture(handle_, FORMAT_NV21, w, h, nv21);
  const Picture result(handle_, FORMAT_YUV420P, w, h);
  bm_image decoded = result.image();
  ASSERT_EQ(Decode(Encode(picture, 95), &decoded), BM_SUCCESS);
  const Bytes planes = result.Read();
  EXPECT_NEAR(planes[w * h], 200, 3);
  EXPECT_NEAR(planes[w * h * 5 / 4], 60, 3);
}

TEST_F(JpegTest, BetterQualityIsLargerAndZeroCountsAsOne) {
  const Picture picture(handle_, FORMAT_GRAY, 64, 64, RandomBytes(4096));
  EXPECT_LT(Encode(picture, 20).size(), Encode(picture, 85).size());
  EXPECT_EQ(Encode(picture, 0), Encode(picture, 1));
}

TEST_F(JpegTest, FormatAndStridesFollowTheStream) {
  const struct {
    bm_image_format_ext source;
    bm_image_format_ext format;
    std::vector<int> strides;
  } rows[] = {{FORMAT_NV12, FORMAT_YUV420P, {48, 24, 24}},
              {FORMAT_NV16, FORMAT_YUV422P, {48, 24, 24}},
              {FORMAT_YUV444P, FORMAT_YUV444P, {48, 48, 48}},
              {FORMAT_GRAY, FORMAT_GRAY, {48}}};
  for (const auto& row : rows) {
    SCOPED_TRACE(row.source);
    const Picture shape(handle_, row.source, 37, 21);
    const Picture picture(handle_, row.source, 37, 21, RandomBytes(shape.size()));
    bm_image decoded = {};
    ASSERT_EQ(Decode(Encode(picture, 90), &decoded), BM_SUCCESS);
    EXPECT_EQ(decoded.image_format, row.format);
    EXPECT_EQ(decoded.width, 37);
    EXPECT_EQ(decoded.height, 21);
    std::vector<int> strides(bm_image_get_plane_num(decoded));
    ASSERT_EQ(bm_image_get_stride(decoded, strides.data()), BM_SUCCESS);
    EXPECT_EQ(strides, row.strides);
    bm_device_mem_t memory[4];
    unsigned heap = 0;
    ASSERT_EQ(bm_image_get_device_mem(decoded, memory), BM_SUCCESS);
    ASSERT_EQ(bm_get_gmem_heap_id(handle_, memory, &heap), BM_SUCCESS);
    EXPECT_GE(heap, 1u);
    EXPECT_EQ(bm_image_destroy(decoded), BM_SUCCESS);
  }
}

TEST_F(JpegTest, SamplesAreThoseOfLibjpeg) {
  const decoder::testing::ForeignKind kinds[] = {{2, 2}, {2, 1}, {1, 1}};
  const bm_image_format_ext formats[] = {FORMAT_NV12, FORMAT_NV16, FORMAT_YUV444P};
  for (int i = 0; i < 3; ++i) {
    SCOPED_TRACE(i);
    const Bytes file = ForeignJpeg(45, 37, kinds[i]);
    const Picture result(handle_, formats[i], 45, 37);
    bm_image decoded = result.image();
    ASSERT_EQ(Decode(file, &decoded), BM_SUCCESS);
    EXPECT_EQ(PackedYcc(result), decoder::testing::StockYcc(file));
  }
}

// djpeg of the system, which writes a PPM or PGM file.
Bytes Djpeg(const Bytes& file, const std::string& options) {
  const std::string in = ::testing::TempDir() + "/in.jpg", out = ::testing::TempDir() + "/out.pnm";
  EXPECT_TRUE(WriteFile(in, file).ok());
  EXPECT_EQ(std::system(("djpeg " + options + " -outfile " + out + " " + in).c_str()), 0);
  const std::string text = ReadFile(out).value();
  size_t start = 0;
  for (int lines = 0; lines < 3; ++lines) start = text.find('\n', start) + 1;
  return Bytes(text.begin() + static_cast<std::ptrdiff_t>(start), text.end());
}

TEST_F(JpegTest, LumaIsThatOfDjpeg) {
  const Picture picture(handle_, FORMAT_NV12, 50, 40, RandomBytes(3000));
  const Bytes file = Encode(picture, 80);
  const Picture result(handle_, FORMAT_NV12, 50, 40);
  bm_image decoded = result.image();
  ASSERT_EQ(Decode(file, &decoded), BM_SUCCESS);
  Bytes luma = result.Read();
  luma.resize(2000);
  EXPECT_EQ(luma, Djpeg(file, "-grayscale -pnm"));
}

// Real pictures, among them one of an odd width; decoded, encoded again at quality 95 and decoded.
TEST_F(JpegTest, RealPictures) {
  const char* const folder = std::getenv("BM_TEST_DATA");
  if (folder == nullptr) {
    std::printf("skipped: BM_TEST_DATA is not set\n");
    return;
  }
  for (const char* const name : {"cat.jpg", "faces-10.jpg", "fish-bike.jpg"}) {
    SCOPED_TRACE(name);
    ASSERT_OK_AND_ASSIGN(const std::string text, ReadFile(std::string(folder) + "/pictures/" + name));
    const Bytes file(text.begin(), text.end());
    bm_image decoded = {};
    ASSERT_EQ(Decode(file, &decoded), BM_SUCCESS);
    const Picture compact(handle_, decoded.image_format, decoded.width, decoded.height);
    ASSERT_EQ(bmcv_width_align(handle_, decoded, compact.image()), BM_SUCCESS);
    bm_image_destroy(decoded);
    const Bytes original = compact.Read(), luma = Djpeg(file, "-grayscale -pnm");
    EXPECT_TRUE(std::equal(luma.begin(), luma.end(), original.begin()));
    const Picture again(handle_, compact.image().image_format, compact.image().width, compact.image().height);
    bm_image target = again.image();
    ASSERT_EQ(Decode(Encode(compact, 95), &target), BM_SUCCESS);
    EXPECT_GT(Difference(original, again.Read()).psnr, 35);
  }
}

TEST_F(JpegTest, ProgressivePicturesBecomeBgrAsOfDjpeg) {
  const Bytes file = ForeignJpeg(45, 37, {2, 2, 1, 1, true, false, false});
  const Bytes rgb = Djpeg(file, "-pnm");
  ASSERT_EQ(rgb.size(), 45u * 37 * 3);
  bm_image decoded = {};
  ASSERT_EQ(Decode(file, &decoded), BM_SUCCESS);
  EXPECT_EQ(decoded.image_format, FORMAT_BGR_PACKED);
  int stride = 0;
  ASSERT_EQ(bm_image_get_stride(decoded, &stride), BM_SUCCESS);
  ASSERT_EQ(stride, 192);
  Bytes rows(static_cast<size_t>(stride) * 37);
  void* buffers[] = {rows.data()};
  ASSERT_EQ(bm_image_copy_device_to_host(decoded, buffers), BM_SUCCESS);
  for (size_t i = 0; i < rgb.size(); ++i) {
    const size_t y = i / 135, x = i % 135 / 3, c = i % 3;
    ASSERT_EQ(rows[y * 192 + x * 3 + 2 - c], rgb[i]) << i;
  }
  bm_image_destroy(decoded);
}

TEST_F(JpegTest, ProgressivePicturesGoIntoPackedFormats) {
  const Bytes file = ForeignJpeg(45, 37, {2, 2, 1, 1, true, false, false});
  const Bytes rgb = Djpeg(file, "-pnm");
  const struct {
    bm_image_format_ext format;
    std::vector<int> order;  // R, G, B are 0, 1, 2, opaque is 3
  } rows[] = {{FORMAT_RGB_PACKED, {0, 1, 2}},
              {FORMAT_BGR_PACKED, {2, 1, 0}},
              {FORMAT_ARGB_PACKED, {3, 0, 1, 2}},
              {FORMAT_ABGR_PACKED, {3, 2, 1, 0}}};
  for (const auto& row : rows) {
    SCOPED_TRACE(row.format);
    const Picture result(handle_, row.format, 45, 37);
    bm_image decoded = result.image();
    ASSERT_EQ(Decode(file, &decoded), BM_SUCCESS);
    Bytes expected;
    for (size_t i = 0; i < rgb.size(); i += 3) {
      for (const int c : row.order) expected.push_back(c == 3 ? 255 : rgb[i + c]);
    }
    EXPECT_EQ(result.Read(), expected);
  }
  const Picture gray(handle_, FORMAT_GRAY, 45, 37), planar(handle_, FORMAT_YUV420P, 45, 37),
      small(handle_, FORMAT_GRAY, 45, 36);
  bm_image image = gray.image();
  ASSERT_EQ(Decode(file, &image), BM_SUCCESS);
  EXPECT_EQ(gray.Read(), Djpeg(file, "-grayscale -pnm"));
  image = planar.image();
  EXPECT_EQ(Decode(file, &image), BM_ERR_DATA);
  image = small.image();
  EXPECT_EQ(Decode(file, &image), BM_ERR_DATA);
}

TEST_F(JpegTest, SmallPicturesAreDecodedInSoftware) {
  bm_image decoded = {};
  ASSERT_EQ(Decode(ForeignJpeg(15, 40, {2, 2}), &decoded), BM_SUCCESS);
  EXPECT_EQ(decoded.image_format, FORMAT_BGR_PACKED);
  bm_image_destroy(decoded);
}

TEST_F(JpegTest, CreatedImagesHaveToMatch) {
  const Bytes file = Encode(Picture(handle_, FORMAT_NV12, 32, 32, Bytes(1536)), 85);
  const struct {
    bm_image_format_ext format;
    int width;
    bm_image_data_format_ext type;
    bm_status_t answer;
  } rows[] = {{FORMAT_YUV420P, 32, DATA_TYPE_EXT_1N_BYTE, BM_SUCCESS},
              {FORMAT_NV12, 32, DATA_TYPE_EXT_1N_BYTE, BM_SUCCESS},
              {FORMAT_NV21, 32, DATA_TYPE_EXT_1N_BYTE, BM_ERR_DATA},
              {FORMAT_YUV422P, 32, DATA_TYPE_EXT_1N_BYTE, BM_ERR_DATA},
              {FORMAT_GRAY, 32, DATA_TYPE_EXT_1N_BYTE, BM_ERR_DATA},
              {FORMAT_BGR_PACKED, 32, DATA_TYPE_EXT_1N_BYTE, BM_ERR_DATA},
              {FORMAT_YUV420P, 31, DATA_TYPE_EXT_1N_BYTE, BM_ERR_DATA},
              {FORMAT_YUV420P, 32, DATA_TYPE_EXT_FLOAT32, BM_ERR_DATA}};
  for (const auto& row : rows) {
    SCOPED_TRACE(row.format);
    const Picture result(handle_, row.format, row.width, 32, row.type);
    bm_image image = result.image();
    EXPECT_EQ(Decode(file, &image), row.answer);
    EXPECT_EQ(bm_image_is_attached(image), row.answer == BM_SUCCESS);
  }
}

// The public fields of an image are copies.
TEST_F(JpegTest, AnImageOtherThanItWasCreatedIsRefused) {
  const Bytes file = Encode(Picture(handle_, FORMAT_NV12, 32, 32, Bytes(1536)), 85);
  const Picture small(handle_, FORMAT_YUV420P, 16, 16), gray(handle_, FORMAT_GRAY, 32, 32);
  bm_image image = small.image();
  image.width = image.height = 32;
  EXPECT_EQ(Decode(file, &image), BM_ERR_DATA);
  image = gray.image();
  image.image_format = FORMAT_YUV420P;
  EXPECT_EQ(Decode(file, &image), BM_ERR_DATA);
  EXPECT_FALSE(bm_image_is_attached(image));
}

TEST_F(JpegTest, SeveralImagesAndTheCallersBuffers) {
  const Picture a(handle_, FORMAT_GRAY, 32, 32, RandomBytes(1024)), b(handle_, FORMAT_GRAY, 16, 48, RandomBytes(768));
  const Bytes file_a = Encode(a, 85), file_b = Encode(b, 85);
  bm_image images[] = {a.image(), b.image()};
  void* const large = std::malloc(1 << 20);
  void* data[] = {large, std::malloc(1)};
  size_t sizes[] = {1 << 20, 1};
  ASSERT_EQ(bmcv_image_jpeg_enc(handle_, 2, images, data, sizes), BM_SUCCESS);
  EXPECT_EQ(data[0], large);
  ASSERT_EQ(sizes[0], file_a.size());
  ASSERT_EQ(sizes[1], file_b.size());
  EXPECT_EQ(std::memcmp(data[0], file_a.data(), sizes[0]), 0);
  EXPECT_EQ(std::memcmp(data[1], file_b.data(), sizes[1]), 0);
  bm_image decoded[2] = {};
  ASSERT_EQ(bmcv_image_jpeg_dec(handle_, data, sizes, 2, decoded), BM_SUCCESS);
  EXPECT_EQ(decoded[1].height, 48);
  for (int i = 0; i < 2; ++i) {
    bm_image_destroy(decoded[i]);
    std::free(data[i]);
  }
}

TEST_F(JpegTest, FilesInDeviceMemory) {
  const Picture picture(handle_, FORMAT_NV12, 32, 32, RandomBytes(1536));
  const Bytes file = Encode(picture, 85);
  bm_image image = picture.image();
  void* data = nullptr;
  size_t size = 0;
  ASSERT_EQ(bmcv_image_jpeg_enc(handle_, 1, &image, &data, &size, 85, 1), BM_SUCCESS);
  bm_device_mem_t* const memory = static_cast<bm_device_mem_t*>(data);
  Bytes read(size);
  ASSERT_EQ(bm_memcpy_d2s_partial(handle_, read.data(), *memory, static_cast<unsigned>(size)), BM_SUCCESS);
  EXPECT_EQ(read, file);
  bm_image decoded = {};
  ASSERT_EQ(bmcv_image_jpeg_dec(handle_, &data, &size, 1, &decoded, 1), BM_SUCCESS);
  EXPECT_EQ(decoded.image_format, FORMAT_YUV420P);
  bm_image_destroy(decoded);
  // The same memory again, and too little of it.
  ASSERT_EQ(bmcv_image_jpeg_enc(handle_, 1, &image, &data, &size, 85, 1), BM_SUCCESS);
  EXPECT_EQ(data, memory);
  bm_device_mem_t part = *memory;
  part.size = 10;
  void* small = &part;
  EXPECT_EQ(bmcv_image_jpeg_enc(handle_, 1, &image, &small, &size, 85, 1), BM_ERR_PARAM);
  EXPECT_EQ(bmcv_image_jpeg_dec(handle_, &small, &size, 1, &decoded, 1), BM_ERR_PARAM);
  bm_free_device(handle_, *memory);
  std::free(memory);
}

TEST_F(JpegTest, EncodingRefuses) {
  const Picture good(handle_, FORMAT_GRAY, 16, 16, Bytes(256)), low(handle_, FORMAT_GRAY, 16, 15, Bytes(240));
  const Picture packed(handle_, FORMAT_BGR_PACKED, 16, 16, Bytes(768)), empty(handle_, FORMAT_GRAY, 16, 16);
  const Picture floats(handle_, FORMAT_GRAY, 16, 16, DATA_TYPE_EXT_FLOAT32);
  void* data[5] = {};
  size_t sizes[5] = {1, 2, 3, 4, 5};
  bm_image images[] = {good.image(), good.image(), good.image(), good.image(), good.image()};
  EXPECT_EQ(bmcv_image_jpeg_enc(handle_, 0, images, data, sizes), BM_ERR_PARAM);
  EXPECT_EQ(bmcv_image_jpeg_enc(handle_, 5, images, data, sizes), BM_ERR_PARAM);
  EXPECT_EQ(bmcv_image_jpeg_enc(handle_, 1, images, data, sizes, -1), BM_ERR_PARAM);
  EXPECT_EQ(bmcv_image_jpeg_enc(handle_, 1, images, data, sizes, 101), BM_ERR_PARAM);
  EXPECT_EQ(bmcv_image_jpeg_enc(handle_, 1, nullptr, data, sizes), BM_ERR_PARAM);
  EXPECT_EQ(bmcv_image_jpeg_enc(handle_, 1, images, nullptr, sizes), BM_ERR_PARAM);
  EXPECT_EQ(bmcv_image_jpeg_enc(handle_, 1, images, data, nullptr), BM_ERR_PARAM);
  EXPECT_EQ(bmcv_image_jpeg_enc(nullptr, 1, images, data, sizes), BM_ERR_DEVNOTREADY);
  for (const bm_image& bad : {low.image(), packed.image(), empty.image(), floats.image(), bm_image()}) {
    images[1] = bad;
    EXPECT_EQ(bmcv_image_jpeg_enc(handle_, 2, images, data, sizes), BM_ERR_DATA);
    EXPECT_EQ(data[0], nullptr);
    EXPECT_EQ(sizes[0], 1u);
  }
}

TEST_F(JpegTest, DecodingRefuses) {
  Bytes file = Encode(Picture(handle_, FORMAT_GRAY, 16, 16, Bytes(256)), 85);
  void* data[] = {file.data(), nullptr};
  size_t sizes[] = {file.size(), file.size()};
  bm_image images[2] = {};
  EXPECT_EQ(bmcv_image_jpeg_dec(handle_, data, sizes, 0, images), BM_ERR_PARAM);
  EXPECT_EQ(bmcv_image_jpeg_dec(handle_, data, sizes, 5, images), BM_ERR_PARAM);
  EXPECT_EQ(bmcv_image_jpeg_dec(handle_, nullptr, sizes, 1, images), BM_ERR_PARAM);
  EXPECT_EQ(bmcv_image_jpeg_dec(handle_, data, nullptr, 1, images), BM_ERR_PARAM);
  EXPECT_EQ(bmcv_image_jpeg_dec(handle_, data, sizes, 1, nullptr), BM_ERR_PARAM);
  EXPECT_EQ(bmcv_image_jpeg_dec(nullptr, data, sizes, 1, images), BM_ERR_DEVNOTREADY);
  EXPECT_EQ(bmcv_image_jpeg_dec(handle_, data, sizes, 2, images), BM_ERR_DATA);
  EXPECT_EQ(images[0].image_private, nullptr);
}

// Whatever is missing, there is a status, and no image that nobody frees.
TEST_F(JpegTest, FilesMayEndAnywhere) {
  bm_dev_stat_t before, after;
  ASSERT_EQ(bm_get_stat(handle_, &before), BM_SUCCESS);
  const Bytes baseline = Encode(Picture(handle_, FORMAT_NV12, 32, 32, RandomBytes(1536)), 50);
  for (size_t size = 1; size + 2 < baseline.size(); ++size) {
    bm_image image = {};
    ASSERT_EQ(Decode(Bytes(baseline.begin(), baseline.begin() + static_cast<std::ptrdiff_t>(size)), &image),
              BM_ERR_FAILURE)
        << size;
    ASSERT_EQ(image.image_private, nullptr);
  }
  // A progressive picture may lack its last scans.
  const Bytes progressive = ForeignJpeg(32, 32, {2, 2, 1, 1, true, false, false});
  for (size_t size = 1; size < progressive.size(); ++size) {
    bm_image image = {};
    const bm_status_t status =
        Decode(Bytes(progressive.begin(), progressive.begin() + static_cast<std::ptrdiff_t>(size)), &image);
    ASSERT_EQ(status == BM_SUCCESS, image.image_private != nullptr);
    ASSERT_TRUE(status == BM_SUCCESS || status == BM_ERR_FAILURE) << status;
    bm_image_destroy(image);
  }
  ASSERT_EQ(bm_get_stat(handle_, &after), BM_SUCCESS);
  EXPECT_EQ(after.mem_used, before.mem_used);
}

}  // namespace
}  // namespace bm::cv
