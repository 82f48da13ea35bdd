// Bmcv: drawing, files, signals.
#include <algorithm>

#include "base/file.h"
#include "cvwrapper.h"
#include "sail/src/bmcv_impl.h"
#include "sail/src/bmcv_status.h"
#include "sail/src/picture.h"

namespace sail {

// ---- Drawing ----

int Bmcv::rectangle_(const bm_image& image, int x0, int y0, int w, int h, const Bgr& color, int thickness) {
  bmcv_rect_t rect = {x0, y0, w, h};
  const bmcv_color_t c = ColorOf(color);
  return bmcv_image_draw_rectangle(impl_->handle.data(), image, 1, &rect, thickness, c.r, c.g, c.b);
}
int Bmcv::rectangle(const bm_image& image, int x0, int y0, int w, int h, const Bgr& color, int thickness) {
  return rectangle_(image, x0, y0, w, h, color, thickness);
}
int Bmcv::rectangle(const BMImage& image, int x0, int y0, int w, int h, const Bgr& color, int thickness) {
  return rectangle_(image.data(), x0, y0, w, h, color, thickness);
}

int Bmcv::fillRectangle_(const bm_image& image, int x0, int y0, int w, int h, const Bgr& color) {
  bmcv_rect_t rect = {x0, y0, w, h};
  const bmcv_color_t c = ColorOf(color);
  return bmcv_image_fill_rectangle(impl_->handle.data(), image, 1, &rect, c.r, c.g, c.b);
}
int Bmcv::fillRectangle(const bm_image& image, int x0, int y0, int w, int h, const Bgr& color) {
  return fillRectangle_(image, x0, y0, w, h, color);
}
int Bmcv::fillRectangle(const BMImage& image, int x0, int y0, int w, int h, const Bgr& color) {
  return fillRectangle_(image.data(), x0, y0, w, h, color);
}

int Bmcv::putText_(const bm_image& image, const std::string& text, int x, int y, const Bgr& color, float font_scale,
                   int thickness) {
  const bmcv_color_t c = ColorOf(color);
  return bmcv_image_put_text(impl_->handle.data(), image, text.c_str(), bmcv_point_t{x, y}, c, font_scale, thickness);
}
int Bmcv::putText(const bm_image& image, const std::string& text, int x, int y, const Bgr& color, float font_scale,
                  int thickness) {
  return putText_(image, text, x, y, color, font_scale, thickness);
}
int Bmcv::putText(const BMImage& image, const std::string& text, int x, int y, const Bgr& color, float font_scale,
                  int thickness) {
  return putText_(image.data(), text, x, y, color, font_scale, thickness);
}

int Bmcv::drawPoint_(const bm_image& image, std::pair<int, int> center, Bytes color, int radius) {
  const bmcv_point_t at = {center.first, center.second};
  if (at.x < 0 || at.y < 0 || at.x >= image.width || at.y >= image.height || radius < 0) {
    spdlog::error("drawPoint at ({}, {}) with radius {} in {} x {}", at.x, at.y, radius, image.width, image.height);
    return BM_ERR_PARAM;
  }
  const bmcv_color_t c = ColorOf(color);
  return bmcv_image_draw_lines(impl_->handle.data(), image, &at, &at, 1, c, std::max(2 * radius, 1));
}
int Bmcv::drawPoint(const bm_image& image, std::pair<int, int> center, Bytes color, int radius) {
  return drawPoint_(image, center, color, radius);
}
int Bmcv::drawPoint(const BMImage& image, std::pair<int, int> center, Bytes color, int radius) {
  return drawPoint_(image.data(), center, color, radius);
}

// Points of bmcv; at most `count`.
static std::vector<bmcv_point_t> PointsOf(const std::vector<std::pair<int, int>>& pairs, size_t count) {
  std::vector<bmcv_point_t> points;
  for (size_t i = 0; i < count; ++i) points.push_back({pairs[i].first, pairs[i].second});
  return points;
}

int Bmcv::drawLines(BMImage& image, std::vector<std::pair<int, int>>& start, std::vector<std::pair<int, int>>& end,
                    int line_num, Bytes color, int thickness) {
  if (line_num < 0 || start.size() < static_cast<size_t>(line_num) || end.size() < static_cast<size_t>(line_num)) {
    spdlog::error("drawLines of {} lines with {} starts and {} ends", line_num, start.size(), end.size());
    return BM_ERR_PARAM;
  }
  const std::vector<bmcv_point_t> from = PointsOf(start, line_num), to = PointsOf(end, line_num);
  return bmcv_image_draw_lines(impl_->handle.data(), image.data(), from.data(), to.data(), line_num, ColorOf(color),
                               thickness);
}

int Bmcv::polylines(BMImage& image, std::vector<std::vector<std::pair<int, int>>>& pts, bool isclosed, Bytes color,
                    int thickness, int shift) {
  if (shift != 0) {
    spdlog::error("polylines with shift {}; only whole pixels, shift 0, are drawn", shift);
    return BM_NOT_SUPPORTED;
  }
  for (const std::vector<std::pair<int, int>>& line : pts) {
    std::vector<bmcv_point_t> points = PointsOf(line, line.size());
    if (isclosed && !points.empty()) points.push_back(points[0]);
    if (points.size() < 2) continue;
    const bm_status_t status =
        bmcv_image_draw_lines(impl_->handle.data(), image.data(), points.data(), points.data() + 1,
                              static_cast<int>(points.size()) - 1, ColorOf(color), thickness);
    if (status != BM_SUCCESS) return status;
  }
  return BM_SUCCESS;
}

int Bmcv::mosaic(int mosaic_num, BMImage& input, std::vector<std::vector<int>> rects, int is_expand) {
  std::vector<bmcv_rect_t> places;
  for (const std::vector<int>& rect : rects) {
    if (rect.size() == 4) places.push_back({rect[0], rect[1], rect[2], rect[3]});
  }
  if (places.size() != rects.size() || mosaic_num < 0 || places.size() < static_cast<size_t>(mosaic_num)) {
    spdlog::error("mosaic in {} places with {} rectangles, {} of them [x, y, w, h]", mosaic_num, rects.size(),
                  places.size());
    return BM_ERR_PARAM;
  }
  return bmcv_image_mosaic(impl_->handle.data(), mosaic_num, input.data(), places.data(), is_expand);
}

// ---- Files ----

int Bmcv::imwrite_(const std::string& filename, const bm_image& image) { return imwrite_(filename, image, {}); }
int Bmcv::imwrite(const std::string& filename, const bm_image& image) { return imwrite_(filename, image, {}); }
int Bmcv::imwrite(const std::string& filename, const BMImage& image) { return imwrite_(filename, image.data(), {}); }
int Bmcv::imwrite(const std::string& filename, const BMImage& image, const std::vector<int>& params) {
  return imwrite_(filename, image.data(), params);
}
int Bmcv::imwrite_(const std::string& filename, const bm_image& image, const std::vector<int>& params) {
  std::vector<u_char> bytes;
  const bm_status_t status = EncodePicture(filename, image, params, &bytes);
  if (status != BM_SUCCESS) return status;
  const absl::Status written = bm::WriteFile(filename, bytes);
  if (written.ok()) return BM_SUCCESS;
  spdlog::error("{}", std::string(written.message()));
  return BM_ERR_FAILURE;
}

int Bmcv::imread(const std::string& filename, BMImage& image) {
  return DecodePictureFile(impl_->handle, filename, &image);
}
BMImage Bmcv::imread(const std::string& filename) {
  BMImage image;
  const int ret = imread(filename, image);
  if (ret != SAIL_SUCCESS) Throw(static_cast<sail_status_t>(ret), absl::StrCat("imread of ", filename));
  return image;
}

BMImage Bmcv::imdecode(const void* data_ptr, size_t data_size) {
  BMImage image;
  const sail_status_t status = DecodePicture(impl_->handle, data_ptr, data_size, &image);
  if (status != SAIL_SUCCESS) Throw(status, absl::StrCat("imdecode of ", data_size, " bytes"));
  return image;
}

bool Bmcv::imencode(std::string& ext, bm_image& img, std::vector<u_char>& buf) {
  return EncodePicture(ext, img, {}, &buf) == BM_SUCCESS;
}
bool Bmcv::imencode(std::string& ext, BMImage& img, std::vector<u_char>& buf) { return imencode(ext, img.data(), buf); }

// ---- Signals ----

std::vector<Tensor> Bmcv::fft(bool forward, Tensor& input_real) { return Transform(forward, input_real, nullptr); }
std::vector<Tensor> Bmcv::fft(bool forward, Tensor& input_real, Tensor& input_imag) {
  return Transform(forward, input_real, &input_imag);
}

std::vector<Tensor> Bmcv::Transform(bool forward, Tensor& real, Tensor* imaginary) {
  const std::vector<int>& shape = real.shape();
  for (Tensor* const input : {&real, imaginary}) {
    if (input == nullptr) continue;
    if (shape.size() != 2 || input->shape() != shape || input->dtype() != BM_FLOAT32 || !input->is_dev_data_valid()) {
      Throw(SAIL_ERR_TENSOR_PARAM,
            absl::StrCat("fft of the shapes ", ShapeText(shape), " and ", ShapeText(input->shape()), ", type ",
                         input->dtype(), "; [batch, length] of floats in device memory"));
    }
  }
  const bm_handle_t handle = impl_->handle.data();
  void* plan = nullptr;
  CheckImage(bmcv_fft_1d_create_plan(handle, shape[0], shape[1], forward, plan), SAIL_ERR_BMI_BMCV, "fft");
  std::vector<Tensor> outputs;
  for (int i = 0; i < 2; ++i) outputs.emplace_back(impl_->handle, shape, BM_FLOAT32, true, true);
  const bm_device_mem_t out_real = outputs[0].dev_data(), out_imaginary = outputs[1].dev_data();
  const bm_status_t status =
      imaginary == nullptr
          ? bmcv_fft_execute_real_input(handle, real.dev_data(), out_real, out_imaginary, plan)
          : bmcv_fft_execute(handle, real.dev_data(), imaginary->dev_data(), out_real, out_imaginary, plan);
  bmcv_fft_destroy_plan(handle, plan);
  CheckImage(status, SAIL_ERR_BMI_BMCV, "fft");
  for (Tensor& output : outputs) output.sync_d2s();
  return outputs;
}

}  // namespace sail
