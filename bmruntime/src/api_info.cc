// The messages that a launch would send, in C and in C++.
#include <cstdlib>
#include <cstring>
#include <vector>

#include "absl/types/span.h"
#include "base/status_macros.h"
#include "bmruntime/src/edge.h"
#include "bmruntime/src/runtime.h"
#include "bmruntime_cpp.h"
#include "bmruntime_legacy.h"

using bm::runtime::AtEdge;
using bm::runtime::LaunchMessage;
using bm::runtime::LaunchOptions;
using bm::runtime::OutputMemory;
using bm::runtime::OutputMode;
using bm::runtime::Runtime;

namespace bmruntime {

api_info_t get_bmodel_api_info(void* p_bmrt, const char* net_name, const bm_tensor_t* input_tensors, int input_num,
                               bm_tensor_t* output_tensors, int output_num, bool user_mem, bool user_stmode,
                               uint32_t*) {
  api_info_t info;
  AtEdge(BMRT_HERE, [&]() -> absl::Status {
    const bool is_given = p_bmrt != nullptr && net_name != nullptr && input_num >= 0 && output_num >= 0 &&
                          (input_tensors != nullptr || input_num == 0) &&
                          (output_tensors != nullptr || output_num == 0);
    if (!is_given) return absl::InvalidArgumentError("the runtime, the net name or a list of tensors is not given");
    const LaunchOptions options = {user_mem ? OutputMemory::kCaller : OutputMemory::kRuntime,
                                   user_stmode ? OutputMode::kCaller : OutputMode::k1N};
    ASSIGN_OR_RETURN(LaunchMessage message,
                     static_cast<Runtime*>(p_bmrt)->Describe(
                         net_name, absl::MakeConstSpan(input_tensors, static_cast<size_t>(input_num)),
                         absl::MakeSpan(output_tensors, static_cast<size_t>(output_num)), options));
    info.api_id = {static_cast<uint32_t>(message.api_id)};
    info.api_data.push_back(std::move(message.payload));
    info.input_addr_offset = std::move(message.input_offsets);
    info.output_addr_offset = std::move(message.output_offsets);
    return absl::OkStatus();
  });
  return info;
}

}  // namespace bmruntime

namespace {

// A copy for free(); null for an empty list or without memory.
template <typename T>
T* Copied(const std::vector<T>& values) {
  auto* copy = static_cast<T*>(values.empty() ? nullptr : std::malloc(values.size() * sizeof(T)));
  if (copy != nullptr) std::memcpy(copy, values.data(), values.size() * sizeof(T));
  return copy;
}

}  // namespace

api_info_c* get_bmodel_api_info_c(void* p_bmrt, const char* net_name, const bm_tensor_t* input_tensors, int input_num,
                                  bm_tensor_t* output_tensors, int output_num, bool user_mem, bool user_stmode,
                                  uint32_t* core_ids) {
  const bmruntime::api_info_t info = bmruntime::get_bmodel_api_info(
      p_bmrt, net_name, input_tensors, input_num, output_tensors, output_num, user_mem, user_stmode, core_ids);
  if (info.api_id.empty()) return nullptr;
  auto* result = static_cast<api_info_c*>(std::calloc(1, sizeof(api_info_c)));
  if (result == nullptr) return nullptr;
  std::vector<uint8_t*> payloads;
  std::vector<size_t> sizes;
  for (const std::vector<uint8_t>& payload : info.api_data) {
    payloads.push_back(Copied(payload));
    sizes.push_back(payload.size());
  }
  result->api_id = Copied(info.api_id);
  result->api_id_size = info.api_id.size();
  result->api_data = Copied(payloads);
  result->api_data_size = payloads.size();
  result->api_data_subsize = Copied(sizes);
  result->input_addr_offset = Copied(info.input_addr_offset);
  result->input_addr_offset_number = info.input_addr_offset.size();
  result->output_addr_offset = Copied(info.output_addr_offset);
  result->output_addr_offset_number = info.output_addr_offset.size();
  return result;
}

void bmrt_free_api_info(api_info_c* api_info) {
  if (api_info == nullptr) return;
  for (size_t i = 0; i < api_info->api_data_size; ++i) std::free(api_info->api_data[i]);
  std::free(api_info->api_id);
  std::free(api_info->api_data);
  std::free(api_info->api_data_subsize);
  std::free(api_info->input_addr_offset);
  std::free(api_info->output_addr_offset);
  std::free(api_info);
}
