// The functions of bmruntime_interface.h that name cores or several devices.
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "base/status_macros.h"
#include "bmruntime/src/edge.h"
#include "bmruntime/src/runtime.h"
#include "bmruntime_interface.h"

using bm::runtime::AtEdge;
using bm::runtime::Runtime;

namespace {

// A BM1684 has one core, 0; the list of a launch is de-duplicated and cut to it.
absl::Status CheckCores(const int* core_list, int core_num) {
  if (core_num < 0 || (core_num > 0 && core_list == nullptr)) {
    return absl::InvalidArgumentError(absl::StrCat("a core list of ", core_num, " entries is not given"));
  }
  for (int i = 0; i < core_num; ++i) {
    if (core_list[i] != 0) return absl::InvalidArgumentError(absl::StrCat("core ", core_list[i], ", a BM1684 has 0"));
  }
  return absl::OkStatus();
}

bool HasCores(bm::runtime::SourcePlace place, const int* core_list, int core_num) {
  return AtEdge(place, [&] { return CheckCores(core_list, core_num); });
}

// Calls `body(device handle, index of the tensor)` for tensors that are grouped per device by `tensor_num`.
template <typename Body>
absl::Status ForEachTensor(void* p_bmrt, const int* tensor_num, int device_num, Body body) {
  if (p_bmrt == nullptr || tensor_num == nullptr) return absl::InvalidArgumentError("the runtime or a list is null");
  const absl::Span<const bm_handle_t> handles = static_cast<Runtime*>(p_bmrt)->handles();
  if (device_num < 0 || static_cast<size_t>(device_num) > handles.size()) {
    return absl::InvalidArgumentError(absl::StrCat(device_num, " devices, the runtime has ", handles.size()));
  }
  size_t index = 0;
  for (int device = 0; device < device_num; ++device) {
    for (int i = 0; i < tensor_num[device]; ++i) {
      RETURN_IF_ERROR(body(handles[static_cast<size_t>(device)], index++));
    }
  }
  return absl::OkStatus();
}

absl::Status ToStatus(bm_status_t code, const char* what, size_t index) {
  if (code == BM_SUCCESS) return absl::OkStatus();
  return absl::InternalError(absl::StrCat(what, " of tensor ", index, " failed with status ", code));
}

}  // namespace

bool bmrt_launch_tensor_multi_cores(void* p_bmrt, const char* net_name, const bm_tensor_t input_tensors[],
                                    int input_num, bm_tensor_t output_tensors[], int output_num, bool user_mem,
                                    bool user_stmode, const int* core_list, int core_num) {
  return HasCores(BMRT_HERE, core_list, core_num) &&
         bmrt_launch_tensor_ex(p_bmrt, net_name, input_tensors, input_num, output_tensors, output_num, user_mem,
                               user_stmode);
}

bool bmrt_launch_data_multi_cores(void* p_bmrt, const char* net_name, void* const input_datas[],
                                  const bm_shape_t input_shapes[], int input_num, void* output_datas[],
                                  bm_shape_t output_shapes[], int output_num, bool user_mem, const int* core_list,
                                  int core_num) {
  return HasCores(BMRT_HERE, core_list, core_num) &&
         bmrt_launch_data(p_bmrt, net_name, input_datas, input_shapes, input_num, output_datas, output_shapes,
                          output_num, user_mem);
}

bool bmrt_pre_alloc_neuron_multi_cores(void* p_bmrt, const char* net_name, int stage_idx, const int* core_list,
                                       int core_num) {
  return AtEdge(BMRT_HERE, [&]() -> absl::Status {
    RETURN_IF_ERROR(CheckCores(core_list, core_num));
    const bm_net_info_t* net = bmrt_get_network_info(p_bmrt, net_name);
    if (net == nullptr) return absl::NotFoundError("the runtime or the net is not there");
    if (stage_idx < 0 || stage_idx >= net->stage_num) {
      return absl::OutOfRangeError(absl::StrCat("stage ", stage_idx, ", net ", net_name, " has ", net->stage_num));
    }
    return absl::OkStatus();  // neuron memory is there from loading on
  });
}

bool bmrt_memcpy_s2d_parallel(void* p_bmrt, bm_tensor_t tensors[], void* datas[], int tensor_num[], int device_num) {
  return AtEdge(BMRT_HERE, [&] {
    return ForEachTensor(p_bmrt, tensor_num, device_num, [&](bm_handle_t handle, size_t i) {
      return ToStatus(bm_memcpy_s2d_partial(handle, tensors[i].device_mem, datas[i],
                                            static_cast<unsigned>(bmrt_tensor_bytesize(&tensors[i]))),
                      "copying to the device", i);
    });
  });
}

bool bmrt_memcpy_d2s_parallel(void* p_bmrt, void* datas[], bm_tensor_t tensors[], int tensor_num[], int device_num) {
  return AtEdge(BMRT_HERE, [&] {
    return ForEachTensor(p_bmrt, tensor_num, device_num, [&](bm_handle_t handle, size_t i) {
      return ToStatus(bm_memcpy_d2s_partial(handle, datas[i], tensors[i].device_mem,
                                            static_cast<unsigned>(bmrt_tensor_bytesize(&tensors[i]))),
                      "copying from the device", i);
    });
  });
}

bool bmrt_memcpy_d2d_byte_parallel(void* p_bmrt, bm_tensor_t dst[], size_t dst_off[], bm_tensor_t src[],
                                   size_t src_off[], size_t sizes[], int tensor_num[], int device_num) {
  return AtEdge(BMRT_HERE, [&] {
    return ForEachTensor(p_bmrt, tensor_num, device_num, [&](bm_handle_t handle, size_t i) {
      return ToStatus(
          bm_memcpy_d2d_byte(handle, dst[i].device_mem, dst_off[i], src[i].device_mem, src_off[i], sizes[i]),
          "copying on the device", i);
    });
  });
}

bool bmrt_memcpy_d2d_stride_ex_parallel(void*, bm_tensor_t[], size_t[], bm_shape_t[], bm_tensor_t[], size_t[],
                                        bm_shape_t[], bm_shape_t[], int[], int) {
  BMRT_LOG(kWrong, "bmrt_memcpy_d2d_stride_ex_parallel is not built yet");
  return false;
}
