// ImagePreProcess and EngineImagePreProcess.
#include "decoder_multi.h"
#include "sail/python/bind.h"
#include "sail/src/error.h"

namespace sail {
namespace {

namespace py = pybind11;

using Images = std::vector<BMImage>;
using Numbers = std::vector<int>;
using Places = std::vector<std::vector<int>>;
template <typename Outputs, typename Pictures>
using Batch = std::tuple<Outputs, Pictures, Numbers, Numbers, Places>;
using Arrays = std::map<std::string, Array<float>>;
using Mats = std::vector<py::array_t<uint8_t>>;

// Of the outputs of a run, which the caller owns.
using Owned = std::map<std::string, std::unique_ptr<Tensor>>;

struct Run {
  Owned outputs;
  Images images;
  Numbers channels, indices;
  Places places;
};

Run NextRun(EngineImagePreProcess& process, bool need_d2s) {
  const py::gil_scoped_release release;
  auto [outputs, images, channels, indices, places] = process.GetBatchData(need_d2s);
  Run run{{}, std::move(images), std::move(channels), std::move(indices), std::move(places)};
  for (const auto& [name, tensor] : outputs) run.outputs[name].reset(tensor);
  return run;
}

Batch<std::vector<TensorPTRWithName>, Images> TensorsOf(EngineImagePreProcess& process, bool need_d2s) {
  Run run = NextRun(process, need_d2s);
  std::vector<TensorPTRWithName> tensors;
  for (auto& [name, tensor] : run.outputs) tensors.emplace_back(name, tensor.release());
  return {std::move(tensors), std::move(run.images), run.channels, run.indices, run.places};
}

Arrays ArraysOf(const Owned& outputs) {
  Arrays arrays;
  for (const auto& [name, tensor] : outputs) {
    if (tensor->dtype() != BM_FLOAT32) {
      throw NotSupport(absl::StrCat("arrays of the output ", name, " of data type ", tensor->dtype(),
                                    "; GetBatchData gives its tensor"));
    }
    arrays[name] = Array<float>(tensor->shape(), static_cast<const float*>(tensor->sys_data()));
  }
  return arrays;
}

Batch<Arrays, Images> FloatsOf(EngineImagePreProcess& process) {
  Run run = NextRun(process, true);
  return {ArraysOf(run.outputs), std::move(run.images), run.channels, run.indices, run.places};
}

Batch<Arrays, Mats> FloatsAndMatsOf(EngineImagePreProcess& process) {
  Run run = NextRun(process, true);
  Mats mats;
  for (BMImage& image : run.images) mats.push_back(AsMat(image));
  return {ArraysOf(run.outputs), std::move(mats), run.channels, run.indices, run.places};
}

void BindTypes(py::module_& module) {
  py::enum_<sail_resize_type>(module, "sail_resize_type")
      .value("BM_RESIZE_VPP_NEAREST", BM_RESIZE_VPP_NEAREST)
      .value("BM_RESIZE_TPU_NEAREST", BM_RESIZE_TPU_NEAREST)
      .value("BM_RESIZE_TPU_LINEAR", BM_RESIZE_TPU_LINEAR)
      .value("BM_RESIZE_TPU_BICUBIC", BM_RESIZE_TPU_BICUBIC)
      .value("BM_PADDING_VPP_NEAREST", BM_PADDING_VPP_NEAREST)
      .value("BM_PADDING_TPU_NEAREST", BM_PADDING_TPU_NEAREST)
      .value("BM_PADDING_TPU_LINEAR", BM_PADDING_TPU_LINEAR)
      .value("BM_PADDING_TPU_BICUBIC", BM_PADDING_TPU_BICUBIC)
      .export_values();
}

template <typename Process>
void BindCommon(OwningClass<Process>& process) {
  process
      .def("SetPaddingAtrr", &Process::SetPaddingAtrr, py::arg("padding_b") = 114, py::arg("padding_g") = 114,
           py::arg("padding_r") = 114, py::arg("align") = 0,
           "Colour around the picture; align 0: upper left corner, 1: middle.")
      .def("SetConvertAtrr", &Process::SetConvertAtrr,
           "Three pairs as Bmcv.convert_to takes. 0, or 1 when it was set before.")
      .def("PushImage", &Process::PushImage, Release(),
           "0, and the picture is taken; 1 before the attributes are set or after exhausted(); 2 the queue is full.")
      .def("exhausted", &Process::exhausted, "No picture follows.")
      .def("get_exhausted_flag", &Process::get_exhausted_flag, "Whether exhausted() was called.");
}

}  // namespace

void BindPreProcess(py::module_& module) {
  BindTypes(module);
  OwningClass<ImagePreProcess> process(module, "ImagePreProcess",
                                       "Batches of resized, scaled pictures; a thread prepares them.");
  process
      .def(py::init<int, sail_resize_type, int, int, int, bool>(), py::arg("batch_size"), py::arg("resize_mode"),
           py::arg("tpu_id") = 0, py::arg("queue_in_size") = 20, py::arg("queue_out_size") = 20,
           py::arg("use_mat_flag") = false, Release())
      .def("SetResizeImageAtrr", &ImagePreProcess::SetResizeImageAtrr)
      .def("GetBatchData", &ImagePreProcess::GetBatchData, Release())
      .def("set_print_flag", &ImagePreProcess::set_print_flag);
  BindCommon(process);
  OwningClass<EngineImagePreProcess> engine(
      module, "EngineImagePreProcess", "Batches of pictures through a model, which says batch, size, type and scale.");
  engine
      .def(py::init<const std::string&, int, bool, std::vector<int>>(), py::arg("bmodel_path"), py::arg("tpu_id"),
           py::arg("use_mat_output") = false, py::arg("core_list") = std::vector<int>(), Release())
      .def("InitImagePreProcess", &EngineImagePreProcess::InitImagePreProcess, py::arg("resize_mode"),
           py::arg("bgr2rgb") = false, py::arg("queue_in_size") = 20, py::arg("queue_out_size") = 20, Release())
      .def("GetBatchData", &TensorsOf, py::arg("need_d2s") = true)
      .def("GetBatchData_Npy", &FloatsOf)
      .def("GetBatchData_Npy2", &FloatsAndMatsOf)
      .def("get_graph_name", &EngineImagePreProcess::get_graph_name)
      .def("get_input_width", &EngineImagePreProcess::get_input_width)
      .def("get_input_height", &EngineImagePreProcess::get_input_height)
      .def("get_output_names", &EngineImagePreProcess::get_output_names)
      .def("get_output_shape", &EngineImagePreProcess::get_output_shape);
  BindCommon(engine);
}

}  // namespace sail
