// BMImageArray2D to BMImageArray256D.
#include "sail/python/bind.h"
#include "sail/src/error.h"

namespace sail {
namespace {

namespace py = pybind11;

void CheckPlace(int i, size_t count) {
  if (i < 0 || static_cast<size_t>(i) >= count) {
    throw py::index_error(absl::StrCat("image ", i, " of an array of ", count));
  }
}

std::string Describe(const bm_image& image) {
  return absl::StrCat(image.width, " x ", image.height, ", format ", image.image_format, ", type ", image.data_type);
}

// Copies the pixels into place i; the first image makes all like it.
template <size_t N>
void SetItem(BMImageArray<N>& self, int i, bm_image& image) {
  CheckPlace(i, N);
  BMImage source(image);
  if (source.empty_check() == 0) throw py::value_error("no image for a place in an array");
  const bool is_first = self[0].image_private == nullptr;
  if (FillWithoutLock(self, Handle(), [&] { return self.copy_from(i, source); }) != 0) {
    throw py::value_error(absl::StrCat("an image of ", Describe(image), " for an array of ", Describe(self[i])));
  }
  // A bm_image does not know who keeps its device open; its object in Python does.
  if (is_first) KeepSource(self, image, "_device");
}

template <size_t N>
void BindArray(py::module_& module) {
  using Images = BMImageArray<N>;
  py::class_<Images>(
      module, absl::StrCat("BMImageArray", N, "D").c_str(), py::dynamic_attr(),
      "Pictures of one size, format and type in one block of device memory. array[i] = image.data() copies.")
      .def(py::init<>())
      .def(py::init<Handle&, int, int, bm_image_format_ext, bm_image_data_format_ext>(), py::keep_alive<1, 2>(),
           Release())
      .def("__len__", [](const Images&) { return N; })
      .def(
          "__getitem__",
          [](Images& self, int i) -> bm_image& {
            CheckPlace(i, N);
            return self[i];
          },
          py::return_value_policy::reference_internal)
      .def("__setitem__", &SetItem<N>)
      .def("copy_from",
           [](Images& self, int i, BMImage& image) {
             return FillWithoutLock(self, image.get_handle(), [&] { return self.copy_from(i, image); });
           })
      .def("attach_from",
           [](Images& self, int i, BMImage& image) {
             const int status = self.attach_from(i, image);
             if (status == 0) KeepSource(self, image, absl::StrCat("_source", i));
             KeepDevice(self, image.get_handle());
             return status;
           })
      .def("create", &Images::create, py::keep_alive<1, 2>(), Release())
      .def("check_need_free", &Images::check_need_free)
      .def("set_need_free", &Images::set_need_free)
      .def("get_device_id", &Images::get_device_id);
}

}  // namespace

void BindImageArrays(py::module_& module) {
  ForArraySizes([&](auto size) { BindArray<decltype(size)::value>(module); });
}

}  // namespace sail
