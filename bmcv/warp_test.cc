// bmcv_image_warp_affine, bmcv_image_warp_perspective and their variants.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <vector>

#include "bmcv/testing/goldens.h"
#include "bmcv/testing/image_test.h"
#include "gtest/gtest.h"

namespace bm::cv {
namespace {

#define GOLDEN(NAME, WIDTH, HEIGHT, ...) const Golden k##NAME = {WIDTH, HEIGHT, {__VA_ARGS__}};
#include "bmcv/testing/warp_goldens.inc"
#undef GOLDEN

constexpr int kWidth = 40, kHeight = 30;

// The picture that tools/bmcv/warp_goldens.py warps: slopes of at most 8 a pixel.
Bytes Slopes(int channel) {
  Bytes pixels;
  for (int y = 0; y < kHeight; ++y) {
    for (int x = 0; x < kWidth; ++x) {
      pixels.push_back(static_cast<uint8_t>(std::abs((3 + channel) * x + 5 * y - 100) % 256));
    }
  }
  for (uint8_t& pixel : pixels) pixel = static_cast<uint8_t>(std::abs(pixel - 128));
  return pixels;
}
Bytes ThreeSlopes() {
  Bytes all;
  for (const int channel : {0, 1, 2}) {
    const Bytes plane = Slopes(channel);
    all.insert(all.end(), plane.begin(), plane.end());
  }
  return all;
}

struct Source {
  double x, y;
};

// What one plane becomes, in double; -1 for nearest pixels that rounding decides.
std::vector<int> Expected(const uint8_t* plane, int width, int height, const float* m, bool is_perspective,
                          bool is_bilinear, int out_width, int out_height) {
  const auto at = [&](int x, int y) {
    return static_cast<double>(plane[std::min(y, height - 1) * width + std::min(x, width - 1)]);
  };
  std::vector<int> pixels;
  for (int y = 0; y < out_height; ++y) {
    for (int x = 0; x < out_width; ++x) {
      const double w = is_perspective ? double{m[6]} * x + double{m[7]} * y + m[8] : 1;
      const double u = std::clamp((double{m[0]} * x + double{m[1]} * y + m[2]) / w, 0.0, width - 1.0);
      const double v = std::clamp((double{m[3]} * x + double{m[4]} * y + m[5]) / w, 0.0, height - 1.0);
      if (is_bilinear) {
        const int left = static_cast<int>(u), top = static_cast<int>(v);
        const double right = u - left, below = v - top;
        pixels.push_back(static_cast<int>((at(left, top) * (1 - right) + at(left + 1, top) * right) * (1 - below) +
                                          (at(left, top + 1) * (1 - right) + at(left + 1, top + 1) * right) * below +
                                          0.5));
      } else {
        const bool is_close = std::abs(u - std::floor(u) - 0.5) < 1e-3 || std::abs(v - std::floor(v) - 0.5) < 1e-3;
        pixels.push_back(is_close ? -1 : static_cast<int>(at(static_cast<int>(u + 0.5), static_cast<int>(v + 0.5))));
      }
    }
  }
  return pixels;
}

class WarpTest : public ImageTest {
 protected:
  bm_status_t Affine(const Picture& input, const Picture& output, bmcv_affine_matrix matrix, int use_bilinear) {
    bmcv_affine_image_matrix list = {&matrix, 1};
    bm_image in = input.image(), out = output.image();
    return bmcv_image_warp_affine(handle_, 1, &list, &in, &out, use_bilinear);
  }
  bm_status_t Perspective(const Picture& input, const Picture& output, bmcv_perspective_matrix matrix,
                          int use_bilinear) {
    bmcv_perspective_image_matrix list = {&matrix, 1};
    bm_image in = input.image(), out = output.image();
    return bmcv_image_warp_perspective(handle_, 1, &list, &in, &out, use_bilinear);
  }
  bm_status_t Coordinates(const Picture& input, const Picture& output, bmcv_perspective_coordinate points,
                          int use_bilinear) {
    bmcv_perspective_image_coordinate list = {&points, 1};
    bm_image in = input.image(), out = output.image();
    return bmcv_image_warp_perspective_with_coordinate(handle_, 1, &list, &in, &out, use_bilinear);
  }
};

void ExpectNear(const Bytes& ours, const std::vector<int>& expected, int tolerance) {
  ASSERT_EQ(ours.size(), expected.size());
  for (size_t i = 0; i < ours.size(); ++i) {
    if (expected[i] < 0) continue;
    ASSERT_NEAR(ours[i], expected[i], tolerance) << i;
  }
}

TEST_F(WarpTest, AffineByHand) {
  const Picture input(handle_, FORMAT_RGB_PLANAR, 3, 2,
                      Bytes({10, 20, 30, 40, 50, 60, 11, 21, 31, 41, 51, 61, 12, 22, 32, 42, 52, 62}));
  const Picture output(handle_, FORMAT_RGB_PLANAR, 4, 2);
  // x / 2 + 0.25, y + 0.25: columns 0.25, 0.75, 1.25, 1.75; the second row is beyond the last.
  const bmcv_affine_matrix matrix = {{0.5f, 0, 0.25f, 0, 1, 0.25f}};
  ASSERT_EQ(Affine(input, output, matrix, 0), BM_SUCCESS);
  EXPECT_EQ(output.Read(),
            Bytes({10, 20, 20, 30, 40, 50, 50, 60, 11, 21, 21, 31, 41, 51, 51, 61, 12, 22, 22, 32, 42, 52, 52, 62}));
  // 10 + 2.5 + 7.5 = 20, 25, 30, 35; then 42.5, 47.5, 52.5, 57.5 plus 0.5 cut off.
  ASSERT_EQ(Affine(input, output, matrix, 1), BM_SUCCESS);
  EXPECT_EQ(output.Read(),
            Bytes({20, 25, 30, 35, 43, 48, 53, 58, 21, 26, 31, 36, 44, 49, 54, 59, 22, 27, 32, 37, 45, 50, 55, 60}));
}

TEST_F(WarpTest, EdgesRepeat) {
  const Picture input(handle_, FORMAT_BGR_PLANAR, 2, 2, Bytes({1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}));
  const Picture output(handle_, FORMAT_BGR_PLANAR, 4, 4);
  for (const int use_bilinear : {0, 1}) {
    ASSERT_EQ(Affine(input, output, {{1, 0, -1, 0, 1, -1}}, use_bilinear), BM_SUCCESS);
    const Bytes bytes = output.Read();
    EXPECT_EQ(Bytes(bytes.begin(), bytes.begin() + 16), Bytes({1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4}));
    constexpr float kNan = std::numeric_limits<float>::quiet_NaN(), kHuge = std::numeric_limits<float>::infinity();
    ASSERT_EQ(Affine(input, output, {{kNan, 0, 0, 0, 0, kHuge}}, use_bilinear), BM_SUCCESS);
    EXPECT_EQ(output.Read()[0], 3);
    ASSERT_EQ(Affine(input, output, {{0, 0, 1e30f, 0, 0, -1e30f}}, use_bilinear), BM_SUCCESS);
    EXPECT_EQ(output.Read()[5], 2);
  }
}

TEST_F(WarpTest, AffineIsThatOfPlainLoops) {
  const Bytes bytes = RandomBytes(3 * kWidth * kHeight);
  const Picture input(handle_, FORMAT_BGR_PLANAR, kWidth, kHeight, bytes);
  for (const bmcv_affine_matrix& matrix : {bmcv_affine_matrix{{0.9f, 0.2f, -3.3f, -0.3f, 1.1f, 5.1f}},
                                           {{-1.7f, 0.01f, 39.3f, 0.02f, 0.4f, 2.2f}},
                                           {{0.31f, 0, 4.7f, 0, 0.29f, 3.9f}}}) {
    for (const int use_bilinear : {0, 1}) {
      // Wider than one block of the kernel.
      const Picture output(handle_, FORMAT_BGR_PLANAR, 601, 17);
      ASSERT_EQ(Affine(input, output, matrix, use_bilinear), BM_SUCCESS);
      std::vector<int> expected;
      for (int p = 0; p < 3; ++p) {
        const std::vector<int> plane =
            Expected(bytes.data() + p * kWidth * kHeight, kWidth, kHeight, matrix.m, false, use_bilinear == 1, 601, 17);
        expected.insert(expected.end(), plane.begin(), plane.end());
      }
      ExpectNear(output.Read(), expected, use_bilinear);
    }
  }
}

TEST_F(WarpTest, PerspectiveIsThatOfPlainLoops) {
  const Bytes bytes = RandomBytes(3 * kWidth * kHeight);
  const Picture input(handle_, FORMAT_RGB_PLANAR, kWidth, kHeight, bytes);
  const bmcv_perspective_matrix matrix = {{0.8f, 0.1f, 2.3f, 0.05f, 0.7f, 3.1f, 0.002f, 0.001f, 1.01f}};
  for (const int use_bilinear : {0, 1}) {
    const Picture output(handle_, FORMAT_RGB_PLANAR, 37, 33);
    ASSERT_EQ(Perspective(input, output, matrix, use_bilinear), BM_SUCCESS);
    std::vector<int> expected;
    for (int p = 0; p < 3; ++p) {
      const std::vector<int> plane =
          Expected(bytes.data() + p * kWidth * kHeight, kWidth, kHeight, matrix.m, true, use_bilinear == 1, 37, 33);
      expected.insert(expected.end(), plane.begin(), plane.end());
    }
    ExpectNear(output.Read(), expected, use_bilinear);
  }
}

// Inside the picture OpenCV's coordinates are multiples of 1/32 pixel, which the slopes of the picture forgive.
TEST_F(WarpTest, GivesWhatOpenCvGives) {
  const Picture input(handle_, FORMAT_RGB_PLANAR, kWidth, kHeight, ThreeSlopes());
  const Picture output(handle_, FORMAT_RGB_PLANAR, kAffine.width, kAffine.height);
  const size_t area = kAffine.bytes.size();
  const auto expect_first_plane = [&](const Golden& golden, int tolerance) {
    const Bytes ours = output.Read();
    ExpectNear(Bytes(ours.begin(), ours.begin() + static_cast<std::ptrdiff_t>(area)),
               std::vector<int>(golden.bytes.begin(), golden.bytes.end()), tolerance);
  };
  const bmcv_affine_matrix affine = {{0.8f, 0.15f, 1.5f, -0.1f, 0.7f, 6.25f}};
  ASSERT_EQ(Affine(input, output, affine, 1), BM_SUCCESS);
  expect_first_plane(kAffine, 1);
  ASSERT_EQ(Perspective(input, output, {{0.8f, 0.1f, 2.5f, 0.05f, 0.7f, 3.25f, 0.002f, 0.001f, 1}}, 1), BM_SUCCESS);
  expect_first_plane(kPerspective, 2);
  ASSERT_EQ(Coordinates(input, output, {{4, 35, 2, 38}, {3, 5, 27, 25}}, 1), BM_SUCCESS);
  expect_first_plane(kCoordinates, 2);
}

TEST_F(WarpTest, ForwardMatricesOfOpenCvAreInvertedInPlace) {
  const Picture input(handle_, FORMAT_RGB_PLANAR, kWidth, kHeight, ThreeSlopes());
  const Picture a(handle_, FORMAT_RGB_PLANAR, 32, 24), b(handle_, FORMAT_RGB_PLANAR, 32, 24);
  bm_image in = input.image(), out[] = {a.image(), b.image()};
  bmcv_affine_matrix matrices[] = {{{2, 0, -4, 0, 4, -8}}, {{0, 1, 0, 1, 0, 0}}};
  bmcv_affine_image_matrix list = {matrices, 2};
  ASSERT_EQ(bmcv_image_warp_affine_similar_to_opencv(handle_, 1, &list, &in, out, 1), BM_SUCCESS);
  EXPECT_EQ(std::vector<float>(matrices[0].m, matrices[0].m + 6), std::vector<float>({0.5f, 0, 2, 0, 0.25f, 2}));
  EXPECT_EQ(std::vector<float>(matrices[1].m, matrices[1].m + 6), std::vector<float>({0, 1, 0, 1, 0, 0}));
  const Picture again(handle_, FORMAT_RGB_PLANAR, 32, 24);
  ASSERT_EQ(Affine(input, again, matrices[0], 1), BM_SUCCESS);
  EXPECT_EQ(again.Read(), a.Read());
  ASSERT_EQ(Affine(input, again, matrices[1], 1), BM_SUCCESS);
  EXPECT_EQ(again.Read(), b.Read());

  bmcv_perspective_matrix perspective = {{2, 0, -4, 0, 2, -6, 0.01f, 0, 1}};
  bmcv_perspective_image_matrix perspective_list = {&perspective, 1};
  ASSERT_EQ(bmcv_image_warp_perspective_similar_to_opencv(handle_, 1, &perspective_list, &in, out, 1), BM_SUCCESS);
  // The product with the matrix that was given is a multiple of the unit matrix.
  const float* const m = perspective.m;
  EXPECT_NEAR(2 * m[0] - 4 * m[6], 0.01f * m[2] + m[8], 1e-5);
  EXPECT_NEAR(2 * m[1] - 4 * m[7], 0, 1e-5);
  EXPECT_NEAR(2 * m[5] - 6 * m[8], 0, 1e-5);
  ASSERT_EQ(Perspective(input, again, perspective, 1), BM_SUCCESS);
  EXPECT_EQ(again.Read(), a.Read());
}

TEST_F(WarpTest, EveryMatrixHasAnOutput) {
  const Bytes first = RandomBytes(75), second = RandomBytes(75);
  const Picture a(handle_, FORMAT_RGB_PLANAR, 5, 5, first), b(handle_, FORMAT_RGB_PLANAR, 5, 5, second);
  const Picture p(handle_, FORMAT_RGB_PLANAR, 5, 5), q(handle_, FORMAT_RGB_PLANAR, 5, 5),
      r(handle_, FORMAT_RGB_PLANAR, 5, 5);
  bmcv_warp_matrix same = {{1, 0, 0, 0, 1, 0}}, pair[] = {{{1, 0, 0, 0, 1, 0}}, {{0, 0, 2, 0, 0, 3}}};
  bmcv_warp_image_matrix lists[] = {{&same, 1}, {pair, 2}};
  bm_image in[] = {a.image(), b.image()}, out[] = {p.image(), q.image(), r.image()};
  ASSERT_EQ(bmcv_image_warp(handle_, 2, lists, in, out), BM_SUCCESS);
  EXPECT_EQ(p.Read(), first);
  EXPECT_EQ(q.Read(), second);
  EXPECT_EQ(r.Read()[0], second[17]);
}

TEST_F(WarpTest, APictureMayBeWarpedInPlace) {
  const Bytes bytes = RandomBytes(75);
  const Picture picture(handle_, FORMAT_RGB_PLANAR, 5, 5, bytes), other(handle_, FORMAT_RGB_PLANAR, 5, 5);
  const bmcv_affine_matrix turn = {{0, 1, 0, -1, 0, 4}};
  ASSERT_EQ(Affine(picture, other, turn, 1), BM_SUCCESS);
  ASSERT_EQ(Affine(picture, picture, turn, 1), BM_SUCCESS);
  EXPECT_EQ(picture.Read(), other.Read());
  EXPECT_EQ(other.Read()[0], bytes[20]);
}

TEST_F(WarpTest, FourImagesInOne) {
  const Picture four(handle_, FORMAT_RGB_PLANAR, 4, 3, DATA_TYPE_EXT_4N_BYTE);
  Bytes bytes = RandomBytes(4 * 36);
  void* buffers[] = {bytes.data()};
  ASSERT_EQ(bm_image_copy_host_to_device(four.image(), buffers), BM_SUCCESS);
  const Picture one(handle_, FORMAT_RGB_PLANAR, 4, 3, DATA_TYPE_EXT_4N_BYTE),
      two(handle_, FORMAT_RGB_PLANAR, 4, 3, DATA_TYPE_EXT_4N_BYTE);
  // Images 0 and 1 as they are and a column to the left, image 2 as it is.
  bmcv_affine_matrix maps[] = {{{1, 0, 0, 0, 1, 0}}, {{1, 0, 1, 0, 1, 0}}};
  bmcv_affine_image_matrix lists[] = {{maps, 2}, {maps, 2}, {maps, 1}};
  bm_image in = four.image(), out[] = {one.image(), two.image()};
  for (const bm_image& image : out) {
    ASSERT_EQ(bm_image_alloc_dev_mem(image), BM_SUCCESS);
    ASSERT_EQ(bm_image_zeros(image), BM_SUCCESS);
  }
  ASSERT_EQ(bmcv_image_warp_affine(handle_, 3, lists, &in, out, 1), BM_SUCCESS);
  const Bytes first = one.Read(), second = two.Read();
  for (int i = 0; i < 36; ++i) {
    const int next = i % 4 == 3 ? i : i + 1;
    EXPECT_EQ(first[4 * i], bytes[4 * i]);
    EXPECT_EQ(first[4 * i + 1], bytes[4 * next]);
    EXPECT_EQ(first[4 * i + 2], bytes[4 * i + 1]);
    EXPECT_EQ(first[4 * i + 3], bytes[4 * next + 1]);
    EXPECT_EQ(second[4 * i], bytes[4 * i + 2]);
    EXPECT_EQ(second[4 * i + 1], 0);
  }
}

// The corners of the output show the four points.
TEST_F(WarpTest, CoordinatesAreCorners) {
  const Bytes bytes = RandomBytes(3 * kWidth * kHeight);
  const Picture input(handle_, FORMAT_RGB_PLANAR, kWidth, kHeight, bytes), output(handle_, FORMAT_RGB_PLANAR, 21, 17);
  const bmcv_perspective_coordinate points = {{7, 30, 2, 39}, {3, 0, 28, 25}};
  ASSERT_EQ(Coordinates(input, output, points, 0), BM_SUCCESS);
  const Bytes warped = output.Read();
  const int corners[] = {0, 20, 16 * 21, 16 * 21 + 20};
  for (int i = 0; i < 4; ++i) EXPECT_EQ(warped[corners[i]], bytes[points.y[i] * kWidth + points.x[i]]);
  // The whole picture, edges included.
  const Picture whole(handle_, FORMAT_RGB_PLANAR, kWidth, kHeight);
  ASSERT_EQ(Coordinates(input, whole, {{0, 39, 0, 39}, {0, 0, 29, 29}}, 1), BM_SUCCESS);
  ExpectNear(whole.Read(), std::vector<int>(bytes.begin(), bytes.end()), 1);
  EXPECT_EQ(Coordinates(input, whole, {{0, 40, 0, 40}, {0, 0, 30, 30}}, 1), BM_SUCCESS);
}

TEST_F(WarpTest, EveryRefusalIsAFailure) {
  const Picture input(handle_, FORMAT_RGB_PLANAR, 8, 6, Bytes(144)),
      output(handle_, FORMAT_RGB_PLANAR, 8, 6, Bytes(144, 7));
  const Picture empty(handle_, FORMAT_RGB_PLANAR, 8, 6), gray(handle_, FORMAT_GRAY, 8, 6, Bytes(48));
  const Picture floats(handle_, FORMAT_RGB_PLANAR, 8, 6, DATA_TYPE_EXT_FLOAT32),
      bgr(handle_, FORMAT_BGR_PLANAR, 8, 6, Bytes(144));
  const Picture line(handle_, FORMAT_RGB_PLANAR, 8, 1), four(handle_, FORMAT_RGB_PLANAR, 8, 6, DATA_TYPE_EXT_4N_BYTE);
  const bmcv_affine_matrix same = {{1, 0, 0, 0, 1, 0}};
  const bmcv_perspective_matrix still = {{1, 0, 0, 0, 1, 0, 0, 0, 1}};
  for (const Picture* bad : {&empty, &gray, &floats, &bgr, &four}) {
    EXPECT_EQ(Affine(*bad, output, same, 1), BM_ERR_FAILURE);
    EXPECT_EQ(Perspective(*bad, output, still, 1), BM_ERR_FAILURE);
    EXPECT_EQ(Coordinates(*bad, output, {{0, 7, 0, 7}, {0, 0, 5, 5}}, 1), BM_ERR_FAILURE);
  }
  EXPECT_EQ(Affine(input, four, same, 1), BM_ERR_FAILURE);
  EXPECT_EQ(Perspective(input, output, {{1, 0, -1, 0, 1, 0, 0, 0, 1}}, 1), BM_ERR_FAILURE);
  EXPECT_EQ(Perspective(input, output, {{1, 0, 0, 0, 2, 0, 0, 0, 1}}, 1), BM_ERR_FAILURE);
  EXPECT_EQ(Perspective(input, output, {{1, 0, 0, 0, 1, 0, 0, 0, 0}}, 1), BM_ERR_FAILURE);
  EXPECT_EQ(Coordinates(input, output, {{0, 9, 0, 7}, {0, 0, 5, 5}}, 1), BM_ERR_FAILURE);
  EXPECT_EQ(Coordinates(input, output, {{0, 7, 0, 7}, {-1, 0, 5, 5}}, 1), BM_ERR_FAILURE);
  EXPECT_EQ(Coordinates(input, output, {{0, 1, 2, 3}, {0, 1, 2, 3}}, 1), BM_ERR_FAILURE);
  EXPECT_EQ(Coordinates(input, line, {{0, 7, 0, 7}, {0, 0, 5, 5}}, 1), BM_ERR_FAILURE);

  bmcv_affine_matrix matrices[] = {same, {{1, 2, 0, 2, 4, 0}}};
  bmcv_affine_image_matrix lists[5] = {{matrices, 2}, {matrices, 0}, {nullptr, 1}, {matrices, 1}, {matrices, 1}};
  bm_image in[] = {input.image(), input.image(), input.image(), input.image(), input.image()};
  bm_image out[] = {output.image(), output.image(), output.image(), output.image()};
  const auto warp = [&](bm_handle_t handle, int count, bmcv_affine_image_matrix* list, bm_image* from, bm_image* to) {
    return bmcv_image_warp_affine(handle, count, list, from, to, 0);
  };
  EXPECT_EQ(warp(nullptr, 1, lists, in, out), BM_ERR_FAILURE);
  EXPECT_EQ(warp(handle_, 0, lists, in, out), BM_ERR_FAILURE);
  EXPECT_EQ(warp(handle_, 5, lists, in, out), BM_ERR_FAILURE);
  EXPECT_EQ(warp(handle_, 1, nullptr, in, out), BM_ERR_FAILURE);
  EXPECT_EQ(warp(handle_, 1, lists, nullptr, out), BM_ERR_FAILURE);
  EXPECT_EQ(warp(handle_, 1, lists, in, nullptr), BM_ERR_FAILURE);
  EXPECT_EQ(warp(handle_, 1, lists + 1, in, out), BM_ERR_FAILURE);
  EXPECT_EQ(warp(handle_, 1, lists + 2, in, out), BM_ERR_FAILURE);
  // The second matrix has no inverse: the first stays as it was.
  matrices[0].m[2] = 3;
  EXPECT_EQ(bmcv_image_warp_affine_similar_to_opencv(handle_, 1, lists, in, out, 0), BM_ERR_FAILURE);
  EXPECT_EQ(matrices[0].m[2], 3);
  out[1] = line.image();
  EXPECT_EQ(warp(handle_, 1, lists, in, out), BM_ERR_FAILURE);
  EXPECT_EQ(output.Read(), Bytes(144, 7));
}

}  // namespace
}  // namespace bm::cv
