// The parts of the module sophon.sail. Each adds its classes and functions; later ones use the types of earlier ones.
#ifndef SAIL_PYTHON_BIND_H_
#define SAIL_PYTHON_BIND_H_

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <string>
#include <vector>

#include "tensor.h"

namespace sail {

// A contiguous array of T; other arrays and sequences are converted into a new one.
template <typename T>
using Array = pybind11::array_t<T, pybind11::array::c_style | pybind11::array::forcecast>;

// SailTensorError for more than 2^31 - 1 in an extent.
std::vector<int> ShapeOf(const pybind11::array& array);

// The NumPy type of a tensor's elements; bfloat16 as the bits of uint16. Null for types that NumPy does not have.
const char* NumpyType(bm_data_type_t dtype);

void BindBasics(pybind11::module_& module);
void BindTensor(pybind11::module_& module);
void BindEngine(pybind11::module_& module);

}  // namespace sail

#endif  // SAIL_PYTHON_BIND_H_
