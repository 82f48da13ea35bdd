// The table of functions is complete, agrees with the committed document, and the operators take what it says.
#include <algorithm>
#include <cstdlib>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/testing/status_matchers.h"
#include "bmcv/src/operator_table.h"
#include "bmcv/testing/image_test.h"
#include "gtest/gtest.h"

namespace bm::cv {
namespace {

std::string Text(const char* path) {
  const absl::StatusOr<std::string> text = ReadFile(path);
  EXPECT_TRUE(text.ok()) << text.status();
  return text.value_or("");
}

std::vector<std::string> Listed() {
  std::vector<std::string> names;
  for (const Operator& row : ImageOperators()) names.push_back(row.function);
  for (const OtherFunction& row : OtherFunctions()) names.push_back(row.function);
  for (const MissingFunction& row : MissingFunctions()) names.push_back(row.function);
  std::sort(names.begin(), names.end());
  return names;
}

TEST(OperatorTableTest, TheCommittedDocumentIsUpToDate) {
  EXPECT_TRUE(Text("docs/reference/bmcv-table.md") == OperatorDocument())
      << "run `bazel run //bmcv:generate_table` and commit docs/reference/bmcv-table.md";
}

TEST(OperatorTableTest, EveryFunctionOfTheHeadersIsListedOnce) {
  const std::string headers = Text("bmcv/include/bmcv_api_declarations.h") + Text("bmcv/include/bmcv_api.h");
  // The word before the first parenthesis of a declaration.
  const std::string mark = "DECL_EXPORT ";
  std::vector<std::string> declared;
  for (size_t at = headers.find(mark); at != std::string::npos; at = headers.find(mark, at + 1)) {
    const size_t end = headers.find('(', at), start = headers.find_last_of(" *", end) + 1;
    declared.push_back(headers.substr(start, end - start));
  }
  std::sort(declared.begin(), declared.end());
  EXPECT_EQ(Listed(), declared);
}

TEST(OperatorTableTest, EveryTestExists) {
  const std::string build = Text("bmcv/BUILD");
  const auto exists = [&](const std::string& test) {
    return build.find("name = \"" + test + "\"") != std::string::npos;
  };
  for (const Operator& row : ImageOperators()) EXPECT_TRUE(exists(row.test)) << row.test;
  for (const OtherFunction& row : OtherFunctions()) EXPECT_TRUE(exists(row.test)) << row.test;
}

// Calls an operator with an image and others that are alike.
class TakesTest : public ImageTest {
 protected:
  static constexpr int kSide = 32;
  using Call = std::function<bm_status_t(bm_image, bm_image)>;

  void SetUp() override {
    ImageTest::SetUp();
    ASSERT_EQ(bm_malloc_device_byte(handle_, &ones_, kSide * kSide * 4), BM_SUCCESS);
    ASSERT_EQ(bm_memset_device(handle_, 0x01010101, ones_), BM_SUCCESS);
    ASSERT_EQ(bmcv_image_lkpyramid_create_plan(handle_, plan_, kSide, kSide), BM_SUCCESS);
  }
  void TearDown() override {
    bmcv_image_lkpyramid_destroy_plan(handle_, plan_);
    bm_free_device(handle_, ones_);
    ImageTest::TearDown();
  }

  std::map<std::string, Call> Calls();

  bm_device_mem_t ones_;
  void* plan_ = nullptr;
  bmcv_rect_t rect_ = {0, 0, kSide, kSide};
  bmcv_affine_matrix affine_ = {{1, 0, 0, 0, 1, 0}};
  bmcv_affine_image_matrix affine_list_ = {&affine_, 1};
  bmcv_perspective_matrix perspective_ = {{1, 0, 0, 0, 1, 0, 0, 0, 1}};
  bmcv_perspective_image_matrix perspective_list_ = {&perspective_, 1};
  bmcv_perspective_coordinate corners_ = {{0, kSide - 1, 0, kSide - 1}, {0, 0, kSide - 1, kSide - 1}};
  bmcv_perspective_image_coordinate corners_list_ = {&corners_, 1};
};

bool HasGrayOutput(const std::string& name) { return name == "bmcv_image_canny"; }

// What the row's remark excludes from the product of formats and types.
bool IsExcluded(const std::string& name, bm_image_format_ext format, bm_image_data_format_ext type) {
  return name == "bmcv_image_copy_to" && (format == FORMAT_RGB_PACKED || format == FORMAT_BGR_PACKED) &&
         (type == DATA_TYPE_EXT_4N_BYTE || type == DATA_TYPE_EXT_4N_BYTE_SIGNED);
}

std::map<std::string, TakesTest::Call> TakesTest::Calls() {
  const bm_handle_t h = handle_;
  const bmcv_point_t point = {1, 1};
  return {
      {"bmcv_image_vpp_convert",
       [=](bm_image a, bm_image) {
         Picture packed(h, FORMAT_RGB_PACKED, kSide, kSide);
         bm_image b = packed.image();
         return bmcv_image_vpp_convert(h, 1, a, &b);
       }},
      {"bmcv_image_vpp_csc_matrix_convert",
       [=](bm_image a, bm_image) {
         Picture packed(h, FORMAT_RGB_PACKED, kSide, kSide);
         bm_image b = packed.image();
         return bmcv_image_vpp_csc_matrix_convert(h, 1, a, &b, CSC_MAX_ENUM);
       }},
      {"bmcv_image_vpp_convert_padding",
       [=](bm_image a, bm_image) {
         Picture packed(h, FORMAT_RGB_PACKED, kSide, kSide);
         bm_image b = packed.image();
         bmcv_padding_atrr_t padding = {0, 0, kSide, kSide, 0, 0, 0, 1};
         return bmcv_image_vpp_convert_padding(h, 1, a, &b, &padding);
       }},
      {"bmcv_image_vpp_stitch",
       [=](bm_image a, bm_image) {
         Picture packed(h, FORMAT_RGB_PACKED, kSide, kSide);
         return bmcv_image_vpp_stitch(h, 1, &a, packed.image(), &rect_);
       }},
      {"bmcv_image_vpp_basic",
       [=](bm_image a, bm_image) {
         Picture packed(h, FORMAT_RGB_PACKED, kSide, kSide);
         bm_image b = packed.image();
         return bmcv_image_vpp_basic(h, 1, &a, &b);
       }},
      {"bmcv_image_vpp_basic_v2",
       [=](bm_image a, bm_image) {
         Picture planar(h, FORMAT_RGB_PLANAR, kSide, kSide, DATA_TYPE_EXT_FLOAT32);
         bm_image b = planar.image();
         return bmcv_image_vpp_basic_v2(h, 1, &a, &b);
       }},
      {"bmcv_image_csc_convert_to",
       [=](bm_image a, bm_image) {
         Picture planar(h, FORMAT_RGB_PLANAR, kSide, kSide, DATA_TYPE_EXT_FLOAT32);
         bm_image b = planar.image();
         return bmcv_image_csc_convert_to(h, 1, &a, &b);
       }},
      {"bmcv_image_storage_convert",
       [=](bm_image a, bm_image) {
         Picture gray(h, FORMAT_GRAY, kSide, kSide);
         bm_image b = gray.image();
         return bmcv_image_storage_convert(h, 1, &a, &b);
       }},
      {"bmcv_image_storage_convert_with_csctype",
       [=](bm_image a, bm_image) {
         Picture gray(h, FORMAT_GRAY, kSide, kSide);
         bm_image b = gray.image();
         return bmcv_image_storage_convert_with_csctype(h, 1, &a, &b, CSC_MAX_ENUM);
       }},
      {"bmcv_image_yuv2bgr_ext",
       [=](bm_image a, bm_image) {
         Picture planar(h, FORMAT_BGR_PLANAR, kSide, kSide);
         bm_image b = planar.image();
         return bmcv_image_yuv2bgr_ext(h, 1, &a, &b);
       }},
      {"bmcv_image_yuv2hsv",
       [=](bm_image a, bm_image) {
         Picture hsv(h, FORMAT_HSV_PLANAR, kSide, kSide);
         return bmcv_image_yuv2hsv(h, rect_, a, hsv.image());
       }},
      {"bmcv_image_resize",
       [=](bm_image a, bm_image b) {
         bmcv_resize_t whole = {0, 0, kSide, kSide, kSide, kSide};
         bmcv_resize_image attributes = {&whole, 1, 1, 0, 0, 0, BMCV_INTER_NEAREST};
         return bmcv_image_resize(h, 1, &attributes, &a, &b);
       }},
      {"bmcv_image_convert_to",
       [=](bm_image a, bm_image b) {
         return bmcv_image_convert_to(h, 1, {1, 0, 1, 0, 1, 0}, &a, &b);
       }},
      {"bmcv_width_align", [=](bm_image a, bm_image b) { return bmcv_width_align(h, a, b); }},
      {"bmcv_image_copy_to", [=](bm_image a, bm_image b) { return bmcv_image_copy_to(h, {}, a, b); }},
      {"bmcv_image_crop", [=](bm_image a, bm_image b) { return bmcv_image_crop(h, 1, &rect_, a, &b); }},
      {"bmcv_image_split", [=](bm_image a, bm_image b) { return bmcv_image_split(h, a, &b); }},
      {"bmcv_image_transpose", [=](bm_image a, bm_image b) { return bmcv_image_transpose(h, a, b); }},
      {"bmcv_image_warp_affine",
       [=](bm_image a, bm_image b) { return bmcv_image_warp_affine(h, 1, &affine_list_, &a, &b); }},
      {"bmcv_image_warp_affine_similar_to_opencv",
       [=](bm_image a, bm_image b) {
         return bmcv_image_warp_affine_similar_to_opencv(h, 1, &affine_list_, &a, &b, 0);
       }},
      {"bmcv_image_warp", [=](bm_image a, bm_image b) { return bmcv_image_warp(h, 1, &affine_list_, &a, &b); }},
      {"bmcv_image_warp_perspective",
       [=](bm_image a, bm_image b) { return bmcv_image_warp_perspective(h, 1, &perspective_list_, &a, &b); }},
      {"bmcv_image_warp_perspective_with_coordinate",
       [=](bm_image a, bm_image b) {
         return bmcv_image_warp_perspective_with_coordinate(h, 1, &corners_list_, &a, &b);
       }},
      {"bmcv_image_warp_perspective_similar_to_opencv",
       [=](bm_image a, bm_image b) {
         return bmcv_image_warp_perspective_similar_to_opencv(h, 1, &perspective_list_, &a, &b, 0);
       }},
      {"bmcv_image_yuv_resize", [=](bm_image a, bm_image b) { return bmcv_image_yuv_resize(h, 1, &a, &b); }},
      {"bmcv_image_draw_rectangle",
       [=](bm_image a, bm_image) { return bmcv_image_draw_rectangle(h, a, 1, &rect_, 1, 0, 0, 0); }},
      {"bmcv_image_fill_rectangle",
       [=](bm_image a, bm_image) { return bmcv_image_fill_rectangle(h, a, 1, &rect_, 0, 0, 0); }},
      {"bmcv_image_draw_lines",
       [=](bm_image a, bm_image) { return bmcv_image_draw_lines(h, a, &point, &point, 1, {}, 1); }},
      {"bmcv_image_put_text", [=](bm_image a, bm_image) { return bmcv_image_put_text(h, a, "a", point, {}, 1, 1); }},
      {"bmcv_image_jpeg_enc",
       [=](bm_image a, bm_image) {
         void* data = nullptr;
         size_t size = 0;
         const bm_status_t status = bmcv_image_jpeg_enc(h, 1, &a, &data, &size);
         std::free(data);
         return status;
       }},
      {"bmcv_image_add_weighted", [=](bm_image a, bm_image b) { return bmcv_image_add_weighted(h, a, 1, a, 1, 1, b); }},
      {"bmcv_image_absdiff", [=](bm_image a, bm_image b) { return bmcv_image_absdiff(h, a, a, b); }},
      {"bmcv_image_bitwise_and", [=](bm_image a, bm_image b) { return bmcv_image_bitwise_and(h, a, a, b); }},
      {"bmcv_image_bitwise_or", [=](bm_image a, bm_image b) { return bmcv_image_bitwise_or(h, a, a, b); }},
      {"bmcv_image_bitwise_xor", [=](bm_image a, bm_image b) { return bmcv_image_bitwise_xor(h, a, a, b); }},
      {"bmcv_image_threshold",
       [=](bm_image a, bm_image b) { return bmcv_image_threshold(h, a, b, 1, 2, BM_THRESH_BINARY); }},
      {"bmcv_image_sobel", [=](bm_image a, bm_image b) { return bmcv_image_sobel(h, a, b, 1, 0); }},
      {"bmcv_image_gaussian_blur", [=](bm_image a, bm_image b) { return bmcv_image_gaussian_blur(h, a, b, 3, 3, 1); }},
      {"bmcv_image_laplacian", [=](bm_image a, bm_image b) { return bmcv_image_laplacian(h, a, b, 3); }},
      {"bmcv_image_canny", [=](bm_image a, bm_image b) { return bmcv_image_canny(h, a, b, 1, 2); }},
      {"bmcv_image_pyramid_down",
       [=](bm_image a, bm_image) {
         Picture half(h, a.image_format, kSide / 2, kSide / 2, a.data_type);
         return bmcv_image_pyramid_down(h, a, half.image());
       }},
      {"bmcv_image_erode", [=](bm_image a, bm_image b) { return bmcv_image_erode(h, a, b, 3, 3, ones_); }},
      {"bmcv_image_dilate", [=](bm_image a, bm_image b) { return bmcv_image_dilate(h, a, b, 3, 3, ones_); }},
      {"bmcv_image_dct", [=](bm_image a, bm_image b) { return bmcv_image_dct(h, a, b, false); }},
      {"bmcv_image_dct_with_coeff",
       [=](bm_image a, bm_image b) { return bmcv_image_dct_with_coeff(h, a, ones_, ones_, b); }},
      {"bmcv_image_lkpyramid_execute",
       [=](bm_image a, bm_image b) {
         bmcv_point2f_t from = {8, 8}, to;
         bool found;
         return bmcv_image_lkpyramid_execute(h, plan_, a, b, 1, &from, &to, &found);
       }},
  };
}

TEST_F(TakesTest, OperatorsTakeWhatTheTableSaysAndNothingElse) {
  const std::map<std::string, Call> calls = Calls();
  ASSERT_EQ(calls.size(), ImageOperators().size());
  for (int f = FORMAT_YUV420P; f <= FORMAT_BAYER_RG8; ++f) {
    for (int t = DATA_TYPE_EXT_FLOAT32; t <= DATA_TYPE_EXT_BF16; ++t) {
      const auto format = static_cast<bm_image_format_ext>(f);
      const auto type = static_cast<bm_image_data_format_ext>(t);
      bm_image input, same;
      if (format == FORMAT_COMPRESSED) continue;
      if (bm_image_create(handle_, kSide, kSide, format, type, &input) != BM_SUCCESS) continue;
      const Picture gray(handle_, FORMAT_GRAY, kSide, kSide, type);
      ASSERT_EQ(bm_image_create(handle_, kSide, kSide, format, type, &same), BM_SUCCESS);
      for (const bm_image& image : {input, same}) {
        ASSERT_EQ(bm_image_alloc_dev_mem(image), BM_SUCCESS);
        ASSERT_EQ(bm_image_zeros(image), BM_SUCCESS);
      }
      for (const Operator& row : ImageOperators()) {
        const bool is_listed = std::count(row.formats.begin(), row.formats.end(), format) == 1 &&
                               std::count(row.types.begin(), row.types.end(), type) == 1 &&
                               !IsExcluded(row.function, format, type);
        const Call& call = calls.at(row.function);
        const bm_status_t status = call(input, HasGrayOutput(row.function) ? gray.image() : same);
        EXPECT_EQ(status == BM_SUCCESS, is_listed)
            << row.function << " of format " << f << ", type " << t << ": " << status;
      }
      bm_image_destroy(input);
      bm_image_destroy(same);
    }
  }
}

}  // namespace
}  // namespace bm::cv
