#include "tools/bmrt_test/runner.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "bmruntime/src/log.h"
#include "bmruntime/src/runtime.h"
#include "bmruntime_interface.h"
#include "tools/bmrt_test/comparison.h"

namespace bm::tools {
namespace {

using Clock = std::chrono::steady_clock;

double SecondsSince(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

// Where a run spent its time.
struct Times {
  double load = 0, prealloc = 0, launch = 0, sync = 0, get = 0, compare = 0;  // seconds
  uint64_t npu_micros = 0;
};

absl::Status ToStatus(bm_status_t code, const char* what) {
  if (code == BM_SUCCESS) return absl::OkStatus();
  return absl::InternalError(absl::StrCat(what, " failed with status ", code));
}

// Device tensors that are freed with the set.
class TensorSet {
 public:
  explicit TensorSet(const TestRuntime& runtime) : runtime_(runtime) {}
  ~TensorSet() {
    for (const bm_tensor_t& tensor : tensors_) bm_free_device(runtime_.handle(), tensor.device_mem);
  }
  TensorSet(const TensorSet&) = delete;
  TensorSet& operator=(const TensorSet&) = delete;

  absl::Status Add(bm_data_type_t type, const bm_shape_t& shape) {
    bm_tensor_t tensor = {};
    if (!bmrt_tensor_ex(&tensor, runtime_.bmrt(), 0, type, shape)) {
      return absl::ResourceExhaustedError("device memory for a tensor is not to be had");
    }
    tensors_.push_back(tensor);
    return absl::OkStatus();
  }
  absl::Status Store(size_t index, const HostTensor& data) {
    return ToStatus(bm_memcpy_s2d_partial(runtime_.handle(), tensors_[index].device_mem,
                                          const_cast<uint8_t*>(data.data()), static_cast<unsigned>(data.size())),
                    "copying an input");
  }
  absl::StatusOr<std::vector<HostTensor>> Fetch() const {
    std::vector<HostTensor> outputs;
    for (const bm_tensor_t& tensor : tensors_) {
      HostTensor data(bmrt_tensor_bytesize(&tensor));
      RETURN_IF_ERROR(ToStatus(
          bm_memcpy_d2s_partial(runtime_.handle(), data.data(), tensor.device_mem, static_cast<unsigned>(data.size())),
          "copying an output"));
      outputs.push_back(std::move(data));
    }
    return outputs;
  }
  bm_tensor_t* data() { return tensors_.data(); }
  int size() const { return static_cast<int>(tensors_.size()); }

 private:
  const TestRuntime& runtime_;
  std::vector<bm_tensor_t> tensors_;
};

using OutputSets = std::vector<std::unique_ptr<TensorSet>>;

uint64_t NpuMicros(bm_handle_t handle) {
  bm_profile_t profile = {};
  return bm_get_profile(handle, &profile) == BM_SUCCESS ? profile.tpu_process_time : 0;
}

// Launches once and waits.
absl::Status LaunchOnce(const TestOptions& options, const TestRuntime& runtime, const StageRun& run, TensorSet* inputs,
                        TensorSet* outputs, Times* times) {
  const Clock::time_point start = Clock::now();
  const uint64_t npu_start = NpuMicros(runtime.handle());
  const bool is_launched = bmrt_launch_tensor_multi_cores(
      runtime.bmrt(), run.net->name, inputs->data(), inputs->size(), outputs->data(), outputs->size(),
      /*user_mem=*/true, /*user_stmode=*/false, options.cores.data(), static_cast<int>(options.cores.size()));
  if (!is_launched) return absl::InternalError(absl::StrCat("launch of net ", run.net->name, " failed"));
  times->launch += SecondsSince(start);
  const Clock::time_point sync_start = Clock::now();
  RETURN_IF_ERROR(ToStatus(bm_thread_sync(runtime.handle()), "bm_thread_sync"));
  times->sync += SecondsSince(sync_start);
  times->npu_micros += NpuMicros(runtime.handle()) - npu_start;
  return absl::OkStatus();
}

void LogLaunchTime(const StageRun& run, const Times& times, int launches) {
  const auto micros = [&](double seconds) { return static_cast<uint64_t>(seconds * 1e6 / launches); };
  const uint64_t total = micros(times.launch + times.sync);
  const uint64_t npu = times.npu_micros / static_cast<uint64_t>(launches);
  BMRT_LOG(kInfo, absl::StrFormat("net[%s] stage[%d], launch total time is %d us (npu %d us, cpu %d us), (launch func "
                                  "time %d us, sync %d us)",
                                  run.net->name, run.stage, total, npu, total > npu ? total - npu : 0,
                                  micros(times.launch), micros(times.sync)));
}

void LogTimes(const Times& times, int launches) {
  BMRT_LOG(kInfo, absl::StrFormat("load input time(s): %f", times.load));
  BMRT_LOG(kInfo, absl::StrFormat("pre alloc  time(s): %f", times.prealloc));
  BMRT_LOG(kInfo, absl::StrFormat("calculate  time(s): %f", (times.launch + times.sync) / launches));
  BMRT_LOG(kInfo, absl::StrFormat("get output time(s): %f", times.get));
  BMRT_LOG(kInfo, absl::StrFormat("compare    time(s): %f", times.compare));
}

// The extents of "[1 2 ]".
std::string ShapeText(const bm_shape_t& shape) {
  std::string text = "[";
  for (int i = 0; i < shape.num_dims; ++i) absl::StrAppend(&text, shape.dims[i], " ");
  return text + "]";
}

void LogOutputs(const StageRun& run, const std::vector<HostTensor>& outputs) {
  BMRT_LOG(kInfo, absl::StrFormat("+++ The network[%s] stage[%d] output_data +++", run.net->name, run.stage));
  for (size_t i = 0; i < outputs.size(); ++i) {
    BMRT_LOG(kInfo,
             absl::StrFormat("output data #%d shape: %s %s", i, ShapeText(run.net->stages[run.stage].output_shapes[i]),
                             Preview(run.net->output_dtypes[i], outputs[i])));
  }
}

absl::Status SaveText(const StageRun& run, const std::vector<HostTensor>& outputs) {
  for (size_t i = 0; i < outputs.size(); ++i) {
    RETURN_IF_ERROR(WriteFile(absl::StrCat(run.net->name, "_stage", run.stage, "_output", i, ".txt"),
                              ValuesText(run.net->output_dtypes[i], outputs[i])));
  }
  return absl::OkStatus();
}

// Every set of outputs has the bits of set 0; others are saved as mem<t>_output<i>.dat.
absl::Status CheckRepeats(const OutputSets& sets, const std::vector<HostTensor>& first) {
  for (size_t t = 1; t < sets.size(); ++t) {
    ASSIGN_OR_RETURN(const std::vector<HostTensor> outputs, sets[t]->Fetch());
    for (size_t i = 0; i < outputs.size(); ++i) {
      if (outputs[i] == first[i]) continue;
      const std::string file = absl::StrCat("mem", t, "_output", i, ".dat");
      RETURN_IF_ERROR(WriteFile(file, outputs[i]));
      return absl::DataLossError(
          absl::StrCat("output ", i, " of launch ", t, " differs from launch 0, saved as ", file));
    }
  }
  return absl::OkStatus();
}

// One stage: inputs, launches, outputs, verdict. Outputs are appended to `exported`.
absl::Status RunStage(const TestOptions& options, const TestRuntime& runtime, const StageRun& run,
                      std::string* exported) {
  Times times;
  const bm_net_info_t& net = *run.net;
  Clock::time_point start = Clock::now();
  const int64_t set_count = options.only_compare_last || !options.bmodel.empty() ? 1 : options.calculate_times;
  OutputSets outputs;
  for (int64_t t = 0; t < set_count; ++t) {
    outputs.push_back(std::make_unique<TensorSet>(runtime));
    for (int i = 0; i < net.output_num; ++i) {
      RETURN_IF_ERROR(outputs.back()->Add(net.output_dtypes[i], net.stages[run.stage].output_shapes[i]));
    }
  }
  times.prealloc = SecondsSince(start);

  start = Clock::now();
  TensorSet inputs(runtime);
  for (size_t i = 0; i < run.input_shapes.size(); ++i) {
    RETURN_IF_ERROR(inputs.Add(net.input_dtypes[i], run.input_shapes[i]));
    RETURN_IF_ERROR(inputs.Store(i, run.data.inputs[i]));
  }
  times.load = SecondsSince(start);

  for (int64_t t = 0; t < options.calculate_times; ++t) {
    TensorSet* set = outputs[static_cast<size_t>(std::min(t, set_count - 1))].get();
    RETURN_IF_ERROR(LaunchOnce(options, runtime, run, &inputs, set, &times));
  }
  LogLaunchTime(run, times, options.calculate_times);

  start = Clock::now();
  ASSIGN_OR_RETURN(const std::vector<HostTensor> first, outputs[0]->Fetch());
  times.get = SecondsSince(start);
  LogOutputs(run, first);
  if (options.debug_output) RETURN_IF_ERROR(SaveText(run, first));
  for (const HostTensor& tensor : first) exported->append(tensor.begin(), tensor.end());

  start = Clock::now();
  const absl::Status verdict = JudgeOutputs(options, run, first);
  if (!verdict.ok()) bmrt_trace(runtime.bmrt());
  RETURN_IF_ERROR(verdict);
  RETURN_IF_ERROR(CheckRepeats(outputs, first));
  times.compare = SecondsSince(start);
  LogTimes(times, options.calculate_times);
  return absl::OkStatus();
}

void LogStart(const StageRun& run, std::ptrdiff_t net_index, int64_t loop) {
  BMRT_LOG(kInfo, absl::StrFormat("==> running network #%d, name: %s, loop: %d", net_index, run.net->name, loop));
  for (size_t i = 0; i < run.data.inputs.size(); ++i) {
    BMRT_LOG(kInfo, absl::StrFormat("reading input #%d, bytesize=%d", i, run.data.inputs[i].size()));
    BMRT_LOG(kInfo, absl::StrCat("  --> input_data: ", Preview(run.net->input_dtypes[i], run.data.inputs[i])));
  }
  for (size_t i = 0; i < run.data.outputs.size(); ++i) {
    BMRT_LOG(kInfo, absl::StrFormat("reading output #%d, bytesize=%d", i, run.data.outputs[i].size()));
    BMRT_LOG(kInfo, absl::StrCat("  --> output ref_data: ", Preview(run.net->output_dtypes[i], run.data.outputs[i])));
  }
}

std::string DirectoryOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : path.substr(0, slash);
}

absl::Status ExportNeurons(const TestRuntime& runtime, const std::string& directory) {
  const auto& nets = static_cast<const runtime::Runtime*>(runtime.bmrt())->nets();
  for (size_t i = 0; i < nets.size(); ++i) {
    size_t j = 0;
    for (const runtime::LoadedStage& stage : nets[i]->stages) {
      for (const runtime::LoadedStage::NeuronBulk& bulk : stage.neurons) {
        HostTensor bytes(bulk.size);
        RETURN_IF_ERROR(runtime::Download(runtime.handle(), bulk.address, absl::MakeSpan(bytes)));
        RETURN_IF_ERROR(WriteFile(absl::StrCat(directory, "/neuron_mem_net", i, "_", j++, ".dat"), bytes));
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<TestRuntime>> TestRuntime::Open(const std::vector<int>& devices) {
  std::unique_ptr<TestRuntime> runtime(new TestRuntime);
  for (const int device : devices) {
    bm_handle_t handle = nullptr;
    if (bm_dev_request(&handle, device) != BM_SUCCESS) {
      return absl::UnavailableError(absl::StrCat("device ", device, " cannot be opened"));
    }
    runtime->handles_.push_back(handle);
    unsigned chip_id = 0;
    RETURN_IF_ERROR(ToStatus(bm_get_chipid(handle, &chip_id), "bm_get_chipid"));
    BMRT_LOG(kInfo, absl::StrFormat("device_index=%d, chip_id=%d", device, chip_id));
  }
  runtime->bmrt_ = bmrt_create_ex(runtime->handles_.data(), static_cast<int>(runtime->handles_.size()));
  if (runtime->bmrt_ == nullptr) return absl::UnavailableError("no runtime for the devices");
  return runtime;
}

TestRuntime::~TestRuntime() {
  bmrt_destroy(bmrt_);
  for (const bm_handle_t handle : handles_) bm_dev_free(handle);
}

std::vector<const bm_net_info_t*> TestRuntime::nets() const {
  const char** names = nullptr;
  bmrt_get_network_names(bmrt_, &names);
  std::vector<const bm_net_info_t*> nets;
  for (int i = 0; i < bmrt_get_network_number(bmrt_); ++i) nets.push_back(bmrt_get_network_info(bmrt_, names[i]));
  std::free(names);
  return nets;
}

std::vector<TestModel> ModelsOf(const TestOptions& options) {
  if (!options.bmodel.empty()) return {{options.bmodel, ""}};
  std::vector<TestModel> models;
  for (const std::string& directory : options.contexts) {
    models.push_back({directory + "/compilation.bmodel", directory});
  }
  return models;
}

absl::StatusOr<ReferenceData> OpenReference(const TestOptions& options, const TestModel& model) {
  if (model.directory.empty() || !options.compare) return ReferenceData();
  return ReferenceData::Open(model.directory, options.output_reference);
}

absl::Status ForEachStage(const TestOptions& options, const TestModel& model,
                          const std::vector<const bm_net_info_t*>& nets,
                          absl::Status (*body)(const StageRun& run, void* context), void* context) {
  ASSIGN_OR_RETURN(ReferenceData reference, OpenReference(options, model));
  const ShapeOverrides overrides = {options.shapes, options.output_shapes};
  // Given shapes belong to one stage.
  const int64_t only_stage = options.stage_index < 0 && !options.shapes.empty() ? 0 : options.stage_index;
  bool any = false;
  for (size_t i = 0; i < nets.size(); ++i) {
    for (int stage = 0; stage < nets[i]->stage_num; ++stage) {
      const bool is_selected = (options.net_index < 0 || static_cast<size_t>(options.net_index) == i) &&
                               (only_stage < 0 || only_stage == stage);
      if (!is_selected) {
        RETURN_IF_ERROR(reference.Skip(*nets[i], stage));
        continue;
      }
      any = true;
      StageRun run = {nets[i], stage, {}, {}};
      ASSIGN_OR_RETURN(run.input_shapes, InputShapes(*nets[i], stage, overrides));
      ASSIGN_OR_RETURN(run.data, reference.Read(*nets[i], stage, overrides));
      RETURN_IF_ERROR(body(run, context));
    }
  }
  if (any) return absl::OkStatus();
  return absl::NotFoundError(absl::StrCat("no net ", options.net_index, " with stage ", options.stage_index));
}

absl::Status JudgeOutputs(const TestOptions& options, const StageRun& run, const std::vector<HostTensor>& outputs) {
  if (run.data.outputs.empty()) return absl::OkStatus();
  BMRT_LOG(kInfo, "==>comparing output in mem #0 ... ");
  const Tolerance tolerance = {options.accuracy_f, options.accuracy_i};
  for (size_t i = 0; i < outputs.size(); ++i) {
    const Verdict verdict = Compare(run.net->output_dtypes[i], run.data.outputs[i], outputs[i], tolerance);
    if (!verdict.report.empty()) {
      BMRT_LOG(kWarning, absl::StrCat("output #", i, " '", run.net->output_names[i], "':\n", verdict.report));
    }
    if (verdict.is_equal) continue;
    return absl::DataLossError(
        absl::StrFormat("+++ The network[%s] stage[%d] cmp failed +++", run.net->name, run.stage));
  }
  BMRT_LOG(kInfo, absl::StrFormat("+++ The network[%s] stage[%d] cmp success +++", run.net->name, run.stage));
  return absl::OkStatus();
}

absl::Status RunModel(const TestOptions& options, const TestModel& model) {
  ASSIGN_OR_RETURN(const std::unique_ptr<TestRuntime> runtime, TestRuntime::Open(options.devices));
  bm_device_mem_t taken = bm_mem_null();
  const absl::Cleanup free_taken = [&] {
    if (bm_mem_get_device_size(taken) != 0) bm_free_device(runtime->handle(), taken);
  };
  if (options.prealloc_bytes > 0) {
    bm_device_mem_t block;
    RETURN_IF_ERROR(ToStatus(bm_malloc_device_byte(runtime->handle(), &block, options.prealloc_bytes), "--prealloc"));
    taken = block;
  }
  if (!bmrt_load_bmodel(runtime->bmrt(), model.path.c_str())) {
    return absl::DataLossError(absl::StrCat("load bmodel [", model.path, "] failed"));
  }
  bmrt_show_neuron_network(runtime->bmrt());
  const std::vector<const bm_net_info_t*> nets = runtime->nets();
  std::string exported;
  for (int64_t loop = 0; loop < options.loops; ++loop) {
    exported.clear();
    RETURN_IF_ERROR(ForEachStage(options, model, nets, [&](const StageRun& run) -> absl::Status {
      LogStart(run, std::find(nets.begin(), nets.end(), run.net) - nets.begin(), loop);
      return RunStage(options, *runtime, run, &exported);
    }));
  }
  if (options.export_output) RETURN_IF_ERROR(WriteFile(DirectoryOf(model.path) + "/output.dat", exported));
  if (options.export_neuron) RETURN_IF_ERROR(ExportNeurons(*runtime, DirectoryOf(model.path)));
  return absl::OkStatus();
}

}  // namespace bm::tools
