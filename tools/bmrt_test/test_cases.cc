#include "tools/bmrt_test/test_cases.h"

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "bmlib/src/bmlib_internal.h"
#include "bmruntime/src/log.h"
#include "bmruntime_cpp.h"
#include "bmruntime_interface.h"
#include "bmruntime_legacy.h"
#include "tools/bmrt_test/runner.h"

namespace bm::tools {
namespace {

using Outputs = absl::StatusOr<std::vector<HostTensor>>;

absl::Status Failed(const char* call, const char* what) { return absl::InternalError(absl::StrCat(call, ": ", what)); }

enum class LoadFrom { kFile, kMemory, kContext };

absl::Status Load(const TestRuntime& runtime, const TestModel& model, LoadFrom from) {
  bool is_loaded;
  if (from == LoadFrom::kContext) {
    is_loaded = bmrt_load_context(runtime.bmrt(), model.directory.c_str());
  } else if (from == LoadFrom::kFile) {
    is_loaded = bmrt_load_bmodel(runtime.bmrt(), model.path.c_str());
  } else {
    ASSIGN_OR_RETURN(const std::string data, ReadFile(model.path));
    is_loaded = bmrt_load_bmodel_data(runtime.bmrt(), data.data(), data.size());
  }
  return is_loaded ? absl::OkStatus() : Failed(model.path.c_str(), "loading failed");
}

// Uploads the inputs, has `launch` launch them with outputs that the runtime allocates, waits and reads the outputs.
// `call` names what is tested.
template <typename Launch>
Outputs LaunchTensorsBy(const TestRuntime& runtime, const StageRun& run, const char* call, Launch launch) {
  std::vector<bm_tensor_t> inputs(run.data.inputs.size());
  std::vector<bm_tensor_t> outputs(static_cast<size_t>(run.net->output_num));
  const absl::Cleanup free_tensors = [&] {
    for (const std::vector<bm_tensor_t>* side : {&inputs, &outputs}) {
      for (const bm_tensor_t& tensor : *side) {
        if (bm_mem_get_device_size(tensor.device_mem) != 0) bm_free_device(runtime.handle(), tensor.device_mem);
      }
    }
  };
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (!bmrt_tensor(&inputs[i], runtime.bmrt(), run.net->input_dtypes[i], run.input_shapes[i]) ||
        bm_memcpy_s2d(runtime.handle(), inputs[i].device_mem, const_cast<uint8_t*>(run.data.inputs[i].data())) !=
            BM_SUCCESS) {
      return Failed("bmrt_tensor", "an input is not to be had");
    }
  }
  if (!launch(inputs, &outputs) || bm_thread_sync(runtime.handle()) != BM_SUCCESS) return Failed(call, run.net->name);
  std::vector<HostTensor> results;
  for (const bm_tensor_t& tensor : outputs) {
    results.emplace_back(bmrt_tensor_bytesize(&tensor));
    if (bm_memcpy_d2s_partial(runtime.handle(), results.back().data(), tensor.device_mem,
                              static_cast<unsigned>(results.back().size())) != BM_SUCCESS) {
      return Failed("bm_memcpy_d2s_partial", "an output is not to be had");
    }
  }
  return results;
}

Outputs LaunchTensors(const TestRuntime& runtime, const StageRun& run) {
  return LaunchTensorsBy(runtime, run, "bmrt_launch_tensor",
                         [&](const std::vector<bm_tensor_t>& inputs, std::vector<bm_tensor_t>* outputs) {
                           return bmrt_launch_tensor(runtime.bmrt(), run.net->name, inputs.data(),
                                                     static_cast<int>(inputs.size()), outputs->data(),
                                                     static_cast<int>(outputs->size()));
                         });
}

bool Send(const TestRuntime& runtime, uint32_t api_id, const uint8_t* payload, size_t bytes) {
  return bm_send_api(runtime.handle(), static_cast<int>(api_id), payload, static_cast<unsigned>(bytes)) == BM_SUCCESS;
}

// The messages of a launch, sent by hand.
Outputs SendMessages(const TestRuntime& runtime, const StageRun& run) {
  return LaunchTensorsBy(runtime, run, "get_bmodel_api_info",
                         [&](const std::vector<bm_tensor_t>& inputs, std::vector<bm_tensor_t>* outputs) {
                           const bmruntime::api_info_t info = bmruntime::get_bmodel_api_info(
                               runtime.bmrt(), run.net->name, inputs.data(), static_cast<int>(inputs.size()),
                               outputs->data(), static_cast<int>(outputs->size()), /*user_mem=*/false,
                               /*user_stmode=*/false, nullptr);
                           bool is_sent = !info.api_id.empty();
                           for (size_t i = 0; is_sent && i < info.api_id.size(); ++i) {
                             is_sent = Send(runtime, info.api_id[i], info.api_data[i].data(), info.api_data[i].size());
                           }
                           return is_sent;
                         });
}

Outputs SendMessagesOfC(const TestRuntime& runtime, const StageRun& run) {
  return LaunchTensorsBy(runtime, run, "get_bmodel_api_info_c",
                         [&](const std::vector<bm_tensor_t>& inputs, std::vector<bm_tensor_t>* outputs) {
                           api_info_c* const info = get_bmodel_api_info_c(
                               runtime.bmrt(), run.net->name, inputs.data(), static_cast<int>(inputs.size()),
                               outputs->data(), static_cast<int>(outputs->size()), /*user_mem=*/false,
                               /*user_stmode=*/false, nullptr);
                           if (info == nullptr) return false;
                           bool is_sent = true;
                           for (size_t i = 0; is_sent && i < info->api_id_size; ++i) {
                             is_sent = Send(runtime, info->api_id[i], info->api_data[i], info->api_data_subsize[i]);
                           }
                           bmrt_free_api_info(info);
                           return is_sent;
                         });
}

// bmrt_launch_data with outputs of malloc.
Outputs LaunchData(const TestRuntime& runtime, const StageRun& run) {
  std::vector<void*> inputs;
  for (const HostTensor& input : run.data.inputs) inputs.push_back(const_cast<uint8_t*>(input.data()));
  std::vector<void*> outputs(static_cast<size_t>(run.net->output_num));
  std::vector<bm_shape_t> shapes(outputs.size());
  if (!bmrt_launch_data(runtime.bmrt(), run.net->name, inputs.data(), run.input_shapes.data(),
                        static_cast<int>(inputs.size()), outputs.data(), shapes.data(),
                        static_cast<int>(outputs.size()), /*user_mem=*/false)) {
    return Failed("bmrt_launch_data", run.net->name);
  }
  std::vector<HostTensor> results;
  for (size_t i = 0; i < outputs.size(); ++i) {
    const auto* bytes = static_cast<const uint8_t*>(outputs[i]);
    results.emplace_back(bytes, bytes + TensorBytes(run.net->output_dtypes[i], shapes[i]));
    std::free(outputs[i]);
  }
  return results;
}

absl::Status RunWith(const TestOptions& options, const TestModel& model, LoadFrom from,
                     Outputs (*launch)(const TestRuntime&, const StageRun&)) {
  ASSIGN_OR_RETURN(const std::unique_ptr<TestRuntime> runtime, TestRuntime::Open(options.devices));
  RETURN_IF_ERROR(Load(*runtime, model, from));
  for (int64_t loop = 0; loop < options.loops; ++loop) {
    RETURN_IF_ERROR(ForEachStage(options, model, runtime->nets(), [&](const StageRun& run) -> absl::Status {
      ASSIGN_OR_RETURN(const std::vector<HostTensor> outputs, launch(*runtime, run));
      return JudgeOutputs(options, run, outputs);
    }));
  }
  return absl::OkStatus();
}

absl::Status LoadData(const TestOptions& options, const TestModel& model) {
  return RunWith(options, model, LoadFrom::kMemory, LaunchTensors);
}

absl::Status ContextDirectory(const TestOptions& options, const TestModel& model) {
  return RunWith(options, model, LoadFrom::kContext, LaunchTensors);
}

absl::Status SimpleApi(const TestOptions& options, const TestModel& model) {
  return RunWith(options, model, LoadFrom::kFile, LaunchTensors);
}

absl::Status HostData(const TestOptions& options, const TestModel& model) {
  return RunWith(options, model, LoadFrom::kFile, LaunchData);
}

absl::Status Messages(const TestOptions& options, const TestModel& model) {
  return RunWith(options, model, LoadFrom::kFile, SendMessages);
}

absl::Status MessagesOfC(const TestOptions& options, const TestModel& model) {
  return RunWith(options, model, LoadFrom::kFile, SendMessagesOfC);
}

// Runs `body` on options.threads threads; the first error of any.
template <typename Body>
absl::Status OnThreads(const TestOptions& options, Body body) {
  std::vector<absl::Status> results(static_cast<size_t>(options.threads));
  std::vector<std::thread> threads;
  for (absl::Status& result : results) threads.emplace_back([&result, &body] { result = body(); });
  for (std::thread& thread : threads) thread.join();
  for (const absl::Status& result : results) RETURN_IF_ERROR(result);
  return absl::OkStatus();
}

// A runtime per thread.
absl::Status MultiThread(const TestOptions& options, const TestModel& model) {
  return OnThreads(options, [&] { return RunModel(options, model); });
}

// ---- C++ classes ----

enum class StageChoice { kFixed, kReshaped };

absl::Status RunNetwork(const TestOptions& options, const bmruntime::Context& context, const StageRun& run,
                        StageChoice choice) {
  bmruntime::Network network(context, run.net->name, choice == StageChoice::kFixed ? run.stage : -1);
  const std::vector<bmruntime::Tensor*>& inputs = network.Inputs();
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (choice == StageChoice::kReshaped && inputs[i]->Reshape(run.input_shapes[i]) != BM_SUCCESS) {
      return Failed("Tensor::Reshape", run.net->input_names[i]);
    }
    if (inputs[i]->CopyFrom(run.data.inputs[i].data()) != BM_SUCCESS) {
      return Failed("Tensor::CopyFrom", run.net->input_names[i]);
    }
  }
  if (network.Forward() != BM_SUCCESS) return Failed("Network::Forward", run.net->name);
  std::vector<HostTensor> outputs;
  for (const bmruntime::Tensor* tensor : network.Outputs()) {
    outputs.emplace_back(tensor->ByteSize());
    if (tensor->CopyTo(outputs.back().data()) != BM_SUCCESS) return Failed("Tensor::CopyTo", run.net->name);
  }
  return JudgeOutputs(options, run, outputs);
}

absl::Status LoadContext(const TestModel& model, LoadFrom from, bmruntime::Context* context) {
  bm_status_t code;
  if (from == LoadFrom::kFile) {
    code = context->load_bmodel(model.path.c_str());
  } else {
    ASSIGN_OR_RETURN(const std::string data, ReadFile(model.path));
    code = context->load_bmodel(data.data(), data.size());
  }
  return code == BM_SUCCESS ? absl::OkStatus() : Failed("Context::load_bmodel", model.path.c_str());
}

absl::Status RunContext(const TestOptions& options, const TestModel& model, const bmruntime::Context& context,
                        StageChoice choice) {
  std::vector<const char*> names;
  context.get_network_names(&names);
  std::vector<const bm_net_info_t*> nets;
  for (const char* name : names) nets.push_back(context.get_network_info(name));
  for (int64_t loop = 0; loop < options.loops; ++loop) {
    RETURN_IF_ERROR(ForEachStage(options, model, nets,
                                 [&](const StageRun& run) { return RunNetwork(options, context, run, choice); }));
  }
  return absl::OkStatus();
}

absl::Status CppRun(const TestOptions& options, const TestModel& model, LoadFrom from, StageChoice choice) {
  try {
    bmruntime::Context context(options.devices[0]);
    RETURN_IF_ERROR(LoadContext(model, from, &context));
    return OnThreads(options, [&] { return RunContext(options, model, context, choice); });
  } catch (const std::exception& failure) {  // what the constructors throw
    return Failed("bmruntime::Context", failure.what());
  }
}

absl::Status CppLoad(const TestOptions& options, const TestModel& model) {
  TestOptions single = options;
  single.threads = 1;
  return CppRun(single, model, LoadFrom::kFile, StageChoice::kFixed);
}

absl::Status CppLoadData(const TestOptions& options, const TestModel& model) {
  TestOptions single = options;
  single.threads = 1;
  return CppRun(single, model, LoadFrom::kMemory, StageChoice::kFixed);
}

absl::Status CppReshape(const TestOptions& options, const TestModel& model) {
  TestOptions single = options;
  single.threads = 1;
  return CppRun(single, model, LoadFrom::kFile, StageChoice::kReshaped);
}

absl::Status CppMultiThread(const TestOptions& options, const TestModel& model) {
  TestOptions several = options;
  several.threads = std::max<int64_t>(options.threads, 2);
  return CppRun(several, model, LoadFrom::kFile, StageChoice::kFixed);
}

struct CaseRow {
  const char* name;
  absl::Status (*run)(const TestOptions& options, const TestModel& model);  // null: its interface is not built
};

constexpr CaseRow kCases[] = {
    {"bmrt_load_bmodel_data", LoadData},     {"bmrt_load_context", ContextDirectory},
    {"bmrt_launch_data", HostData},          {"bmrt_simple_api", SimpleApi},
    {"bmrt_multi_thread", MultiThread},      {"bmrt_get_bmodel_api", Messages},
    {"bmrt_get_bmodel_api_c", MessagesOfC},  {"bmcpp_load_bmodel", CppLoad},
    {"bmcpp_load_bmodel_data", CppLoadData}, {"bmcpp_reshape", CppReshape},
    {"bmcpp_multi_thread", CppMultiThread},  {"bmtap2_register_bmodel", nullptr},
    {"bmtap2_register_data", nullptr},       {"bmtap2_multi_thread", nullptr},
    {"bmtap2cpp_load_bmodel", nullptr},      {"bmtap2cpp_multi_thread", nullptr},
    {"bmmc_multi_mession", nullptr},
};

}  // namespace

absl::Status RunTestCase(const TestOptions& options) {
  for (const CaseRow& row : kCases) {
    if (options.test_case != row.name) continue;
    if (row.run == nullptr) {
      return absl::UnimplementedError(absl::StrCat("test case ", row.name, ": its interface is not built yet"));
    }
    BMRT_LOG(kInfo, absl::StrCat("==> begin test case : ", row.name));
    for (const TestModel& model : ModelsOf(options)) RETURN_IF_ERROR(row.run(options, model));
    BMRT_LOG(kInfo, absl::StrCat("+++ test case[", row.name, "] success +++"));
    return absl::OkStatus();
  }
  return absl::NotFoundError(absl::StrCat("unknown test case ", options.test_case));
}

}  // namespace bm::tools
