// Trackers of boxes.
#include "algokit.h"
#include "sail/python/bind.h"

namespace sail {
namespace {

namespace py = pybind11;

constexpr char kDoc[] = "Not built: raises NotSupport.";

using Boxes = std::vector<algo::BoxTuple>;
using Vectors = std::vector<std::vector<float>>;

void BindDeepSort(py::module_& module) {
  using Tracker = deepsort_tracker_controller;
  using Async = deepsort_tracker_controller_async;
  const auto distance = py::arg("max_cosine_distance"), budget = py::arg("nn_budget"), size = py::arg("k_feature_dim");
  const auto iou = [] { return py::arg("max_iou_distance") = 0.7; };
  const auto age = [] { return py::arg("max_age") = 30; };
  const auto hits = [] { return py::arg("n_init") = 3; };
  py::class_<Tracker>(module, "deepsort_tracker_controller", kDoc)
      .def(py::init<float, int, int, float, int, int>(), distance, budget, size, iou(), age(), hits())
      .def("process", py::overload_cast<const Boxes&, std::vector<Tensor>&>(&Tracker::process), Release())
      .def("process", py::overload_cast<const Boxes&, Vectors&>(&Tracker::process), Release());
  py::class_<Async>(module, "deepsort_tracker_controller_async", kDoc)
      .def(py::init<float, int, int, float, int, int, int>(), distance, budget, size, iou(), age(), hits(),
           py::arg("queue_size") = 10)
      .def("push_data", py::overload_cast<const Boxes&, std::vector<Tensor>&>(&Async::push_data), Release())
      .def("push_data", py::overload_cast<const Boxes&, Vectors&>(&Async::push_data), Release())
      .def("get_result_npy", &Async::get_result_npy, Release())
      .def("set_processing_timer", &Async::set_processing_timer);
}

void BindByteTrack(py::module_& module) {
  py::class_<bytetrack_tracker_controller>(module, "bytetrack_tracker_controller", kDoc)
      .def(py::init<int, int>(), py::arg("frame_rate") = 30, py::arg("track_buffer") = 30)
      .def("process", py::overload_cast<const Boxes&>(&bytetrack_tracker_controller::process), Release());
}

void BindSort(py::module_& module) {
  const auto iou = [] { return py::arg("max_iou_distance") = 0.7; };
  const auto age = [] { return py::arg("max_age") = 30; };
  const auto hits = [] { return py::arg("n_init") = 3; };
  py::class_<sort_tracker_controller>(module, "sort_tracker_controller", kDoc)
      .def(py::init<float, int, int>(), iou(), age(), hits())
      .def("process", &sort_tracker_controller::process, Release());
  py::class_<sort_tracker_controller_async>(module, "sort_tracker_controller_async", kDoc)
      .def(py::init<float, int, int, int, int>(), iou(), age(), hits(), py::arg("input_queue_size") = 10,
           py::arg("result_queue_size") = 10)
      .def("push_data", &sort_tracker_controller_async::push_data, Release())
      .def("get_result_npy", &sort_tracker_controller_async::get_result_npy, Release());
}

}  // namespace

void BindTrackers(py::module_& module) {
  BindDeepSort(module);
  BindByteTrack(module);
  BindSort(module);
}

}  // namespace sail
