#include "tensor.h"

#include <cstdlib>
#include <fstream>
#include <limits>

#include "base/quantize.h"
#include "sail/src/element_type.h"
#include "sail/src/error.h"

namespace sail {
namespace {

constexpr int kAnyHeap = 7;  // mask

// Elements of a shape; 0 for an empty shape or a dimension that is not positive.
int64_t CountOf(const std::vector<int>& shape) {
  int64_t count = shape.empty() ? 0 : 1;
  for (const int extent : shape) {
    if (extent <= 0) return 0;
    if (__builtin_mul_overflow(count, static_cast<int64_t>(extent), &count)) {
      Throw(SAIL_ERR_TENSOR_SIZE, absl::StrCat("the shape ", ShapeText(shape), " has more than 2^63 elements"));
    }
  }
  return count;
}

// Bytes of a tensor, which device memory limits to 32 bits.
size_t BytesOf(const std::vector<int>& shape, bm_data_type_t dtype) {
  const size_t element = bmrt_data_type_size(dtype);
  if (element == 0) Throw(SAIL_ERR_TENSOR_DTYPE, absl::StrCat("the data type ", dtype, "; 0 to 10 are known"));
  const int64_t count = CountOf(shape);
  const int64_t most = std::numeric_limits<uint32_t>::max() / element;
  if (count > most) {
    Throw(SAIL_ERR_TENSOR_SIZE, absl::StrCat("the shape ", ShapeText(shape), " of ", element,
                                             "-byte elements; a tensor has at most 4294967295 bytes"));
  }
  return count * element;
}

void CheckShape(const std::vector<int>& shape) {
  if (CountOf(shape) == 0) {
    Throw(SAIL_ERR_TENSOR_SHAPE, absl::StrCat("the shape ", ShapeText(shape), "; every dimension is positive"));
  }
}

int ToInt(size_t value) { return static_cast<int>(std::min<size_t>(value, std::numeric_limits<int>::max())); }

}  // namespace

struct Tensor::Impl {
  Impl() = default;
  Impl(const Handle& device, const std::vector<int>& dims, bm_data_type_t type)
      : handle(device), shape(dims), dtype(type) {}
  ~Impl() { Free(); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  size_t Bytes() const { return BytesOf(shape, dtype); }
  bool HasDevice() const { return dev.size != 0; }

  void AllocateHost() {
    const size_t bytes = Bytes();
    if (bytes == 0) return;
    sys = calloc(1, bytes);
    if (sys == nullptr) throw MemoryError(absl::StrCat("no host memory for a tensor of ", bytes, " bytes"));
    sys_bytes = bytes;
  }

  void AllocateDevice() {
    const size_t bytes = Bytes();
    if (bytes == 0) return;
    bm_device_mem_t block{};
    const std::string what = absl::StrCat("device memory for ", bytes, " bytes of shape ", ShapeText(shape));
    if (handle.data() == nullptr) Throw(SAIL_ERR_TENSOR_DEVMEM, what + ": the tensor's handle is empty");
    Check(bm_malloc_device_byte_heap_mask(handle.data(), &block, kAnyHeap, static_cast<unsigned>(bytes)),
          SAIL_ERR_TENSOR_DEVMEM, what);
    dev = block;
    char zero = 0;
    Check(bm_memset_device_ext(handle.data(), &zero, 1, dev), SAIL_ERR_TENSOR_DEVMEM, "clearing the " + what);
  }

  void BorrowHost(void* data, size_t bytes) {
    sys = data;
    sys_bytes = bytes;
  }

  void FreeHost() {
    if (own_sys) std::free(sys);
    BorrowHost(nullptr, 0);
  }

  void FreeDevice() {
    if (own_dev && HasDevice()) bm_free_device(handle.data(), dev);
    dev = bm_device_mem_t{};
  }

  void Free() {
    FreeHost();
    FreeDevice();
  }

  // Fills both memories with one element of `size` bytes.
  void Fill(const void* element, size_t size) {
    if (HasDevice()) {
      Check(bm_memset_device_ext(handle.data(), const_cast<void*>(element), static_cast<int>(size), dev),
            SAIL_ERR_TENSOR_DEVMEM, "memory_set");
    }
    if (sys != nullptr) bm::Fill(element, size, Bytes() / size, sys);
  }

  // A part of the device memory, in elements.
  bm_device_mem_t Part(int64_t offset, int64_t length, const char* what) const {
    const int64_t element = bmrt_data_type_size(dtype), available = dev.size / element;
    if (offset < 0 || length < 0 || offset > available || length > available - offset) {
      Throw(SAIL_ERR_TENSOR_PARAM,
            absl::StrCat(what, ": elements ", offset, " to ", offset + length, " of ", available, " in device memory"));
    }
    return bm_mem_from_device(bm_mem_get_device_addr(dev) + offset * element, static_cast<unsigned>(length * element));
  }

  // The same of host memory.
  char* HostPart(int64_t offset, int64_t length, const char* what) const {
    const int64_t available = sys == nullptr ? 0 : CountOf(shape);
    if (offset < 0 || length < 0 || offset > available || length > available - offset) {
      Throw(SAIL_ERR_TENSOR_PARAM,
            absl::StrCat(what, ": elements ", offset, " to ", offset + length, " of ", available, " in host memory"));
    }
    return static_cast<char*>(sys) + offset * bmrt_data_type_size(dtype);
  }

  void CheckHost(int size, const char* what) const {
    if (sys == nullptr) Throw(SAIL_ERR_TENSOR_SYSMEM, absl::StrCat(what, ": the tensor has no host memory"));
    HostPart(0, size, what);
  }

  Handle handle;
  std::vector<int> shape;
  bm_data_type_t dtype = BM_FLOAT32;
  bool own_sys = false, own_dev = false;
  void* sys = nullptr;
  size_t sys_bytes = 0;
  bm_device_mem_t dev{};
};

// ---- Construction ----

Tensor::Tensor(const Handle& handle, const std::vector<int>& shape, bm_data_type_t dtype, bool own_sys_data,
               bool own_dev_data)
    : impl_(new Impl(handle, shape, dtype)) {
  impl_->own_sys = own_sys_data;
  impl_->own_dev = own_dev_data;
  if (own_sys_data) impl_->AllocateHost();
  if (own_dev_data) impl_->AllocateDevice();
}

Tensor::Tensor(const std::vector<int>& shape, bm_data_type_t dtype) : impl_(new Impl(Handle(), shape, dtype)) {
  impl_->own_sys = true;
  impl_->AllocateHost();
}

Tensor::Tensor(const Handle& handle, const std::vector<int>& shape, bm_data_type_t dtype, bm_device_mem_t dev_data)
    : impl_(new Impl(handle, shape, dtype)) {
  if (dev_data.size < impl_->Bytes()) {
    Throw(SAIL_ERR_TENSOR_DEVMEM, absl::StrCat("device memory of ", dev_data.size, " bytes for the shape ",
                                               ShapeText(shape), " of ", impl_->Bytes(), " bytes"));
  }
  impl_->dev = dev_data;
}

Tensor::Tensor(const Tensor& src, const std::vector<std::pair<int, int>>& ranges, bool d2d_flag)
    : impl_(new Impl(src.impl_->handle, {}, src.dtype())) {
  const std::vector<int>& dims = src.shape();
  bool fits = ranges.size() == dims.size() && !dims.empty();
  for (size_t i = 0; fits && i < dims.size(); ++i) {
    fits = 0 <= ranges[i].first && ranges[i].first < ranges[i].second && ranges[i].second <= dims[i];
    impl_->shape.push_back(ranges[i].second - ranges[i].first);
  }
  if (!fits) Throw(SAIL_ERR_TENSOR_PARAM, absl::StrCat("a slice whose ranges are not inside ", ShapeText(dims)));
  impl_->own_dev = d2d_flag;
  impl_->own_sys = !d2d_flag;
  if (d2d_flag) {
    impl_->AllocateDevice();
  } else {
    impl_->AllocateHost();
  }
  const int64_t row = impl_->shape.back(), rows = CountOf(impl_->shape) / row;
  for (int64_t i = 0; i < rows; ++i) {
    int64_t from = ranges.back().first, step = dims.back(), rest = i;
    for (int d = static_cast<int>(dims.size()) - 2; d >= 0; --d) {
      from += (ranges[d].first + rest % impl_->shape[d]) * step;
      rest /= impl_->shape[d];
      step *= dims[d];
    }
    if (d2d_flag) {
      const bm_handle_t device = impl_->handle.data();
      Check(
          bm_memcpy_c2c(device, device, src.impl_->Part(from, row, "slice"), impl_->Part(i * row, row, "slice"), false),
          SAIL_ERR_TENSOR_DEVMEM, "the slice's copy");
    } else {
      memcpy(impl_->HostPart(i * row, row, "slice"), src.impl_->HostPart(from, row, "slice"), row * element_size());
    }
  }
}

Tensor::Tensor(const Tensor& src, const std::vector<int>& shape, unsigned int offset, bool no_copy)
    : impl_(new Impl(src.impl_->handle, shape, src.dtype())) {
  CheckShape(shape);
  const int64_t count = CountOf(shape);
  Impl view(src.impl_->handle, shape, src.dtype());
  if (src.is_sys_data_valid()) view.sys = src.impl_->HostPart(offset, count, "view");
  if (src.is_dev_data_valid()) view.dev = src.impl_->Part(offset, count, "view");
  if (no_copy) {
    if (view.sys != nullptr) impl_->BorrowHost(view.sys, impl_->Bytes());
    impl_->dev = view.dev;
    return;
  }
  if (view.sys != nullptr) {
    impl_->own_sys = true;
    impl_->AllocateHost();
    memcpy(impl_->sys, view.sys, impl_->Bytes());
  }
  if (view.HasDevice()) {
    impl_->own_dev = true;
    impl_->AllocateDevice();
    const bm_handle_t device = impl_->handle.data();
    Check(bm_memcpy_c2c(device, device, view.dev, impl_->Part(0, count, "view"), false), SAIL_ERR_TENSOR_DEVMEM,
          "the view's copy");
  }
}

Tensor::Tensor(const Tensor& src) : impl_(new Impl(src.impl_->handle, src.shape(), src.dtype())) {
  impl_->own_sys = src.impl_->own_sys || src.is_sys_data_valid();
  impl_->own_dev = src.impl_->own_dev || src.is_dev_data_valid();
  if (src.is_sys_data_valid()) {
    impl_->AllocateHost();
    memcpy(impl_->sys, src.impl_->sys, impl_->Bytes());
  }
  if (src.is_dev_data_valid()) {
    impl_->AllocateDevice();
    sync_from(const_cast<Tensor*>(&src));
  }
}

Tensor::Tensor(Tensor&& src) : impl_(new Impl) { impl_.swap(src.impl_); }

Tensor& Tensor::operator=(const Tensor& src) {
  Tensor copy(src);
  impl_.swap(copy.impl_);
  return *this;
}

Tensor& Tensor::operator=(Tensor&& src) {
  Tensor taken(std::move(src));
  impl_.swap(taken.impl_);
  return *this;
}

Tensor::~Tensor() = default;

void ReleaseTensorPtr(TensorPTRWithName& tensor) {
  delete tensor.data;
  tensor.data = nullptr;
}

// ---- Description ----

Handle& Tensor::get_handle() { return impl_->handle; }
int Tensor::device_id() { return impl_->handle.get_device_id(); }
const std::vector<int>& Tensor::shape() const { return impl_->shape; }
bm_data_type_t Tensor::dtype() const { return impl_->dtype; }
int Tensor::size() const { return ToInt(CountOf(impl_->shape)); }
int Tensor::element_size() const { return ToInt(bmrt_data_type_size(impl_->dtype)); }
int Tensor::nbytes() const { return ToInt(impl_->Bytes()); }
void* Tensor::sys_data() { return impl_->sys; }
bm_device_mem_t Tensor::dev_data() { return impl_->dev; }
bool Tensor::is_sys_data_valid() const { return impl_->sys != nullptr; }
bool Tensor::is_dev_data_valid() const { return impl_->HasDevice(); }
bool& Tensor::own_sys_data() { return impl_->own_sys; }
bool& Tensor::own_dev_data() { return impl_->own_dev; }

// ---- Memory ----

void Tensor::reset(const std::vector<int>& shape, bm_data_type_t dtype) {
  CheckShape(shape);
  const size_t bytes = BytesOf(shape, dtype);
  if (!impl_->own_sys && impl_->sys != nullptr && bytes > impl_->sys_bytes) {
    Throw(SAIL_ERR_TENSOR_SYSMEM,
          absl::StrCat("the shape ", ShapeText(shape), " of ", bytes, " bytes in host memory of ", impl_->sys_bytes,
                       " bytes, which the tensor does not own"));
  }
  if (bytes == impl_->Bytes()) {
    impl_->shape = shape;
    impl_->dtype = dtype;
    return;
  }
  // Allocates before it frees, so that a failure leaves the tensor as it was.
  Impl next(impl_->handle, shape, dtype);
  next.own_sys = impl_->own_sys;
  next.own_dev = impl_->own_dev;
  if (next.own_sys) next.AllocateHost();
  if (next.own_dev) next.AllocateDevice();
  if (next.own_sys) {
    std::swap(impl_->sys, next.sys);
    std::swap(impl_->sys_bytes, next.sys_bytes);
  }
  if (next.own_dev) std::swap(impl_->dev, next.dev);
  impl_->shape = shape;
  impl_->dtype = dtype;
}

void Tensor::reshape(const std::vector<int>& shape) { reset(shape, dtype()); }

void Tensor::reset_sys_data(void* data, std::vector<int>& shape) {
  if (data == nullptr) Throw(SAIL_ERR_TENSOR_PARAM, "reset_sys_data with null; give host memory");
  if (impl_->own_dev && !impl_->own_sys) {
    Throw(SAIL_ERR_TENSOR_SYSMEM, "reset_sys_data of a tensor that owns device memory and no host memory");
  }
  if (impl_->own_sys) {
    reset(shape, dtype());
    memcpy(impl_->sys, data, impl_->Bytes());
    return;
  }
  CheckShape(shape);
  impl_->BorrowHost(data, BytesOf(shape, dtype()));
  impl_->shape = shape;
}

void Tensor::reset_dev_data(bm_device_mem_t data) {
  if (data.size < impl_->Bytes()) {
    Throw(SAIL_ERR_TENSOR_DEVMEM, absl::StrCat("device memory of ", data.size, " bytes for the shape ",
                                               ShapeText(shape()), " of ", impl_->Bytes(), " bytes"));
  }
  impl_->FreeDevice();
  impl_->own_dev = false;
  impl_->dev = data;
  sync_d2s();
}

void Tensor::free() {
  impl_->Free();
  impl_->own_sys = impl_->own_dev = false;
}

// ---- Copies ----

void Tensor::sync_s2d() {
  if (is_sys_data_valid() && is_dev_data_valid()) {
    Check(bm_memcpy_s2d_partial(impl_->handle.data(), impl_->dev, impl_->sys, static_cast<unsigned>(impl_->Bytes())),
          SAIL_ERR_DEV_MCOPY, absl::StrCat("sync_s2d of ", impl_->Bytes(), " bytes"));
  }
}

void Tensor::sync_d2s() {
  if (is_sys_data_valid() && is_dev_data_valid()) {
    Check(bm_memcpy_d2s_partial(impl_->handle.data(), impl_->sys, impl_->dev, static_cast<unsigned>(impl_->Bytes())),
          SAIL_ERR_DEV_MCOPY, absl::StrCat("sync_d2s of ", impl_->Bytes(), " bytes"));
  }
}

static void CheckBytes(int size, size_t bytes, const char* what) {
  if (size < 0 || static_cast<size_t>(size) > bytes) {
    Throw(SAIL_ERR_TENSOR_PARAM, absl::StrCat(what, " of ", size, " bytes; the tensor has ", bytes));
  }
}

void Tensor::sync_s2d(int size) {
  CheckBytes(size, impl_->Bytes(), "sync_s2d");
  if (size == 0 || !is_sys_data_valid() || !is_dev_data_valid()) return;
  Check(bm_memcpy_s2d_partial(impl_->handle.data(), impl_->dev, impl_->sys, static_cast<unsigned>(size)),
        SAIL_ERR_DEV_MCOPY, absl::StrCat("sync_s2d of ", size, " bytes"));
}

void Tensor::sync_d2s(int size) {
  CheckBytes(size, impl_->Bytes(), "sync_d2s");
  if (size == 0 || !is_sys_data_valid() || !is_dev_data_valid()) return;
  Check(bm_memcpy_d2s_partial(impl_->handle.data(), impl_->sys, impl_->dev, static_cast<unsigned>(size)),
        SAIL_ERR_DEV_MCOPY, absl::StrCat("sync_d2s of ", size, " bytes"));
}

static void CheckSameType(const Tensor& a, const Tensor& b, const char* what) {
  if (a.dtype() != b.dtype()) {
    Throw(SAIL_ERR_TENSOR_DTYPE, absl::StrCat(what, " between the data types ", a.dtype(), " and ", b.dtype()));
  }
}

void Tensor::sync_s2d(Tensor& src, int offset_src, int offset_dst, int len) {
  CheckSameType(src, *this, "sync_s2d");
  void* const from = src.impl_->HostPart(offset_src, len, "sync_s2d");
  const bm_device_mem_t to = impl_->Part(offset_dst, len, "sync_s2d");
  if (len != 0) Check(bm_memcpy_s2d(impl_->handle.data(), to, from), SAIL_ERR_DEV_MCOPY, "sync_s2d");
}

void Tensor::sync_d2s(Tensor& src, int offset_src, int offset_dst, int len) {
  CheckSameType(src, *this, "sync_d2s");
  const bm_device_mem_t from = src.impl_->Part(offset_src, len, "sync_d2s");
  void* const to = impl_->HostPart(offset_dst, len, "sync_d2s");
  if (len != 0) Check(bm_memcpy_d2s(src.impl_->handle.data(), to, from), SAIL_ERR_DEV_MCOPY, "sync_d2s");
}

void Tensor::sync_d2d(Tensor& src, int offset_src, int offset_dst, int len) {
  CheckSameType(src, *this, "sync_d2d");
  const bm_device_mem_t from = src.impl_->Part(offset_src, len, "sync_d2d");
  const bm_device_mem_t to = impl_->Part(offset_dst, len, "sync_d2d");
  if (len == 0) return;
  Check(bm_memcpy_c2c(src.impl_->handle.data(), impl_->handle.data(), from, to, false), SAIL_ERR_DEV_MCOPY, "sync_d2d");
}

void Tensor::sync_d2d_stride(Tensor& src, int stride_src, int stride_dst, int count) {
  CheckSameType(src, *this, "sync_d2d_stride");
  Check(bm_memcpy_d2d_stride(impl_->handle.data(), impl_->dev, stride_dst, src.impl_->dev, stride_src, count,
                             element_size()),
        SAIL_ERR_DEV_MCOPY,
        absl::StrCat("sync_d2d_stride of ", count, " elements by steps of ", stride_src, " to ", stride_dst));
}

void Tensor::sync_from(Tensor* src) {
  if (src == nullptr) Throw(SAIL_ERR_TENSOR_PARAM, "sync_from a null tensor");
  CheckSameType(*src, *this, "sync_from");
  const int64_t count = CountOf(shape());
  if (CountOf(src->shape()) != count) {
    Throw(SAIL_ERR_TENSOR_SHAPE, absl::StrCat("sync_from the shape ", ShapeText(src->shape()), " to ",
                                              ShapeText(shape()), "; the numbers of elements are equal"));
  }
  if (count == 0) return;
  Check(bm_memcpy_c2c(src->impl_->handle.data(), impl_->handle.data(), src->impl_->Part(0, count, "sync_from"),
                      impl_->Part(0, count, "sync_from"), false),
        SAIL_ERR_DEV_MCOPY, "sync_from");
}

void Tensor::sync_to(Tensor* dst) {
  if (dst == nullptr) Throw(SAIL_ERR_TENSOR_PARAM, "sync_to a null tensor");
  dst->sync_from(this);
}

// ---- Values ----

void Tensor::scale_from(float* src, float scale) { scale_from(src, scale, size()); }

void Tensor::scale_from(float* src, float scale, int size) {
  impl_->CheckHost(size, "scale_from");
  WithElementType(dtype(), "scale_from",
                  [&](auto type) { bm::Quantize(src, scale, size, static_cast<decltype(type)*>(impl_->sys)); });
}

void Tensor::scale_from_int32(int32_t* src, float scale, int size) {
  impl_->CheckHost(size, "scale_from_int32");
  WithElementType(dtype(), "scale_from_int32",
                  [&](auto type) { bm::Quantize(src, scale, size, static_cast<decltype(type)*>(impl_->sys)); });
}

void Tensor::scale_to(float* dst, float scale) { scale_to(dst, scale, size()); }

void Tensor::scale_to(float* dst, float scale, int size) {
  impl_->CheckHost(size, "scale_to");
  WithElementType(dtype(), "scale_to",
                  [&](auto type) { bm::Dequantize(static_cast<decltype(type)*>(impl_->sys), scale, size, dst); });
}

void Tensor::memory_set(int c) {
  const char byte = static_cast<char>(c);
  impl_->Fill(&byte, 1);
}

void Tensor::memory_set(float value) {
  WithElementType(dtype(), "memory_set", [&](auto type) {
    const decltype(type) element = bm::RoundTo<decltype(type)>(value);
    impl_->Fill(&element, sizeof(element));
  });
}

void Tensor::memory_set(void* value) {
  if (value == nullptr) Throw(SAIL_ERR_TENSOR_PARAM, "memory_set from null; give one element");
  impl_->Fill(value, element_size());
}

void Tensor::zeros() { memory_set(0); }
void Tensor::ones() { memory_set(1.0f); }

void Tensor::dump_data(std::string file_name, bool bin) {
  const size_t bytes = impl_->Bytes();
  std::vector<char> host(bytes);
  if (impl_->sys != nullptr) {
    memcpy(host.data(), impl_->sys, bytes);
  } else if (is_dev_data_valid()) {
    Check(bm_memcpy_d2s_partial(impl_->handle.data(), host.data(), impl_->dev, static_cast<unsigned>(bytes)),
          SAIL_ERR_TENSOR_DUMP, "dump_data");
  }
  std::ofstream file(file_name, std::ios::binary);
  if (bin) {
    file.write(host.data(), static_cast<std::streamsize>(bytes));
  } else {
    WithElementType(dtype(), "dump_data", [&](auto type) {
      for (size_t at = 0; at < bytes; at += sizeof(type)) {
        memcpy(&type, host.data() + at, sizeof(type));
        file << +type << '\n';
      }
    });
  }
  if (!file.flush()) Throw(SAIL_ERR_TENSOR_DUMP, absl::StrCat("the file ", file_name, " cannot be written"));
}

}  // namespace sail
