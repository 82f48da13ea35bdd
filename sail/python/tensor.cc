// Tensor and TensorPTRWithName.
#include <limits>

#include "sail/python/bind.h"
#include "sail/src/error.h"

namespace sail {
namespace {

namespace py = pybind11;

// A shape that is no array: an array in its place is data.
struct ShapeList {
  std::vector<int> extents;
};

}  // namespace
}  // namespace sail

namespace pybind11::detail {

template <>
struct type_caster<sail::ShapeList> {
  PYBIND11_TYPE_CASTER(sail::ShapeList, const_name("List[int]"));
  bool load(handle source, bool convert) {
    if (isinstance<array>(source)) return false;
    make_caster<std::vector<int>> extents;
    if (!extents.load(source, convert)) return false;
    value.extents = cast_op<std::vector<int>>(std::move(extents));
    return true;
  }
};

}  // namespace pybind11::detail

namespace sail {
namespace {

template <typename T>
struct DtypeOf;
#define SAIL_DTYPE(type, dtype)                     \
  template <>                                       \
  struct DtypeOf<type> {                            \
    static constexpr bm_data_type_t kDtype = dtype; \
  }
SAIL_DTYPE(float, BM_FLOAT32);
SAIL_DTYPE(int8_t, BM_INT8);
SAIL_DTYPE(uint8_t, BM_UINT8);
SAIL_DTYPE(int16_t, BM_INT16);
SAIL_DTYPE(uint16_t, BM_UINT16);
SAIL_DTYPE(int32_t, BM_INT32);
SAIL_DTYPE(uint32_t, BM_UINT32);
#undef SAIL_DTYPE

// Puts the bytes of a contiguous array of the tensor's type and size into its host memory, else onto the device.
void Store(Tensor& tensor, const void* data, size_t bytes) {
  if (tensor.nbytes() == 0) return;
  if (tensor.is_sys_data_valid()) {
    memcpy(tensor.sys_data(), data, bytes);
  } else {
    Check(bm_memcpy_s2d_partial(tensor.get_handle().data(), tensor.dev_data(), const_cast<void*>(data),
                                static_cast<unsigned>(bytes)),
          SAIL_ERR_DEV_MCOPY, "the copy of an array to the device");
  }
}

template <typename T>
std::unique_ptr<Tensor> FromArray(const Handle& handle, const Array<T>& data, bool own_sys_data, bool own_dev_data) {
  const std::vector<int> shape = ShapeOf(data);
  const py::gil_scoped_release release;
  std::unique_ptr<Tensor> tensor(new Tensor(handle, shape, DtypeOf<T>::kDtype, own_sys_data, own_dev_data));
  if (own_sys_data || own_dev_data) Store(*tensor, data.data(), data.nbytes());
  return tensor;
}

template <typename T>
void UpdateData(Tensor& tensor, const Array<T>& data) {
  const std::vector<int> shape = ShapeOf(data);
  if (shape != tensor.shape()) {
    Throw(SAIL_ERR_TENSOR_SHAPE, absl::StrCat("update_data of shape ", ShapeText(shape), " into a tensor of shape ",
                                              ShapeText(tensor.shape())));
  }
  if (tensor.dtype() == DtypeOf<T>::kDtype) {
    const py::gil_scoped_release release;
    Store(tensor, data.data(), data.nbytes());
    return;
  }
  const char* const type = NumpyType(tensor.dtype());
  if (type == nullptr || tensor.dtype() == BM_BFLOAT16) {
    throw DataTypeError(absl::StrCat("update_data into the data type ", tensor.dtype()));
  }
  const py::array cast = py::array::ensure(data.attr("astype")(type), py::array::c_style);
  const py::gil_scoped_release release;
  Store(tensor, cast.data(), cast.nbytes());
}

// The first bytes of host memory, else of the device.
void Load(Tensor& tensor, void* target, size_t bytes) {
  const py::gil_scoped_release release;
  if (tensor.is_sys_data_valid()) {
    memcpy(target, tensor.sys_data(), bytes);
  } else if (tensor.is_dev_data_valid()) {
    Check(bm_memcpy_d2s_partial(tensor.get_handle().data(), target, tensor.dev_data(), static_cast<unsigned>(bytes)),
          SAIL_ERR_DEV_MCOPY, "asnumpy");
  } else {
    Throw(SAIL_ERR_TENSOR_EMPTY, "asnumpy of a tensor without memory");
  }
}

// A new array with a copy of the first elements: of host memory, else of the device.
py::object AsNumpy(Tensor& tensor, const std::vector<int>& shape) {
  const char* const type = NumpyType(tensor.dtype());
  if (type == nullptr) return py::none();
  py::array array(py::dtype(type), shape);
  if (array.nbytes() > tensor.nbytes()) {
    Throw(SAIL_ERR_TENSOR_SHAPE,
          absl::StrCat("asnumpy of shape ", ShapeText(shape), " from a tensor of shape ", ShapeText(tensor.shape())));
  }
  if (array.nbytes() != 0) Load(tensor, array.mutable_data(), array.nbytes());
  return std::move(array);
}

Array<float> ScaleTo(Tensor& tensor, float scale, const std::vector<int>& shape) {
  Array<float> array(shape);
  float* const target = array.mutable_data();
  const py::gil_scoped_release release;
  tensor.scale_to(target, scale, static_cast<int>(array.size()));
  return array;
}

template <typename T>
void BindArrayConstructor(py::class_<Tensor>& tensor) {
  tensor.def(
      py::init([](const Handle& handle, const Array<T>& data) { return FromArray<T>(handle, data, true, true); }),
      py::arg("handle"), py::arg("data"));
}

template <typename T>
void BindArrayConstructorWithFlags(py::class_<Tensor>& tensor) {
  tensor.def(py::init(&FromArray<T>), py::arg("handle"), py::arg("data"), py::arg("own_sys_data"),
             py::arg("own_dev_data") = true);
}

void BindConstructors(py::class_<Tensor>& tensor) {
  BindArrayConstructor<float>(tensor);
  BindArrayConstructor<int8_t>(tensor);
  BindArrayConstructor<uint8_t>(tensor);
  BindArrayConstructor<int32_t>(tensor);
  BindArrayConstructorWithFlags<float>(tensor);
  BindArrayConstructorWithFlags<int8_t>(tensor);
  BindArrayConstructorWithFlags<uint8_t>(tensor);
  BindArrayConstructorWithFlags<int32_t>(tensor);
  tensor
      .def(py::init<const Handle&, const std::vector<int>&, bm_data_type_t, bool, bool>(), py::arg("handle"),
           py::arg("shape"), py::arg("dtype"), py::arg("own_sys_data") = false, py::arg("own_dev_data") = false,
           Release())
      .def(py::init<const Tensor&, const std::vector<std::pair<int, int>>&, bool>(), py::arg("tensor"),
           py::arg("ranges"), py::arg("d2d_flag") = true, Release())
      .def(py::init<const Tensor&, const std::vector<int>&, unsigned int, bool>(), py::arg("src"), py::arg("shape"),
           py::arg("offset"), py::arg("no_copy") = true, py::keep_alive<1, 2>(), Release())
      .def(py::init([](const Handle& handle, const ShapeList& shape, bm_data_type_t dtype, bool own_sys, bool own_dev) {
             return std::unique_ptr<Tensor>(new Tensor(handle, shape.extents, dtype, own_sys, own_dev));
           }),
           py::arg("handle"), py::arg("shape"), py::arg("dtype") = BM_FLOAT32, py::arg("own_sys_data") = false,
           py::arg("own_dev_data") = false, Release());
}

void BindDescription(py::class_<Tensor>& tensor) {
  tensor.def("shape", &Tensor::shape, "The extents.")
      .def("dtype", &Tensor::dtype)
      .def("size", &Tensor::size)
      .def("element_size", &Tensor::element_size)
      .def("nbytes", &Tensor::nbytes)
      .def("device_id", &Tensor::device_id)
      .def("own_sys_data", [](Tensor& self) { return self.own_sys_data(); })
      .def("own_dev_data", [](Tensor& self) { return self.own_dev_data(); })
      .def("is_sys_data_valid", &Tensor::is_sys_data_valid)
      .def("is_dev_data_valid", &Tensor::is_dev_data_valid)
      .def(
          "pysys_data",
          [](Tensor& self) {
            py::array_t<int64_t> address(1);
            *address.mutable_data() = reinterpret_cast<intptr_t>(self.sys_data());
            return address;
          },
          "An int64 array of one element, the address of host memory.")
      .def("reset", &Tensor::reset, Release(),
           "Another shape and type; memories that the tensor owns are made again if their size changes.")
      .def("reshape", &Tensor::reshape, Release(),
           "Another shape; memories that the tensor owns are made again if their size changes.")
      .def("get_handle", [](Tensor& self) { return self.get_handle(); })
      .def("__len__", [](Tensor& self) { return self.shape().empty() ? 0 : self.shape()[0]; })
      .def("__getitem__", [](Tensor& self, int index) -> py::object {
        const int count = self.shape().empty() ? 0 : self.shape()[0];
        if (index < -count || index >= count) {
          throw py::index_error("index " + std::to_string(index) + " of " + std::to_string(count));
        }
        return AsNumpy(self, self.shape())[py::int_(index)];
      });
}

void BindCopies(py::class_<Tensor>& tensor) {
  tensor
      .def("sync_s2d", py::overload_cast<>(&Tensor::sync_s2d), Release(),
           "Copies host memory to the device: all, so many bytes, or elements of another tensor (source, offset, "
           "offset here, count).")
      .def("sync_s2d", py::overload_cast<int>(&Tensor::sync_s2d), Release())
      .def("sync_s2d", py::overload_cast<Tensor&, int, int, int>(&Tensor::sync_s2d), Release())
      .def("sync_d2s", py::overload_cast<>(&Tensor::sync_d2s), Release(),
           "Copies device memory to the host: all, so many bytes, or elements of another tensor (source, offset, "
           "offset here, count).")
      .def("sync_d2s", py::overload_cast<int>(&Tensor::sync_d2s), Release())
      .def("sync_d2s", py::overload_cast<Tensor&, int, int, int>(&Tensor::sync_d2s), Release())
      .def("sync_d2d", &Tensor::sync_d2d, Release(),
           "Copies elements of another tensor, of any device: source, offset there, offset here, count.")
      .def("sync_d2d_stride", &Tensor::sync_d2d_stride, Release())
      .def("dump_data", &Tensor::dump_data, py::arg("file_name"), py::arg("bin") = false, Release(),
           "Writes the elements into a file, as text or (bin) as they are.");
}

void BindValues(py::class_<Tensor>& tensor) {
  tensor
      .def("update_data", &UpdateData<float>,
           "Puts an array of the tensor's shape into host memory, or onto the device where there is none; cast to the "
           "tensor's type.")
      .def("update_data", &UpdateData<int8_t>)
      .def("update_data", &UpdateData<uint8_t>)
      .def("update_data", &UpdateData<int32_t>)
      .def("update_data", &UpdateData<uint32_t>)
      .def("update_data", &UpdateData<int16_t>)
      .def("update_data", &UpdateData<uint16_t>)
      .def(
          "asnumpy", [](Tensor& self) { return AsNumpy(self, self.shape()); },
          "A new array with a copy of host memory, or of the device's where there is none; sync_d2s() comes first. In "
          "another shape if given.")
      .def("asnumpy", &AsNumpy)
      .def(
          "scale_from",
          [](Tensor& self, const Array<float>& data, float scale) {
            if (data.size() > self.size()) {
              Throw(SAIL_ERR_TENSOR_SHAPE, absl::StrCat("scale_from of shape ", ShapeText(ShapeOf(data)),
                                                        " into a tensor of shape ", ShapeText(self.shape())));
            }
            const py::gil_scoped_release release;
            self.scale_from(const_cast<float*>(data.data()), scale, static_cast<int>(data.size()));
          },
          "Host memory = array * scale, rounded half to even and saturated.")
      .def(
          "scale_to", [](Tensor& self, float scale) { return ScaleTo(self, scale, self.shape()); },
          "A float32 array of host memory * scale.")
      .def("scale_to", &ScaleTo)
      .def("memory_set", py::overload_cast<int>(&Tensor::memory_set), Release(),
           "Fills both memories with a byte (int), or an element (float).")
      .def("memory_set",
           [](Tensor& self, const py::object& value) {
             const float element = py::float_(value).cast<float>();
             const py::gil_scoped_release release;
             self.memory_set(element);
           })
      .def("zeros", &Tensor::zeros, Release())
      .def("ones", &Tensor::ones, Release());
}

// A named tensor of Python owns its tensor; copies of it in C++ do not.
struct DeleteWithTensor {
  void operator()(TensorPTRWithName* named) const {
    ReleaseTensorPtr(*named);
    delete named;
  }
};

template <typename T>
void BindNamedTensor(py::module_& module) {
  module.def(
      "CreateTensorPTRWithName",
      [](const std::string& name, const Handle& handle, const Array<T>& data, bool own_sys_data, bool own_dev_data) {
        return TensorPTRWithName(name, FromArray<T>(handle, data, own_sys_data, own_dev_data).release());
      },
      py::arg("name"), py::arg("handle"), py::arg("data"), py::arg("own_sys_data") = false,
      py::arg("own_dev_data") = true);
}

}  // namespace

std::vector<int> ShapeOf(const py::array& array) {
  std::vector<int> shape;
  for (py::ssize_t i = 0; i < array.ndim(); ++i) {
    if (array.shape(i) > std::numeric_limits<int>::max()) {
      Throw(SAIL_ERR_TENSOR_SHAPE, absl::StrCat("an array with the extent ", array.shape(i)));
    }
    shape.push_back(static_cast<int>(array.shape(i)));
  }
  return shape;
}

const char* NumpyType(bm_data_type_t dtype) {
  static constexpr const char* kTypes[] = {"float32", "float16", "int8",   "uint8", "int16",
                                           "uint16",  "int32",   "uint32", "uint16"};
  return static_cast<size_t>(dtype) < std::size(kTypes) ? kTypes[dtype] : nullptr;
}

void BindTensor(py::module_& module) {
  py::class_<Tensor> tensor(module, "Tensor",
                            "Elements in device memory, host memory or both: of an array, or of a shape and type with "
                            "the memories that it owns.",
                            py::dynamic_attr());
  BindConstructors(tensor);
  BindDescription(tensor);
  BindCopies(tensor);
  BindValues(tensor);
  py::class_<TensorPTRWithName, std::unique_ptr<TensorPTRWithName, DeleteWithTensor>>(module, "TensorPTRWithName",
                                                                                      "A tensor and its name.")
      .def("get_name", [](TensorPTRWithName& self) { return self.name; })
      .def(
          "get_data", [](TensorPTRWithName& self) { return self.data; }, py::return_value_policy::reference_internal);
  BindNamedTensor<float>(module);
  BindNamedTensor<int8_t>(module);
  BindNamedTensor<uint8_t>(module);
  BindNamedTensor<int32_t>(module);
  module.def("ReleaseTensorPtr", &ReleaseTensorPtr);
  module.def("argmax", &argmax, Release());
  module.def("argmin", &argmin, Release());
}

}  // namespace sail
