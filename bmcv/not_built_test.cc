// Functions that the chip does not have or that are not built answer what the vendor's do and log their name once.
#include <cstdarg>
#include <cstdio>
#include <string>

#include "bmcv_api_ext.h"
#include "gtest/gtest.h"

namespace bm::cv {
namespace {

std::string& Logged() {
  static std::string text;
  return text;
}

void Collect(const char* /*tag*/, int /*level*/, const char* format, va_list arguments) {
  char line[256];
  std::vsnprintf(line, sizeof(line), format, arguments);
  Logged() += line;
}

TEST(NotBuiltTest, FunctionsOfOtherChipsAnswerAsTheVendors) {
  bmlib_log_set_callback(Collect);
  EXPECT_EQ(bmcv_image_draw_point(nullptr, bm_image(), 0, nullptr, 1, 0, 0, 0), BM_ERR_NOFEATURE);
  EXPECT_EQ(Logged(), "bmcv_image_draw_point is a function of other chips than the BM1684\n");
  EXPECT_EQ(bmcv_image_mosaic(nullptr, 0, bm_image(), nullptr, 0), BM_ERR_NOFEATURE);
  EXPECT_EQ(bmcv_image_bayer2rgb(nullptr, nullptr, bm_image(), bm_image()), BM_ERR_NOFEATURE);
  EXPECT_EQ(bmcv_matrix_log(nullptr, bm_image(), bm_image()), BM_NOT_SUPPORTED);
  EXPECT_EQ(bmcv_image_quantify(nullptr, bm_image(), bm_image()), BM_NOT_SUPPORTED);
}

TEST(CpuProcessTest, ThereIsNothingToStart) {
  bm_handle_t handle = nullptr;
  EXPECT_EQ(bmcv_open_cpu_process(handle), BM_ERR_DEVNOTREADY);
  EXPECT_EQ(bmcv_close_cpu_process(handle), BM_ERR_DEVNOTREADY);
  ASSERT_EQ(bm_dev_request(&handle, 0), BM_SUCCESS);
  EXPECT_EQ(bmcv_open_cpu_process(handle), BM_SUCCESS);
  EXPECT_EQ(bmcv_close_cpu_process(handle), BM_SUCCESS);
  bm_dev_free(handle);
}

TEST(NotBuiltTest, Version) { EXPECT_STREQ(bm_get_bmcv_version(), "1.1.0"); }

}  // namespace
}  // namespace bm::cv
