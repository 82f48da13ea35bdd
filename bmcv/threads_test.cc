// Many threads on one handle: they share sources and plans, each has targets of its own.
#include <cstdlib>
#include <thread>
#include <vector>

#include "bmcv/testing/goldens.h"
#include "bmcv/testing/image_test.h"
#include "gtest/gtest.h"

namespace bm::cv {
namespace {

constexpr int kThreads = 4, kRounds = 20;

class ThreadsTest : public ImageTest {
 protected:
  template <typename Body>
  static void RunInThreads(Body body) {
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&] {
        for (int round = 0; round < kRounds; ++round) body();
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
};

TEST_F(ThreadsTest, FilterOnePicture) {
  Picture source(handle_, FORMAT_GRAY, kGoldenWidth, kGoldenHeight, GeneratedBytes(1, kGoldenArea));
  RunInThreads([&] {
    Picture target(handle_, FORMAT_GRAY, kGoldenWidth, kGoldenHeight);
    EXPECT_EQ(bmcv_image_sobel(handle_, source.image(), target.image(), 1, 0), BM_SUCCESS);
    EXPECT_EQ(target.Read(), kSobelX3.bytes);
  });
}

TEST_F(ThreadsTest, ScaleOnePicture) {
  Picture source(handle_, FORMAT_GRAY, kGoldenWidth, kGoldenHeight, GeneratedBytes(1, kGoldenArea));
  RunInThreads([&] {
    Picture target(handle_, FORMAT_GRAY, kNearestLarger.width, kNearestLarger.height);
    bm_image output = target.image();
    EXPECT_EQ(bmcv_image_vpp_convert(handle_, 1, source.image(), &output, nullptr, BMCV_INTER_NEAREST), BM_SUCCESS);
    EXPECT_EQ(target.Read(), kNearestLarger.bytes);
  });
}

TEST_F(ThreadsTest, TransformByOnePlan) {
  const std::vector<float> line = {1, 2, 3, 4};
  bm_device_mem_t source;
  ASSERT_EQ(bm_malloc_device_byte(handle_, &source, 16), BM_SUCCESS);
  ASSERT_EQ(bm_memcpy_s2d(handle_, source, const_cast<float*>(line.data())), BM_SUCCESS);
  void* plan = nullptr;
  ASSERT_EQ(bmcv_fft_1d_create_plan(handle_, 1, 4, true, plan), BM_SUCCESS);
  RunInThreads([&] {
    std::vector<float> real(4), imaginary(4);
    EXPECT_EQ(bmcv_fft_execute_real_input(handle_, source, bm_mem_from_system(real.data()),
                                          bm_mem_from_system(imaginary.data()), plan),
              BM_SUCCESS);
    EXPECT_EQ(real, std::vector<float>({10, -2, -2, -2}));
  });
  bmcv_fft_destroy_plan(handle_, plan);
  bm_free_device(handle_, source);
}

// Each thread writes on its own picture, encodes it and decodes the file.
TEST_F(ThreadsTest, WriteTextAndFiles) {
  const bmcv_point_t origin = {2, 28};
  const auto write = [&] {
    Picture picture(handle_, FORMAT_NV12, 48, 32, Bytes(2304, 128)), decoded(handle_, FORMAT_NV12, 48, 32);
    EXPECT_EQ(bmcv_image_put_text(handle_, picture.image(), "Ag", origin, {255, 0, 0}, 1, 2), BM_SUCCESS);
    bm_image source = picture.image(), target = decoded.image();
    void* file = nullptr;
    size_t size = 0;
    EXPECT_EQ(bmcv_image_jpeg_enc(handle_, 1, &source, &file, &size), BM_SUCCESS);
    EXPECT_EQ(bmcv_image_jpeg_dec(handle_, &file, &size, 1, &target), BM_SUCCESS);
    std::free(file);
    return decoded.Read();
  };
  const Bytes alone = write();
  EXPECT_NE(alone, Bytes(2304, 128));
  RunInThreads([&] { EXPECT_EQ(write(), alone); });
}

}  // namespace
}  // namespace bm::cv
