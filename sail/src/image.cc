#include <algorithm>

#include "bmimage.h"
#include "sail/src/bmcv_status.h"
#include "sail/src/error.h"
#include "sail/src/image_impl.h"

namespace sail {

// ---- PaddingAtrr ----

PaddingAtrr::PaddingAtrr() : PaddingAtrr(0, 0, 0, 0, 0, 0, 0) {}
PaddingAtrr::PaddingAtrr(unsigned int crop_start_x, unsigned int crop_start_y, unsigned int crop_width,
                         unsigned int crop_height, unsigned char padding_value_r, unsigned char padding_value_g,
                         unsigned char padding_value_b)
    : dst_crop_stx(crop_start_x),
      dst_crop_sty(crop_start_y),
      dst_crop_w(crop_width),
      dst_crop_h(crop_height),
      padding_r(padding_value_r),
      padding_g(padding_value_g),
      padding_b(padding_value_b) {}
PaddingAtrr::PaddingAtrr(const PaddingAtrr& other) = default;

void PaddingAtrr::set_stx(unsigned int stx) { dst_crop_stx = stx; }
void PaddingAtrr::set_sty(unsigned int sty) { dst_crop_sty = sty; }
void PaddingAtrr::set_w(unsigned int w) { dst_crop_w = w; }
void PaddingAtrr::set_h(unsigned int h) { dst_crop_h = h; }
void PaddingAtrr::set_r(unsigned int r) { padding_r = static_cast<unsigned char>(std::min(r, 255u)); }
void PaddingAtrr::set_g(unsigned int g) { padding_g = static_cast<unsigned char>(std::min(g, 255u)); }
void PaddingAtrr::set_b(unsigned int b) { padding_b = static_cast<unsigned char>(std::min(b, 255u)); }

// ---- Images of bmcv ----

namespace {

// 64 bytes, what the VPP asks of strides.
constexpr int kStrideUnit = 64;
constexpr int kMaxPlanes = 8;

std::string Describe(int h, int w, bm_image_format_ext format, bm_image_data_format_ext dtype) {
  return absl::StrCat("an image of ", w, " x ", h, ", format ", format, ", data type ", dtype);
}

void CreateWithoutMemory(Handle& handle, int h, int w, bm_image_format_ext format, bm_image_data_format_ext dtype,
                         int* stride, bm_image* image) {
  if (handle.data() == nullptr) Throw(SAIL_ERR_BMI_INIT, Describe(h, w, format, dtype) + " on an empty handle");
  bm_image created{};
  CheckImage(bm_image_create(handle.data(), h, w, format, dtype, &created, stride), SAIL_ERR_BMI_INIT,
             Describe(h, w, format, dtype));
  *image = created;
}

std::vector<int> StridesOf(const bm_image& image) {
  std::vector<int> strides(kMaxPlanes);
  CheckImage(bm_image_get_stride(image, strides.data()), SAIL_ERR_BMI_BMCV, "bm_image_get_stride");
  strides.resize(bm_image_get_plane_num(image));
  return strides;
}

// Null for no strides. A plane without one has 0, which bmcv refuses.
int* ForEveryPlane(std::vector<int>* strides) {
  if (strides->empty()) return nullptr;
  strides->resize(std::max<size_t>(strides->size(), kMaxPlanes));
  return strides->data();
}

bool HasMemory(const bm_image& image) { return image.image_private != nullptr && bm_image_is_attached(image); }

bool Alike(const bm_image& a, const bm_image& b) {
  return a.width == b.width && a.height == b.height && a.image_format == b.image_format && a.data_type == b.data_type;
}

}  // namespace

void CreateImage(Handle& handle, int h, int w, bm_image_format_ext format, bm_image_data_format_ext dtype, int* stride,
                 bm_image* image) {
  bm_image created{};
  CreateWithoutMemory(handle, h, w, format, dtype, stride, &created);
  const bm_status_t status = bm_image_alloc_dev_mem_heap_mask(created, kImageHeaps);
  if (status != BM_SUCCESS) {
    bm_image_destroy(created);
    CheckImage(status, SAIL_ERR_BMI_ALLOC, "memory for " + Describe(h, w, format, dtype));
  }
  *image = created;
}

bm_status_t CopyPixels(const bm_image& from, const bm_image& to) {
  if (!HasMemory(from) || !HasMemory(to)) return BM_ERR_DATA;
  const bm_handle_t handle = bm_image_get_handle(const_cast<bm_image*>(&to));
  if (StridesOf(from) != StridesOf(to)) return bmcv_width_align(handle, from, to);
  bm_device_mem_t sources[kMaxPlanes], targets[kMaxPlanes];
  const bm_handle_t source_handle = bm_image_get_handle(const_cast<bm_image*>(&from));
  bm_status_t status = bm_image_get_device_mem(from, sources);
  if (status == BM_SUCCESS) status = bm_image_get_device_mem(to, targets);
  for (int p = 0; p < bm_image_get_plane_num(from) && status == BM_SUCCESS; ++p) {
    sources[p].size = targets[p].size = std::min(sources[p].size, targets[p].size);
    status = bm_memcpy_c2c(source_handle, handle, sources[p], targets[p], false);
  }
  return status;
}

// ---- BMImage ----

BMImage::BMImage() : impl_(new Impl) {}
BMImage::BMImage(bm_image& image) : impl_(new Impl) { impl_->image = image; }

BMImage::BMImage(Handle& handle, int h, int w, bm_image_format_ext format, bm_image_data_format_ext dtype)
    : BMImage(handle, h, w, format, dtype, static_cast<int*>(nullptr)) {}

BMImage::BMImage(Handle& handle, int h, int w, bm_image_format_ext format, bm_image_data_format_ext dtype, int* stride)
    : impl_(new Impl) {
  CreateImage(handle, h, w, format, dtype, stride, &impl_->image);
  impl_->need_free = true;
  impl_->device = handle;
}

BMImage::BMImage(Handle& handle, void* buffer, int h, int w, bm_image_format_ext format, bm_image_data_format_ext dtype,
                 std::vector<int> strides, size_t offset, int size)
    : BMImage(handle, h, w, format, dtype, ForEveryPlane(&strides)) {
  int bytes[kMaxPlanes] = {}, all = 0;
  CheckImage(bm_image_get_byte_size(impl_->image, bytes), SAIL_ERR_BMI_BMCV, "bm_image_get_byte_size");
  void* planes[kMaxPlanes] = {};
  for (int p = 0; p < get_plane_num(); ++p) {
    planes[p] = static_cast<char*>(buffer) + offset + all;
    all += bytes[p];
  }
  if (buffer == nullptr || (size >= 0 && size < all)) {
    Throw(SAIL_ERR_BMI_PARAM,
          absl::StrCat("a buffer of ", size, " bytes for ", Describe(h, w, format, dtype), " of ", all, " bytes"));
  }
  CheckImage(bm_image_copy_host_to_device(impl_->image, planes), SAIL_ERR_BMI_BMCV, "the copy of a buffer");
}

// data() refers to the same bm_image as long as the object lives: images change places, not the objects behind them.
BMImage::BMImage(BMImage&& other) : impl_(new Impl) { impl_->TakeFrom(*other.impl_); }

BMImage& BMImage::operator=(BMImage&& other) {
  if (this != &other) impl_->TakeFrom(*other.impl_);
  return *this;
}

BMImage& BMImage::operator=(bm_image&& other) {
  Impl taken;
  std::swap(taken.image, other);
  taken.need_free = true;
  impl_->TakeFrom(taken);
  return *this;
}

BMImage::~BMImage() = default;

bm_image& BMImage::data() { return impl_->image; }
bm_image BMImage::data() const { return impl_->image; }
int BMImage::width() const { return impl_->image.width; }
int BMImage::height() const { return impl_->image.height; }
bm_image_format_ext BMImage::format() const { return impl_->image.image_format; }
bm_image_data_format_ext BMImage::dtype() const { return impl_->image.data_type; }
int BMImage::get_device_id() const { return image_array::DeviceId(&impl_->image); }
bool BMImage::need_to_free() const { return impl_->need_free; }
int BMImage::empty_check() const { return impl_->image.image_private == nullptr ? 0 : 1; }
int BMImage::get_plane_num() const { return empty_check() == 0 ? 0 : bm_image_get_plane_num(impl_->image); }
void BMImage::set_ipc_flag(bool) { throw NotSupport("BMImage::set_ipc_flag: pictures are not shared by processes"); }
std::vector<double> BMImage::get_pts_dts() { return {impl_->pts, impl_->dts}; }

Handle BMImage::get_handle() {
  if (impl_->device.data() != nullptr || empty_check() == 0) return impl_->device;
  return Handle(bm_image_get_handle(&impl_->image));
}

int BMImage::check_align() const {
  if (empty_check() == 0) return -1;
  const std::vector<int> strides = StridesOf(impl_->image);
  return std::all_of(strides.begin(), strides.end(), [](int stride) { return stride % kStrideUnit == 0; }) ? 1 : 0;
}

// Moves the picture to an image of other strides (null: without gaps).
static int Restride(BMImage& image, int* strides) {
  Handle handle = image.get_handle();
  BMImage moved(handle, image.height(), image.width(), image.format(), image.dtype(), strides);
  if (CopyPixels(image.data(), moved.data()) != BM_SUCCESS) return -1;
  image = std::move(moved);
  return 0;
}

int BMImage::align() {
  if (check_align() != 0) return check_align() == 1 ? 0 : -1;
  std::vector<int> strides = StridesOf(impl_->image);
  for (int& stride : strides) stride = (stride + kStrideUnit - 1) / kStrideUnit * kStrideUnit;
  return Restride(*this, strides.data());
}

int BMImage::unalign() { return empty_check() == 0 ? -1 : Restride(*this, nullptr); }

int BMImage::check_contiguous_memory() const {
  if (!HasMemory(impl_->image)) return -1;
  bm_device_mem_t planes[kMaxPlanes];
  CheckImage(bm_image_get_device_mem(impl_->image, planes), SAIL_ERR_BMI_BMCV, "bm_image_get_device_mem");
  for (int p = 1; p < get_plane_num(); ++p) {
    if (bm_mem_get_device_addr(planes[p - 1]) + planes[p - 1].size != bm_mem_get_device_addr(planes[p])) return 0;
  }
  return 1;
}

void BMImage::detach() {
  if (HasMemory(impl_->image)) CheckImage(bm_image_detach(impl_->image), SAIL_ERR_BMI_BMCV, "detach");
}

void BMImage::reset(int w, int h) {
  Handle handle = get_handle();
  *this = BMImage(handle, h, w, format(), dtype());
}

// ---- Arrays ----

namespace image_array {

void Create(Handle& handle, int h, int w, bm_image_format_ext format, bm_image_data_format_ext dtype, int* stride,
            bm_image* images, int count) {
  int created = 0;
  try {
    for (; created < count; ++created) CreateWithoutMemory(handle, h, w, format, dtype, stride, &images[created]);
    CheckImage(bm_image_alloc_contiguous_mem_heap_mask(count, images, kImageHeaps), SAIL_ERR_BMI_ALLOC,
               absl::StrCat("one block for ", count, " of ", Describe(h, w, format, dtype)));
  } catch (...) {
    Destroy(images, created, /*contiguous=*/false);
    std::fill(images, images + count, bm_image{});
    throw;
  }
}

void Destroy(bm_image* images, int count, bool contiguous) {
  if (contiguous && images[0].image_private != nullptr) bm_image_free_contiguous_mem(count, images);
  for (int i = 0; i < count; ++i) {
    if (images[i].image_private != nullptr) bm_image_destroy(images[i]);
  }
}

// 0, or -1 and a log line where `source` cannot be image i; creates the images if there are none.
static int MakeLike(bm_image* images, int count, int i, BMImage& source, bool* need_free) {
  if (i < 0 || i >= count || source.empty_check() == 0) {
    spdlog::error("image {} of an array of {} from {} image", i, count, source.empty_check() == 0 ? "no" : "an");
    return -1;
  }
  const auto exists = [](const bm_image& image) { return image.image_private != nullptr; };
  if (std::none_of(images, images + count, exists)) {
    Handle handle = source.get_handle();
    Create(handle, source.height(), source.width(), source.format(), source.dtype(), nullptr, images, count);
    *need_free = true;
  }
  if (Alike(images[i], source.data())) return 0;
  spdlog::error("an image of {} x {}, format {}, type {} in an array of {} x {}, format {}, type {}", source.width(),
                source.height(), static_cast<int>(source.format()), static_cast<int>(source.dtype()), images[i].width,
                images[i].height, static_cast<int>(images[i].image_format), static_cast<int>(images[i].data_type));
  return -1;
}

int CopyFrom(bm_image* images, int count, int i, BMImage& source, bool* need_free) {
  if (MakeLike(images, count, i, source, need_free) != 0) return -1;
  return CopyPixels(source.data(), images[i]) == BM_SUCCESS ? 0 : -1;
}

int AttachFrom(bm_image* images, int count, int i, BMImage& source, bool* need_free) {
  if (i >= 0 && i < count && images[i].image_private == nullptr && source.empty_check() != 0) {
    // An array without a block: only this image is created.
    Handle handle = source.get_handle();
    std::vector<int> strides = StridesOf(source.data());
    CreateWithoutMemory(handle, source.height(), source.width(), source.format(), source.dtype(), strides.data(),
                        &images[i]);
  } else if (MakeLike(images, count, i, source, need_free) != 0) {
    return -1;
  }
  bm_device_mem_t planes[kMaxPlanes];
  if (bm_image_get_device_mem(source.data(), planes) != BM_SUCCESS) return -1;
  return bm_image_attach(images[i], planes) == BM_SUCCESS ? 0 : -1;
}

void ToTensor(bm_image* images, int count, Tensor& tensor) {
  const bm_image& first = images[0];
  const bm_handle_t handle = first.image_private == nullptr ? nullptr : bm_image_get_handle(&images[0]);
  if (handle == nullptr) Throw(SAIL_ERR_BMI_EMPTY, "a tensor of no image");
  const bool planar = first.image_format == FORMAT_RGB_PLANAR || first.image_format == FORMAT_BGR_PLANAR;
  const bool packed = first.image_format == FORMAT_RGB_PACKED || first.image_format == FORMAT_BGR_PACKED;
  if (!planar && !packed && first.image_format != FORMAT_GRAY) {
    Throw(SAIL_ERR_BMI_FORMAT, absl::StrCat("a tensor of an image of format ", first.image_format,
                                            "; RGB and BGR, planar and packed, and GRAY can be one"));
  }
  const int h = first.height, w = first.width;
  const std::vector<int> shape =
      packed ? std::vector<int>{count, h, w, 3} : std::vector<int>{count, planar ? 3 : 1, h, w};
  const bm_data_type_t dtype = DataTypeOf(first.data_type);
  Tensor view(Handle(handle), shape, dtype);
  bm_device_mem_t memory{};
  CheckImage(
      count == 1 ? bm_image_get_device_mem(first, &memory) : bm_image_get_contiguous_device_mem(count, images, &memory),
      SAIL_ERR_BMI_BMCV, "the memory of the images");
  if (static_cast<int64_t>(memory.size) != view.nbytes()) {
    Throw(SAIL_ERR_BMI_SHAPE, absl::StrCat("a tensor of ", view.nbytes(), " bytes of images of ", memory.size,
                                           " bytes; their rows have gaps, which unalign() closes"));
  }
  tensor.reset(shape, dtype);
  tensor.reset_dev_data(memory);
}

int DeviceId(const bm_image* images) {
  if (images[0].image_private == nullptr) return -1;
  return bm_get_devid(bm_image_get_handle(const_cast<bm_image*>(&images[0])));
}

}  // namespace image_array
}  // namespace sail
