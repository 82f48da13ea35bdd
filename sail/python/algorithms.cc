// Boxes out of the outputs of detection networks.
#include <cstring>

#include "algokit.h"
#include "sail/python/bind.h"
#include "sail/src/error.h"

namespace sail {
namespace {

namespace py = pybind11;

using Boxes = std::vector<std::vector<algo::BoxTuple>>;
using Ints = algo::Ints;
using Floats = algo::Floats;
constexpr char kBoxes[] = "Boxes of a network's outputs, found by a thread: push_data() in, get_result() out.";
constexpr char kNotBuilt[] = "Not built: raises NotSupport.";

using Tensors = std::map<std::string, Tensor*>;

// Thresholds is Floats, or a list of Floats: one a class.
template <typename Thresholds>
Boxes ProcessList(algo_yolov5_post_cpu_opt& post, algo::Outputs outputs, Ints ost_w, Ints ost_h, Thresholds dete,
                  Floats nms, bool keep_aspect_ratio, bool multiclass_nms) {
  return post.process(outputs, ost_w, ost_h, dete, nms, keep_aspect_ratio, multiclass_nms);
}

template <typename Thresholds>
Boxes ProcessMap(algo_yolov5_post_cpu_opt& post, const Tensors& outputs, Ints ost_w, Ints ost_h, Thresholds dete,
                 Floats nms, bool keep_aspect_ratio, bool multiclass_nms) {
  std::map<std::string, Tensor&> tensors;
  for (const auto& [name, tensor] : outputs) {
    if (tensor == nullptr) Throw(SAIL_ERR_RUNTIME_BASIC, absl::StrCat("the output ", name, " is no tensor"));
    tensors.emplace(name, *tensor);
  }
  return post.process(tensors, ost_w, ost_h, dete, nms, keep_aspect_ratio, multiclass_nms);
}

// Binds what hands a batch over; Names are those of the arguments, none for a form without names.
template <typename Thresholds, typename Input, typename Post, typename... Names>
void BindPush(py::class_<Post>& post, const Names&... names) {
  post.def(
      "push_data",
      [](Post& self, Ints channels, Ints indices, Input input, Thresholds dete, Floats nms, Ints ost_w, Ints ost_h,
         algo::Shapes padding) { return self.push_data(channels, indices, input, dete, nms, ost_w, ost_h, padding); },
      names..., Release());
}

// The output of one picture; it lies at (x, y) in the network's input, w x h large.
template <typename Post>
int PushArray(Post& post, int channel, int index, const Array<float>& output, float dete, float nms, int ost_w,
              int ost_h, int x, int y, int w, int h) {
  Tensor tensor(ShapeOf(output));
  if (output.size() > 0) memcpy(tensor.sys_data(), output.data(), output.nbytes());
  const py::gil_scoped_release release;
  return post.push_data({channel}, {index}, TensorPTRWithName("output", &tensor), Floats{dete}, {nms}, {ost_w}, {ost_h},
                        {{x, y, w, h}});
}

template <typename Input, typename Post>
void BindNamedPushes(py::class_<Post>& post) {
  const auto bind = [&](auto thresholds) {
    BindPush<decltype(thresholds), Input>(post, py::arg("channel_idx"), py::arg("image_idx"), py::arg("input_data"),
                                          py::arg("dete_threshold"), py::arg("nms_threshold"), py::arg("ost_w"),
                                          py::arg("ost_h"), py::arg("padding_attr"));
  };
  bind(Floats());
  bind(std::vector<Floats>());
}

// A class that works in a thread of its own. Shape: of its output, or of its outputs.
template <typename Post, typename Shape>
py::class_<Post> BindAsync(py::module_& module, const char* name, const char* shape, const char* doc = kBoxes) {
  py::class_<Post> post(module, name, doc);
  const auto width = [] { return py::arg("network_w") = 640; };
  const auto height = [] { return py::arg("network_h") = 640; };
  const auto queue = [] { return py::arg("max_queue_size") = 20; };
  if constexpr (std::is_constructible_v<Post, const Shape&, int, int, int, bool, bool>) {
    post.def(py::init<const Shape&, int, int, int, bool, bool>(), py::arg(shape), width(), height(), queue(),
             py::arg("input_use_multiclass_nms") = true, py::arg("agnostic") = false);
  } else if constexpr (std::is_constructible_v<Post, const Shape&, int, int, int, bool>) {
    post.def(py::init<const Shape&, int, int, int, bool>(), py::arg(shape), width(), height(), queue(),
             py::arg("use_multiclass_nms") = true);
  } else {
    post.def(py::init<const Shape&, int, int, int>(), py::arg(shape), width(), height(), queue());
  }
  post.def("get_result", &Post::get_result, Release()).def("get_result_npy", &Post::get_result_npy, Release());
  return post;
}

void BindAsyncClasses(py::module_& module) {
  using Shapes = algo::Shapes;
  auto one = BindAsync<algo_yolov5_post_1output, Ints>(module, "algo_yolov5_post_1output", "shape");
  BindNamedPushes<TensorPTRWithName>(one);
  one.def("push_npy", &PushArray<algo_yolov5_post_1output>);
  auto three = BindAsync<algo_yolov5_post_3output, Shapes>(module, "algo_yolov5_post_3output", "shape");
  three.def("reset_anchors", &algo_yolov5_post_3output::reset_anchors);
  BindNamedPushes<algo::Outputs>(three);
  auto cpu = BindAsync<algo_yolov5_post_cpu_opt_async, Shapes>(module, "algo_yolov5_post_cpu_opt_async", "shape");
  cpu.def("reset_anchors", &algo_yolov5_post_cpu_opt_async::reset_anchors);
  BindNamedPushes<algo::Outputs>(cpu);
  auto v8 =
      BindAsync<algo_yolov8_post_1output_async, Ints>(module, "algo_yolov8_post_1output_async", "shape", kNotBuilt);
  BindPush<Floats, TensorPTRWithName>(v8);
  v8.def("push_npy", &PushArray<algo_yolov8_post_1output_async>);
  auto v8_cpu = BindAsync<algo_yolov8_post_cpu_opt_1output_async, Ints>(
      module, "algo_yolov8_post_cpu_opt_1output_async", "shape", kNotBuilt);
  BindPush<Floats, TensorPTRWithName>(v8_cpu);
  v8_cpu.def("push_npy", &PushArray<algo_yolov8_post_cpu_opt_1output_async>);
  auto x = BindAsync<algo_yolox_post, Ints>(module, "algo_yolox_post", "shape", kNotBuilt);
  BindPush<Floats, TensorPTRWithName>(x);
  x.def("push_npy", &PushArray<algo_yolox_post>);
}

}  // namespace

void BindAlgorithms(py::module_& module) {
  py::class_<DeteObjRect>(module, "DeteObjRect", "A box: class, score, sides in pixels of the picture.")
      .def_readonly("class_id", &DeteObjRect::class_id)
      .def_readonly("score", &DeteObjRect::score)
      .def_readonly("left", &DeteObjRect::left)
      .def_readonly("top", &DeteObjRect::top)
      .def_readonly("right", &DeteObjRect::right)
      .def_readonly("bottom", &DeteObjRect::bottom)
      .def_readonly("width", &DeteObjRect::width)
      .def_readonly("height", &DeteObjRect::height);
  module.def("nms_rotated", &nms_rotated, py::arg("boxes"), py::arg("scores"), py::arg("threshold"), Release());
  py::class_<algo_yolov5_post_cpu_opt>(module, "algo_yolov5_post_cpu_opt", "Boxes of a YOLOv5 network's three outputs.")
      .def(py::init<const algo::Shapes&, int, int>(), py::arg("shapes"), py::arg("network_w") = 640,
           py::arg("network_h") = 640)
      .def("process", &ProcessList<Floats>, Release())
      .def("process", &ProcessList<std::vector<Floats>>, Release())
      .def("process", &ProcessMap<Floats>, Release())
      .def("process", &ProcessMap<std::vector<Floats>>, Release())
      .def("reset_anchors", &algo_yolov5_post_cpu_opt::reset_anchors);
  BindAsyncClasses(module);
}

}  // namespace sail
