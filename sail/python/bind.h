// The parts of the module sophon.sail. Each adds its classes and functions; later ones use the types of earlier ones.
#ifndef SAIL_PYTHON_BIND_H_
#define SAIL_PYTHON_BIND_H_

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "cvwrapper.h"
#include "tensor.h"

namespace pybind11::detail {

// Signatures call an object with the buffer protocol what Python calls it.
template <>
struct handle_type_name<buffer> {
  static constexpr auto name = const_name("Buffer");
};

}  // namespace pybind11::detail

namespace sail {

// Without the interpreter lock around a call that touches no Python object.
using Release = pybind11::call_guard<pybind11::gil_scoped_release>;

// Deletes what waits for a thread or frees a device, without the interpreter lock.
struct DeleteWithoutLock {
  template <typename T>
  void operator()(T* object) const {
    const pybind11::gil_scoped_release release;
    delete object;
  }
};
// A class whose objects are deleted so.
template <typename T>
using Owner = std::unique_ptr<T, DeleteWithoutLock>;
template <typename T>
using OwningClass = pybind11::class_<T, Owner<T>>;

// A contiguous array of T; other arrays and sequences are converted into a new one.
template <typename T>
using Array = pybind11::array_t<T, pybind11::array::c_style | pybind11::array::forcecast>;

// SailTensorError for more than 2^31 - 1 in an extent.
std::vector<int> ShapeOf(const pybind11::array& array);

// The NumPy type of a tensor's elements; bfloat16 as the bits of uint16. Null for types that NumPy does not have.
const char* NumpyType(bm_data_type_t dtype);

// The text of a function that BMImages and arrays share: only the form on BMImages shows it.
template <typename Picture>
constexpr const char* OfImages(const char* text) {
  return std::is_same_v<Picture, BMImage> ? text : "";
}

// Keeps `source` alive as long as `alias` uses its memory: until the next call with this alias and name, unlike
// keep_alive, which would collect the images of a loop. Both are objects of the module; the alias's class has
// dynamic_attr().
template <typename Alias, typename Source>
void KeepSource(Alias& alias, Source& source, const std::string& name = "_source") {
  constexpr auto kSame = pybind11::return_value_policy::reference;
  pybind11::setattr(pybind11::cast(&alias, kSame), name.c_str(), pybind11::cast(&source, kSame));
}

// Keeps a device open as long as the array that lies on it; a BMImage does that itself.
inline void KeepDevice(BMImage&, Handle) {}
template <size_t N>
void KeepDevice(BMImageArray<N>& images, Handle device) {
  if (images[0].image_private == nullptr || bm_image_get_handle(&images[0]) != device.data()) return;
  pybind11::setattr(pybind11::cast(&images, pybind11::return_value_policy::reference), "_device",
                    pybind11::cast(device));
}

// Calls fill(), which may create the images of `output` on `device`, without the interpreter lock.
template <typename Picture, typename Fill>
int FillWithoutLock(Picture& output, const Handle& device, const Fill& fill) {
  int status = 0;
  {
    const pybind11::gil_scoped_release release;
    status = fill();
  }
  KeepDevice(output, device);
  return status;
}

// A new array with the picture, [h, w, 3] in the order blue, green, red, or [h, w] of a grey one. SailBMImageError for
// an image without a picture or of another type than 1N_BYTE.
pybind11::array_t<uint8_t> AsMat(BMImage& image);

// Calls `bind` with std::integral_constant<size_t, N> for every N of the classes BMImageArray<N>D, in rising order.
template <typename Bind, size_t... kSizes>
void ForSizes(const Bind& bind, std::index_sequence<kSizes...>) {
  (bind(std::integral_constant<size_t, kSizes>()), ...);
}
template <typename Bind>
void ForArraySizes(const Bind& bind) {
  ForSizes(bind, std::index_sequence<2, 3, 4, 8, 16, 32, 64, 128, 256>());
}

void BindBasics(pybind11::module_& module);
void BindTensor(pybind11::module_& module);
void BindEngine(pybind11::module_& module);
void BindImage(pybind11::module_& module);
void BindImageArrays(pybind11::module_& module);
void BindDecoders(pybind11::module_& module);
void BindEncoder(pybind11::module_& module);
void BindPreProcess(pybind11::module_& module);
void BindAlgorithms(pybind11::module_& module);
void BindTrackers(pybind11::module_& module);
void BindPerf(pybind11::module_& module);

using BmcvClass = pybind11::class_<Bmcv>;
void BindBmcv(pybind11::module_& module);
void BindBmcvSizes(BmcvClass& bmcv);
void BindBmcvValues(BmcvClass& bmcv);
void BindBmcvDrawing(BmcvClass& bmcv);
void BindBmcvFiles(BmcvClass& bmcv);

}  // namespace sail

#endif  // SAIL_PYTHON_BIND_H_
