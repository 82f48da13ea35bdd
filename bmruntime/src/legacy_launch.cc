// The launches of bmruntime_legacy.h: arrays of device memory, shapes as plain numbers, nets by name or position.
#include <cstdint>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "base/status_macros.h"
#include "bmruntime/src/edge.h"
#include "bmruntime/src/legacy.h"
#include "bmruntime/src/runtime.h"
#include "bmruntime_legacy.h"

using bm::runtime::AtEdge;
using bm::runtime::FindNet;
using bm::runtime::LaunchOptions;
using bm::runtime::LoadedNet;
using bm::runtime::OutputMemory;
using bm::runtime::OutputMode;
using bm::runtime::Runtime;

namespace {

// The memory of a side of a launch.
struct Side {
  const void* memories;  // bm_device_mem_t[count]
  int count;
  const int* modes = nullptr;  // bm_store_mode_t[count]; 1N where null
};

struct LegacyLaunch {
  void* p_bmrt;
  int net_idx;
  const char* net_name;
  Side inputs, outputs;
  bm_shape_t* output_shapes;  // may be null
};

absl::Status CheckSide(const char* what, const Side& side, int expected) {
  if (side.count != expected) {
    return absl::InvalidArgumentError(absl::StrCat(side.count, " ", what, ", the net has ", expected));
  }
  if (side.count > 0 && side.memories == nullptr)
    return absl::InvalidArgumentError(absl::StrCat("the ", what, " are null"));
  return absl::OkStatus();
}

bm_tensor_t TensorOf(const Side& side, int index, bm_data_type_t type) {
  bm_tensor_t tensor = {};
  tensor.dtype = type;
  tensor.device_mem = static_cast<const bm_device_mem_t*>(side.memories)[index];
  tensor.st_mode = side.modes == nullptr ? BM_STORE_1N : static_cast<bm_store_mode_t>(side.modes[index]);
  return tensor;
}

// `shape_of(net, index, &shape)` gives the shapes of the inputs.
template <typename ShapeOf>
bool Run(bm::runtime::SourcePlace place, const LegacyLaunch& launch, ShapeOf shape_of) {
  return AtEdge(place, [&]() -> absl::Status {
    const LoadedNet* net = FindNet(launch.p_bmrt, launch.net_idx, launch.net_name);
    if (net == nullptr) {
      return absl::NotFoundError(
          absl::StrCat("no net [", launch.net_name == nullptr ? "" : launch.net_name, "], index ", launch.net_idx));
    }
    const bm_net_info_t& info = net->info->info();
    RETURN_IF_ERROR(CheckSide("inputs", launch.inputs, info.input_num));
    RETURN_IF_ERROR(CheckSide("outputs", launch.outputs, info.output_num));
    std::vector<bm_tensor_t> inputs, outputs;
    for (int i = 0; i < info.input_num; ++i) {
      inputs.push_back(TensorOf(launch.inputs, i, info.input_dtypes[i]));
      RETURN_IF_ERROR(shape_of(info, i, &inputs.back().shape));
    }
    for (int i = 0; i < info.output_num; ++i) {
      outputs.push_back(TensorOf(launch.outputs, i, info.output_dtypes[i]));
    }
    RETURN_IF_ERROR(static_cast<Runtime*>(launch.p_bmrt)
                        ->Launch(net->name, inputs, absl::MakeSpan(outputs),
                                 LaunchOptions{OutputMemory::kCaller, OutputMode::kCaller}));
    for (int i = 0; launch.output_shapes != nullptr && i < info.output_num; ++i) {
      launch.output_shapes[i] = outputs[static_cast<size_t>(i)].shape;
    }
    return absl::OkStatus();
  });
}

// The compiled shape of an input in the first stage.
absl::Status CompiledShape(const bm_net_info_t& info, int index, bm_shape_t* shape) {
  *shape = info.stages[0].input_shapes[index];
  return absl::OkStatus();
}

// The compiled shape with another batch, height and width. INVALID_ARGUMENT where it has no such axis.
absl::Status NhwShape(const bm_net_info_t& info, int index, int n, int h, int w, bm_shape_t* shape) {
  RETURN_IF_ERROR(CompiledShape(info, index, shape));
  if (shape->num_dims != 4) {
    return absl::InvalidArgumentError(absl::StrCat("input ", index, " of net ", info.name, " has ", shape->num_dims,
                                                   " dimensions; batch, height and width are of tensors of four"));
  }
  shape->dims[0] = n;
  shape->dims[2] = h;
  shape->dims[3] = w;
  return absl::OkStatus();
}

// Shapes behind one another: input i has dims[i] extents.
class ShapeList {
 public:
  ShapeList(const int* dims, const int* extents) : dims_(dims), extents_(extents) {}

  absl::Status operator()(const bm_net_info_t&, int index, bm_shape_t* shape) {
    if (dims_ == nullptr || extents_ == nullptr) return absl::InvalidArgumentError("the shapes are null");
    const int rank = dims_[index];
    if (rank < 0 || rank > BM_MAX_DIMS_NUM) {
      return absl::InvalidArgumentError(
          absl::StrCat("input ", index, " has ", rank, " dimensions, possible are 0..", BM_MAX_DIMS_NUM));
    }
    *shape = {};
    shape->num_dims = rank;
    for (int axis = 0; axis < rank; ++axis) shape->dims[axis] = *extents_++;
    return absl::OkStatus();
  }

 private:
  const int* const dims_;
  const int* extents_;
};

}  // namespace

bool bmrt_launch(void* p_bmrt, int net_idx, const char* net_name, const void* input_tensors, int input_num,
                 const void* output_tensors, int output_num, bm_shape_t* output_shapes) {
  return Run(BMRT_HERE,
             {p_bmrt, net_idx, net_name, {input_tensors, input_num}, {output_tensors, output_num}, output_shapes},
             CompiledShape);
}

bool bmrt_launch_nhw(void* p_bmrt, int net_idx, const char* net_name, const void* input_tensors, int input_num,
                     const void* output_tensors, int output_num, int n, int h, int w, bm_shape_t* output_shapes) {
  return bmrt_launch_nhw_stmode(p_bmrt, net_idx, net_name, input_tensors, input_num, output_tensors, output_num, n, h,
                                w, nullptr, nullptr, output_shapes);
}

bool bmrt_launch_nhw_stmode(void* p_bmrt, int net_idx, const char* net_name, const void* input_tensors, int input_num,
                            const void* output_tensors, int output_num, int n, int h, int w, int* in_stmode,
                            int* out_stmode, bm_shape_t* output_shapes) {
  const Side inputs = {input_tensors, input_num, in_stmode};
  const Side outputs = {output_tensors, output_num, out_stmode};
  return Run(
      BMRT_HERE, {p_bmrt, net_idx, net_name, inputs, outputs, output_shapes},
      [&](const bm_net_info_t& info, int index, bm_shape_t* shape) { return NhwShape(info, index, n, h, w, shape); });
}

bool bmrt_launch_nhw_stmode_multi_input(void* p_bmrt, int net_idx, const char* net_name, const void* input_tensors,
                                        int input_num, const void* output_tensors, int output_num, int n, int* h,
                                        int* w, int* in_stmode, int* out_stmode, bm_shape_t* output_shapes) {
  const Side inputs = {input_tensors, input_num, in_stmode};
  const Side outputs = {output_tensors, output_num, out_stmode};
  return Run(BMRT_HERE, {p_bmrt, net_idx, net_name, inputs, outputs, output_shapes},
             [&](const bm_net_info_t& info, int index, bm_shape_t* shape) -> absl::Status {
               if (h == nullptr || w == nullptr) return absl::InvalidArgumentError("the heights or widths are null");
               return NhwShape(info, index, n, h[index], w[index], shape);
             });
}

bool bmrt_launch_shape(void* p_bmrt, int net_idx, const char* net_name, const void* input_tensors, int input_num,
                       const int* input_dims, const int* input_shapes, const void* output_tensors, int output_num,
                       bm_shape_t* output_shapes) {
  return bmrt_launch_shape_stmode(p_bmrt, net_idx, net_name, input_tensors, input_num, input_dims, input_shapes,
                                  output_tensors, output_num, nullptr, nullptr, output_shapes);
}

bool bmrt_launch_shape_stmode(void* p_bmrt, int net_idx, const char* net_name, const void* input_tensors, int input_num,
                              const int* input_dims, const int* input_shapes, const void* output_tensors,
                              int output_num, int* in_stmode, int* out_stmode, bm_shape_t* output_shapes) {
  const Side inputs = {input_tensors, input_num, in_stmode};
  const Side outputs = {output_tensors, output_num, out_stmode};
  return Run(BMRT_HERE, {p_bmrt, net_idx, net_name, inputs, outputs, output_shapes},
             ShapeList(input_dims, input_shapes));
}
