// The C interface and the C++ classes on a simulated card.
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <memory>
#include <numeric>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/sha256.h"
#include "base/testing/status_matchers.h"
#include "bmlib/testing/read_blocks.h"
#include "bmlib_runtime.h"
#include "bmodel/reader.h"
#include "bmodel/testing/sample_models.h"
#include "bmodel/writer.h"
#include "bmruntime/src/exports.h"
#include "bmruntime/src/runtime.h"
#include "bmruntime/src/tensor_math.h"
#include "bmruntime_cpp.h"
#include "bmruntime_interface.h"
#include "gtest/gtest.h"
#include "isa/monitor.h"
#include "nlohmann/json.hpp"

namespace bm::runtime {
namespace {

using ::bm::testing::ModelThatCopies;
using ::bm::testing::ModelWithCommands;
using ::bm::testing::ModelWithoutCommands;
using ::bm::testing::ProfileBlock;
using ::bm::testing::ReadBlocks;
using ::bm::testing::SampleModel;
using ::bm::testing::SampleWeights;
using ::bm::testing::TypesOf;

const Shape kShape{1, 3, 4, 4};
const Shape kWideShape{2, 5, 3, 7};

// Bytes in use on device 0.
uint64_t UsedBytes(bm_handle_t handle) {
  uint64_t used = 0;
  for (unsigned heap = 0; heap < 3; ++heap) {
    bm_heap_stat_byte_t stat = {};
    if (bm_get_gmem_heap_stat_byte_by_id(handle, &stat, heap) == BM_SUCCESS) used += stat.mem_used;
  }
  return used;
}

std::vector<float> Ramp(int64_t count) {
  std::vector<float> values(static_cast<size_t>(count));
  for (size_t i = 0; i < values.size(); ++i) values[i] = 0.25f * static_cast<float>(i) + 1.0f;
  return values;
}

// What the net of ModelWithCommands answers to Ramp.
std::vector<float> Expected(const Shape& shape) {
  std::vector<float> values = Ramp(shape.count());
  const auto weights = SampleWeights(shape.CountOf(1, 4));
  for (size_t i = 0; i < values.size(); ++i) values[i] += weights[i % weights.size()];
  return values;
}

class BmruntimeTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const std::string directory =
        ::testing::TempDir() + "/" + ::testing::UnitTest::GetInstance()->current_test_info()->name();
    ASSERT_OK(MakeDirectory(directory));
    ASSERT_EQ(chdir(directory.c_str()), 0);
    ASSERT_EQ(bm_dev_request(&handle_, 0), BM_SUCCESS);
    used_at_start_ = UsedBytes(handle_);
    bmrt_ = bmrt_create(handle_);
    ASSERT_NE(bmrt_, nullptr);
  }
  void TearDown() override {
    bmrt_destroy(bmrt_);
    EXPECT_EQ(UsedBytes(handle_), used_at_start_) << "device memory that is not freed";
    bm_dev_free(handle_);
  }

  bool Load(const SampleModel& sample) { return Load(bmrt_, sample); }
  static bool Load(void* bmrt, const SampleModel& sample) {
    const std::vector<uint8_t> bytes = bmodel::SerializeModel(sample.model).value();
    return bmrt_load_bmodel_data(bmrt, bytes.data(), bytes.size());
  }

  bm_tensor_t Allocate(bm_data_type_t type, const Shape& shape) {
    bm_tensor_t tensor = {};
    EXPECT_TRUE(bmrt_tensor(&tensor, bmrt_, type, ToVendor(shape)));
    return tensor;
  }
  template <typename T>
  bm_tensor_t Upload(bm_data_type_t type, const Shape& shape, const std::vector<T>& values) {
    const bm_tensor_t tensor = Allocate(type, shape);
    EXPECT_EQ(bm_memcpy_s2d_partial(handle_, tensor.device_mem, const_cast<T*>(values.data()),
                                    static_cast<unsigned>(values.size() * sizeof(T))),
              BM_SUCCESS);
    return tensor;
  }
  template <typename T>
  std::vector<T> Download(const bm_tensor_t& tensor) {
    EXPECT_EQ(bm_thread_sync(handle_), BM_SUCCESS);
    std::vector<T> values(bmrt_tensor_bytesize(&tensor) / sizeof(T));
    EXPECT_EQ(bm_memcpy_d2s_partial(handle_, values.data(), tensor.device_mem,
                                    static_cast<unsigned>(bmrt_tensor_bytesize(&tensor))),
              BM_SUCCESS);
    return values;
  }
  void Free(const bm_tensor_t& tensor) { bm_free_device(handle_, tensor.device_mem); }

  // One launch of the net of ModelWithCommands with outputs of the runtime.
  std::vector<float> LaunchRamp(void* bmrt, const char* net, const Shape& shape) {
    const bm_tensor_t input = Upload(BM_FLOAT32, shape, Ramp(shape.count()));
    bm_tensor_t output = {};
    std::vector<float> values;
    if (bmrt_launch_tensor(bmrt, net, &input, 1, &output, 1)) {
      EXPECT_EQ(bm_thread_sync(static_cast<bm_handle_t>(bmrt_get_bm_handle(bmrt))), BM_SUCCESS);
      values = Download<float>(output);
      Free(output);
    }
    Free(input);
    return values;
  }

  const Runtime& runtime() const { return *static_cast<const Runtime*>(bmrt_); }

  bm_handle_t handle_ = nullptr;
  void* bmrt_ = nullptr;
  uint64_t used_at_start_ = 0;
};

TEST_F(BmruntimeTest, ANetComputesOnItsRelocatedMemory) {
  ASSERT_TRUE(Load(ModelWithCommands("net", {kShape})));
  EXPECT_EQ(LaunchRamp(bmrt_, "net", kShape), Expected(kShape));
}

TEST_F(BmruntimeTest, TheStageIsChosenByTheShapes) {
  ASSERT_TRUE(Load(ModelWithCommands("net", {kShape, kWideShape, Shape{4, 3, 4, 4}})));
  for (const Shape& shape : {kWideShape, Shape{4, 3, 4, 4}, kShape}) {
    EXPECT_EQ(LaunchRamp(bmrt_, "net", shape), Expected(shape)) << shape;
  }
  EXPECT_TRUE(LaunchRamp(bmrt_, "net", Shape{3, 3, 4, 4}).empty());
}

TEST_F(BmruntimeTest, TheOnlyStageTakesEveryShapeOfItsElementCount) {
  ASSERT_TRUE(Load(ModelWithCommands("net", {kShape})));
  EXPECT_EQ(LaunchRamp(bmrt_, "net", Shape{1, 48}), Expected(kShape));
  EXPECT_TRUE(LaunchRamp(bmrt_, "net", Shape{1, 47}).empty());
}

TEST_F(BmruntimeTest, FilesAddNetsInTheOrderOfLoading) {
  ASSERT_TRUE(Load(ModelWithCommands("b", {kShape})));
  ASSERT_TRUE(Load(ModelWithCommands("a", {kWideShape})));
  ASSERT_TRUE(Load(ModelWithCommands("b", {kWideShape}))) << "a net of a known name is skipped";
  ASSERT_EQ(bmrt_get_network_number(bmrt_), 2);
  const char** names = nullptr;
  bmrt_get_network_names(bmrt_, &names);
  EXPECT_STREQ(names[0], "b");
  EXPECT_STREQ(names[1], "a");
  std::free(names);
  EXPECT_EQ(bmrt_get_network_index(bmrt_, "a"), 1);
  EXPECT_EQ(bmrt_get_network_index(bmrt_, "c"), -1);
  EXPECT_EQ(LaunchRamp(bmrt_, "b", kShape), Expected(kShape));
  EXPECT_EQ(LaunchRamp(bmrt_, "a", kWideShape), Expected(kWideShape));
}

TEST_F(BmruntimeTest, TheNetInformationDescribesEveryStage) {
  SampleModel sample = ModelWithCommands("net", {kShape, kWideShape});
  for (bmodel::Stage& stage : sample.model.nets[0].stages) stage.inputs[0].scale = 0.5f;
  ASSERT_TRUE(Load(sample));
  const bm_net_info_t* info = bmrt_get_network_info(bmrt_, "net");
  ASSERT_NE(info, nullptr);
  EXPECT_STREQ(info->name, "net");
  EXPECT_FALSE(info->is_dynamic);
  EXPECT_EQ(info->input_num, 1);
  EXPECT_STREQ(info->input_names[0], "in");
  EXPECT_STREQ(info->output_names[0], "out");
  EXPECT_EQ(info->input_dtypes[0], BM_FLOAT32);
  EXPECT_EQ(info->input_scales[0], 0.5f);
  EXPECT_EQ(info->stage_num, 2);
  EXPECT_EQ(info->stages[1].input_shapes[0].dims[3], 7);
  EXPECT_EQ(info->max_input_bytes[0], 210u * 4);
  EXPECT_EQ(bm_mem_get_device_size(info->stages[0].output_mems[0]), 48u * 4);
  EXPECT_EQ(info->core_num, 1);
  ASSERT_TRUE(Load(ModelWithCommands("more", {kShape})));
  EXPECT_EQ(bmrt_get_network_info(bmrt_, "net"), info) << "stable across loads";
  EXPECT_EQ(bmrt_get_network_info(bmrt_, "nix"), nullptr);
}

TEST_F(BmruntimeTest, LaunchingOnTheCompiledBuffersCopiesNothing) {
  ASSERT_TRUE(Load(ModelWithCommands("net", {kShape})));
  const bm_stage_info_t& stage = bmrt_get_network_info(bmrt_, "net")->stages[0];
  bm_tensor_t input, output;
  bmrt_tensor_with_device(&input, stage.input_mems[0], BM_FLOAT32, stage.input_shapes[0]);
  bmrt_tensor_with_device(&output, stage.output_mems[0], BM_FLOAT32, stage.output_shapes[0]);
  std::vector<float> ramp = Ramp(48);
  ASSERT_EQ(bm_memcpy_s2d(handle_, input.device_mem, ramp.data()), BM_SUCCESS);
  ASSERT_TRUE(bmrt_launch_tensor_ex(bmrt_, "net", &input, 1, &output, 1, true, false));
  EXPECT_EQ(Download<float>(output), Expected(kShape));
}

TEST_F(BmruntimeTest, InputAndOutputMayShareMemory) {
  ASSERT_TRUE(Load(ModelWithCommands("net", {kShape})));
  bm_tensor_t tensor = Upload(BM_FLOAT32, kShape, Ramp(48));
  const bm_tensor_t input = tensor;
  ASSERT_TRUE(bmrt_launch_tensor_ex(bmrt_, "net", &input, 1, &tensor, 1, true, false));
  EXPECT_EQ(Download<float>(tensor), Expected(kShape));
  Free(tensor);
}

TEST_F(BmruntimeTest, TensorsThatDoNotFitAreRefused) {
  ASSERT_TRUE(Load(ModelWithCommands("net", {kShape})));
  const bm_tensor_t good = Upload(BM_FLOAT32, kShape, Ramp(48));
  bm_tensor_t output = {};
  bm_tensor_t input = good;
  input.dtype = BM_INT32;
  EXPECT_FALSE(bmrt_launch_tensor(bmrt_, "net", &input, 1, &output, 1));
  input = good;
  input.device_mem.size = 4;
  EXPECT_FALSE(bmrt_launch_tensor(bmrt_, "net", &input, 1, &output, 1));
  input = good;
  input.st_mode = BM_STORE_4N;
  EXPECT_FALSE(bmrt_launch_tensor(bmrt_, "net", &input, 1, &output, 1));
  input = good;
  input.st_mode = BM_STORE_2N;
  EXPECT_FALSE(bmrt_launch_tensor(bmrt_, "net", &input, 1, &output, 1));
  input = good;
  input.shape.num_dims = 9;
  EXPECT_FALSE(bmrt_launch_tensor(bmrt_, "net", &input, 1, &output, 1));
  EXPECT_FALSE(bmrt_launch_tensor(bmrt_, "net", &good, 0, &output, 1));
  EXPECT_FALSE(bmrt_launch_tensor(bmrt_, "net", &good, 1, &output, 2));
  EXPECT_FALSE(bmrt_launch_tensor(bmrt_, "net", nullptr, 1, &output, 1));
  EXPECT_FALSE(bmrt_launch_tensor(bmrt_, "nix", &good, 1, &output, 1));
  EXPECT_FALSE(bmrt_launch_tensor(nullptr, "net", &good, 1, &output, 1));
  output = good;
  output.device_mem.size = 100;
  EXPECT_FALSE(bmrt_launch_tensor_ex(bmrt_, "net", &good, 1, &output, 1, true, false)) << "too small an output";
  Free(good);
}

TEST_F(BmruntimeTest, HostBuffersAreLaunchedAndReturned) {
  ASSERT_TRUE(Load(ModelWithCommands("net", {kShape})));
  std::vector<float> ramp = Ramp(48);
  void* const inputs[] = {ramp.data()};
  const bm_shape_t shapes[] = {ToVendor(kShape)};
  void* outputs[] = {nullptr};
  bm_shape_t output_shapes[1] = {};
  ASSERT_TRUE(bmrt_launch_data(bmrt_, "net", inputs, shapes, 1, outputs, output_shapes, 1, false));
  const auto* values = static_cast<const float*>(outputs[0]);
  EXPECT_EQ(std::vector<float>(values, values + 48), Expected(kShape));
  EXPECT_EQ(output_shapes[0].dims[1], 3);
  std::free(outputs[0]);
  std::vector<float> own(48);
  outputs[0] = own.data();
  ASSERT_TRUE(bmrt_launch_data(bmrt_, "net", inputs, shapes, 1, outputs, output_shapes, 1, true));
  EXPECT_EQ(own, Expected(kShape));
  EXPECT_FALSE(bmrt_launch_data(bmrt_, "net", inputs, shapes, 2, outputs, output_shapes, 1, true));
}

TEST_F(BmruntimeTest, CoefficientsOfEqualBytesAreOnTheDeviceOnce) {
  ASSERT_TRUE(Load(ModelWithCommands("a", {kShape})));
  ASSERT_TRUE(Load(ModelWithCommands("b", {kShape})));
  bm_handle_t second_handle;
  ASSERT_EQ(bm_dev_request(&second_handle, 0), BM_SUCCESS);
  void* second = bmrt_create(second_handle);
  ASSERT_TRUE(Load(second, ModelWithCommands("c", {kShape})));
  const uint64_t address = runtime().Find("a")->stages[0].coefficients->address();
  EXPECT_EQ(runtime().Find("b")->stages[0].coefficients->address(), address);
  EXPECT_EQ(static_cast<Runtime*>(second)->Find("c")->stages[0].coefficients->address(), address);
  // The first runtime goes away, the coefficients stay for the second.
  bmrt_destroy(bmrt_);
  bmrt_ = second;
  EXPECT_EQ(LaunchRamp(second, "c", kShape), Expected(kShape));
  bmrt_destroy(second);
  bmrt_ = nullptr;
  bm_dev_free(second_handle);
}

TEST_F(BmruntimeTest, NetsOfOneSubnetShareNeuronMemoryUnlessToldOtherwise) {
  ASSERT_TRUE(Load(ModelWithCommands("a", {kShape})));
  ASSERT_TRUE(Load(ModelWithCommands("b", {kShape})));
  bmrt_set_flags(bmrt_, BM_RUNTIME_CHECK_MEM);
  EXPECT_EQ(bmrt_get_flags(bmrt_), static_cast<uint32_t>(BM_RUNTIME_CHECK_MEM));
  ASSERT_TRUE(Load(ModelWithCommands("c", {kShape})));
  const auto neurons = [&](const char* net) { return runtime().Find(net)->stages[0].neurons[0].address; };
  EXPECT_EQ(neurons("a"), neurons("b"));
  EXPECT_NE(neurons("a"), neurons("c"));
  for (const char* net : {"a", "b", "c"}) EXPECT_EQ(LaunchRamp(bmrt_, net, kShape), Expected(kShape));
}

TEST_F(BmruntimeTest, NeuronMemoryGrowsWhileOlderNetsKeepTheirs) {
  ASSERT_TRUE(Load(ModelWithCommands("small", {kShape})));
  SampleModel large = ModelWithCommands("large", {kShape});
  large.model.nets[0].stages[0].ctx_size = 1 << 20;
  ASSERT_TRUE(Load(large));
  for (const char* net : {"small", "large", "small"}) EXPECT_EQ(LaunchRamp(bmrt_, net, kShape), Expected(kShape));
}

TEST_F(BmruntimeTest, BulksAndASeparateIoRegionAreRelocatedOnTheirOwn) {
  SampleModel sample = ModelWithCommands("net", {kShape});
  bmodel::Stage& stage = sample.model.nets[0].stages[0];
  // Input in the first, output in the second bulk.
  stage.ctx_sizes = {32 * 1024, 32 * 1024};
  ASSERT_TRUE(Load(sample));
  EXPECT_EQ(LaunchRamp(bmrt_, "net", kShape), Expected(kShape));

  SampleModel apart = ModelWithCommands("apart", {kShape});
  apart.model.nets[0].address_mode = 1;
  bmodel::Stage& io_stage = apart.model.nets[0].stages[0];
  io_stage.io_address = io_stage.ctx_address;
  io_stage.io_size = io_stage.ctx_size;
  io_stage.ctx_address += io_stage.ctx_size;
  ASSERT_TRUE(Load(apart));
  EXPECT_EQ(bmrt_get_network_info(bmrt_, "apart")->addr_mode, 1);
  EXPECT_EQ(LaunchRamp(bmrt_, "apart", kShape), Expected(kShape));
}

// Word b of a 4N tensor holds batches 4b..4b+3.
std::vector<int8_t> To4N(const std::vector<int8_t>& plain, size_t batches) {
  const size_t rest = plain.size() / batches;
  std::vector<int8_t> packed((batches + 3) / 4 * 4 * rest);
  for (size_t n = 0; n < batches; ++n) {
    for (size_t i = 0; i < rest; ++i) packed[(n / 4 * rest + i) * 4 + n % 4] = plain[n * rest + i];
  }
  return packed;
}

std::vector<int8_t> Bytes(int64_t count) {
  std::vector<int8_t> bytes(static_cast<size_t>(count));
  std::iota(bytes.begin(), bytes.end(), int8_t{-20});
  return bytes;
}

TEST_F(BmruntimeTest, APlainTensorIsInterleavedForANetCompiledAs4N) {
  const Shape shape{4, 2, 3, 5};
  ASSERT_TRUE(Load(ModelThatCopies(shape, bmodel::StoreMode::k4N, bmodel::StoreMode::k1N)));
  const bm_tensor_t input = Upload(BM_INT8, shape, Bytes(shape.count()));
  bm_tensor_t output = {};
  ASSERT_TRUE(bmrt_launch_tensor(bmrt_, "copy", &input, 1, &output, 1));
  EXPECT_EQ(Download<int8_t>(output), To4N(Bytes(shape.count()), 4));
  Free(output);
  Free(input);
}

TEST_F(BmruntimeTest, ABatchThatIsNoMultipleOfFourSurvives4N) {
  const Shape shape{3, 2, 3, 5};
  ASSERT_TRUE(Load(ModelThatCopies(shape, bmodel::StoreMode::k4N, bmodel::StoreMode::k4N)));
  EXPECT_EQ(bmrt_get_network_info(bmrt_, "copy")->max_input_bytes[0], 4u * 30) << "rounded up to four batches";
  const bm_tensor_t input = Upload(BM_INT8, shape, Bytes(shape.count()));
  bm_tensor_t output = {};
  ASSERT_TRUE(bmrt_launch_tensor(bmrt_, "copy", &input, 1, &output, 1));
  EXPECT_EQ(Download<int8_t>(output), Bytes(shape.count()));
  Free(output);
  Free(input);
}

TEST_F(BmruntimeTest, TheCallersStoreModeIsKeptOnBothSides) {
  const Shape shape{4, 2, 3, 5};
  ASSERT_TRUE(Load(ModelThatCopies(shape, bmodel::StoreMode::k1N, bmodel::StoreMode::k1N)));
  bm_tensor_t input = Upload(BM_INT8, shape, To4N(Bytes(shape.count()), 4));
  input.st_mode = BM_STORE_4N;
  bm_tensor_t output = Allocate(BM_INT8, shape);
  ASSERT_TRUE(bmrt_launch_tensor_ex(bmrt_, "copy", &input, 1, &output, 1, true, false));
  EXPECT_EQ(Download<int8_t>(output), Bytes(shape.count()));
  output.st_mode = BM_STORE_4N;
  ASSERT_TRUE(bmrt_launch_tensor_ex(bmrt_, "copy", &input, 1, &output, 1, true, true));
  EXPECT_EQ(Download<int8_t>(output), To4N(Bytes(shape.count()), 4));
  Free(output);
  Free(input);
}

// What a failing load prints.
std::string Refusal(void* bmrt, const SampleModel& sample) {
  const std::vector<uint8_t> bytes = bmodel::SerializeModel(sample.model).value();
  ::testing::internal::CaptureStdout();
  EXPECT_FALSE(bmrt_load_bmodel_data(bmrt, bytes.data(), bytes.size()));
  return ::testing::internal::GetCapturedStdout();
}

TEST_F(BmruntimeTest, ModelsItCannotRunAreRefusedWithTheReason) {
  SampleModel sample = ModelWithCommands("net", {kShape});
  sample.model.chip = "BM1682";
  std::string text = Refusal(bmrt_, sample);
  EXPECT_NE(text.find("[BMRT][bmrt_load_bmodel_data:"), std::string::npos) << text;
  EXPECT_NE(text.find("WRONG:runtime arch[BM1684] is not the same with bmodel arch[BM1682]"), std::string::npos);

  sample = ModelWithCommands("net", {kShape});
  sample.model.nets[0].stages[0].is_dynamic = true;
  sample.model.nets[0].stages[0].subnets = {bmodel::SubNet()};
  EXPECT_NE(Refusal(bmrt_, sample).find("net net, stage 0: it is dynamic"), std::string::npos);

  sample = ModelWithCommands("net", {kShape});
  bmodel::SubNet cpu;
  cpu.mode = bmodel::SubNetMode::kCpu;
  sample.model.nets[0].stages[0].subnets = {cpu};
  EXPECT_NE(Refusal(bmrt_, sample).find("subnet 0 has mode 1; only static TPU subnets (mode 0) run"),
            std::string::npos);

  sample = ModelWithCommands("net", {kShape});
  sample.model.nets[0].stages[0].inputs[0].pad_h = 1 << 16 | 2;
  EXPECT_NE(Refusal(bmrt_, sample).find("tensor in is padded by 1 rows above and 2 below"), std::string::npos);

  sample = ModelWithCommands("net", {kShape});
  sample.model.nets[0].stages[0].outputs[0].data_type = bmodel::DataType::kBfloat16;
  EXPECT_NE(Refusal(bmrt_, sample).find("tensor out is of type bfloat16"), std::string::npos);
  EXPECT_EQ(bmrt_get_network_number(bmrt_), 0);
}

TEST_F(BmruntimeTest, NetsBeforeAFailingOneStayUsable) {
  SampleModel sample = ModelWithCommands("good", {kShape});
  bmodel::Net bad = sample.model.nets[0];
  bad.name = "bad";
  bad.stages[0].core_count = 2;
  sample.model.nets.push_back(bad);
  EXPECT_NE(Refusal(bmrt_, sample).find("net bad, stage 0: it is compiled for 2 cores"), std::string::npos);
  EXPECT_EQ(bmrt_get_network_number(bmrt_), 1);
  EXPECT_EQ(LaunchRamp(bmrt_, "good", kShape), Expected(kShape));
}

TEST_F(BmruntimeTest, FilesThatAreNotThereOrNotModelsAreRefused) {
  EXPECT_FALSE(bmrt_load_bmodel(bmrt_, "/nowhere.bmodel"));
  EXPECT_FALSE(bmrt_load_bmodel(bmrt_, ""));
  EXPECT_FALSE(bmrt_load_bmodel(bmrt_, nullptr));
  EXPECT_FALSE(bmrt_load_bmodel(nullptr, "x"));
  EXPECT_FALSE(bmrt_load_bmodel_data(bmrt_, "text", 4));
}

TEST_F(BmruntimeTest, SavesTheTensorsOfEveryLaunchWhenAsked) {
  ASSERT_TRUE(Load(ModelWithCommands("net", {kShape})));
  setenv("BMRT_SAVE_IO_TENSORS", "1", 1);
  LaunchRamp(bmrt_, "net", kShape);
  unsetenv("BMRT_SAVE_IO_TENSORS");
  const auto text = [](const std::vector<float>& values) {
    return std::string(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float));
  };
  EXPECT_EQ(ReadFile("input_ref_data.dat.bmrt").value(), text(Ramp(48)));
  EXPECT_EQ(ReadFile("output_ref_data.dat.bmrt").value(), text(Expected(kShape)));
}

void* CreateProfiled(bm_handle_t handle) {
  setenv("BMRUNTIME_ENABLE_PROFILE", "1", 1);
  void* bmrt = bmrt_create(handle);
  unsetenv("BMRUNTIME_ENABLE_PROFILE");
  return bmrt;
}

TEST_F(BmruntimeTest, WritesAProfileWhenAsked) {
  void* profiled = CreateProfiled(handle_);
  ASSERT_TRUE(Load(profiled, ModelWithCommands("net", {kShape})));
  EXPECT_EQ(LaunchRamp(profiled, "net", kShape), Expected(kShape));
  bmrt_destroy(profiled);
  ASSERT_OK_AND_ASSIGN(const std::string global, ReadFile("bmprofile_data0/global.profile"));
  EXPECT_NE(global.find("[bmprofile] net_name=net\n[bmprofile] tpu_freq=550\n"), std::string::npos) << global;
  EXPECT_NE(global.find("[bmprofile] core_list=0,\n"), std::string::npos) << global;
  EXPECT_NE(global.find("[bmprofile] mtype=1 addr="), std::string::npos) << global;
}

TEST_F(BmruntimeTest, EveryLaunchHasAProfileOfFourBlocks) {
  void* profiled = CreateProfiled(handle_);
  ASSERT_TRUE(Load(profiled, ModelWithCommands("net", {kShape})));
  LaunchRamp(profiled, "net", kShape);
  LaunchRamp(profiled, "net", kShape);
  const uint64_t bdc_address = static_cast<const Runtime*>(profiled)->Find("net")->stages[0].bdc.block.address();
  bmrt_destroy(profiled);
  for (const int iteration : {0, 1}) {
    ASSERT_OK_AND_ASSIGN(const std::string file, ReadFile(absl::StrCat("bmprofile_data0/iter", iteration, ".profile")));
    const std::vector<ProfileBlock> blocks = ReadBlocks(file);
    ASSERT_EQ(TypesOf(blocks), (std::vector<uint32_t>{1, 3, 4, 8}));
    ASSERT_EQ(blocks[0].bytes.size(), 36u);
    EXPECT_EQ(blocks[0].At<int32_t>(0), iteration);
    EXPECT_LE(blocks[0].At<uint64_t>(12), blocks[0].At<uint64_t>(20));
    // After 50 us two loads of 3 runs and 192 bytes, 150.7 TPU cycles each; an addition of 42; a store as the loads.
    ASSERT_EQ(blocks[1].bytes.size(), sizeof(isa::BdcRecord));
    const auto add = blocks[1].At<isa::BdcRecord>(0);
    EXPECT_EQ(add.start_cycles, 27802u);
    EXPECT_EQ(add.end_cycles, 27844u);
    EXPECT_EQ(add.load, 48u);
    EXPECT_EQ(add.read_bytes, 384u);
    EXPECT_EQ(add.written_bytes, 192u);
    ASSERT_EQ(blocks[2].bytes.size(), 3 * sizeof(isa::GdmaRecord));
    const auto store = blocks[2].At<isa::GdmaRecord>(2 * sizeof(isa::GdmaRecord));
    EXPECT_EQ(store.start_cycles, 29109u);
    EXPECT_EQ(store.id, 3u);
    EXPECT_EQ(store.local.read_bytes, 192u);
    EXPECT_EQ(store.ddr.written_bytes, 192u);
    ASSERT_EQ(blocks[3].bytes.size(), 4u * 8 + 4 + 8);
    EXPECT_EQ(blocks[3].At<uint64_t>(16), bdc_address);
    EXPECT_EQ(blocks[3].At<uint32_t>(32), 1u);
    EXPECT_EQ(blocks[3].At<uint32_t>(36), 3u);
    EXPECT_EQ(blocks[3].At<uint32_t>(40), 1u);
  }
}

TEST_F(BmruntimeTest, ProfilesKeepTheRecordsThatTheEnvironmentAllows) {
  const auto types = [&] {
    void* profiled = CreateProfiled(handle_);
    EXPECT_TRUE(Load(profiled, ModelWithCommands("net", {kShape})));
    LaunchRamp(profiled, "net", kShape);
    bmrt_destroy(profiled);
    return ReadBlocks(ReadFile("bmprofile_data0/iter0.profile").value_or(""));
  };
  setenv("BMRUNTIME_DISABLE_BDC_PERF", "1", 1);
  setenv("BMRUNTIME_GDMA_RECORD_SIZE", "2", 1);
  const std::vector<ProfileBlock> few = types();
  ASSERT_EQ(TypesOf(few), (std::vector<uint32_t>{1, 4, 8}));
  EXPECT_EQ(few[1].bytes.size(), 2 * sizeof(isa::GdmaRecord));
  setenv("BMRUNTIME_DISABLE_GDMA_PERF", "true", 1);
  EXPECT_EQ(TypesOf(types()), (std::vector<uint32_t>{1, 8}));
  unsetenv("BMRUNTIME_DISABLE_BDC_PERF");
  unsetenv("BMRUNTIME_DISABLE_GDMA_PERF");
  setenv("BMRUNTIME_GDMA_RECORD_SIZE", "0", 1);
  EXPECT_EQ(TypesOf(types()), (std::vector<uint32_t>{1, 3, 8}));
  unsetenv("BMRUNTIME_GDMA_RECORD_SIZE");
}

TEST_F(BmruntimeTest, ProfiledLaunchesOfTwoThreadsDoNotMix) {
  void* profiled = CreateProfiled(handle_);
  ASSERT_TRUE(Load(profiled, ModelWithCommands("net", {kShape})));
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&] {
      for (int k = 0; k < 5; ++k) EXPECT_EQ(LaunchRamp(profiled, "net", kShape), Expected(kShape));
    });
  }
  for (std::thread& thread : threads) thread.join();
  bmrt_destroy(profiled);
  for (int iteration = 0; iteration < 10; ++iteration) {
    ASSERT_OK_AND_ASSIGN(const std::string file, ReadFile(absl::StrCat("bmprofile_data0/iter", iteration, ".profile")));
    const std::vector<ProfileBlock> blocks = ReadBlocks(file);
    ASSERT_EQ(TypesOf(blocks), (std::vector<uint32_t>{1, 3, 4, 8}));
    ASSERT_EQ(blocks[1].bytes.size(), sizeof(isa::BdcRecord));
    EXPECT_EQ(blocks[1].At<isa::BdcRecord>(0).start_cycles, 27802u);
  }
}

TEST_F(BmruntimeTest, TraceFindsCoefficientsThatChanged) {
  ASSERT_TRUE(Load(ModelWithCommands("net", {kShape})));
  EXPECT_NE(runtime().Trace().find("Total 0 errors"), std::string::npos);
  uint32_t word = 0xDEADBEEF;
  const uint64_t address = runtime().Find("net")->stages[0].coefficients->address();
  ASSERT_EQ(bm_memcpy_s2d(handle_, bm_mem_from_device(address, 4), &word), BM_SUCCESS);
  const std::string report = runtime().Trace();
  EXPECT_NE(report.find(", Check:**FAILED**"), std::string::npos) << report;
  EXPECT_NE(report.find("Total 1 errors"), std::string::npos) << report;
}

TEST_F(BmruntimeTest, ListsNetsInTheVendorsFormat) {
  ASSERT_TRUE(Load(ModelWithCommands("net", {kShape})));
  const int threshold = bmrt_get_current_log_level();
  bmrt_set_current_log_level(0);
  ::testing::internal::CaptureStdout();
  bmrt_show_neuron_network(bmrt_);
  std::string text = ::testing::internal::GetCapturedStdout();
  bmrt_set_current_log_level(threshold);
  EXPECT_NE(text.find("INFO: NetName: net, Index=0, CoreNum=1\n"), std::string::npos) << text;
  EXPECT_NE(text.find("INFO:   Input 0) 'in' shape=[ 1 3 4 4 ] dtype=FLOAT32 scale=1 zero_point=0 device_id=0\n"),
            std::string::npos)
      << text;
  ::testing::internal::CaptureStdout();
  bmrt_print_network_info(bmrt_get_network_info(bmrt_, "net"));
  text = ::testing::internal::GetCapturedStdout();
  EXPECT_EQ(text,
            "net name: net\nis dynamic:0\ninput num:1\n"
            "input:[in], type:[0], scale:[1.000000], zero_point:[0]\noutput num:1\n"
            "output:[out], type:[0], scale:[1.000000], zero_point:[0]\nstage num:1\n"
            "-----------------stage[0]-------------------\n"
            "input[in], shape:[ 1 3 4 4 ]\noutput[out], shape:[ 1 3 4 4 ]\n");
}

TEST_F(BmruntimeTest, ShapesAndTensorsAreDescribedAsDocumented) {
  EXPECT_EQ(bmrt_data_type_size(BM_UINT16), 2u);
  EXPECT_EQ(bmrt_data_type_size(BM_INT4), 1u);
  bm_shape_t shape = {};
  const int dims[] = {2, 3, 4};
  bmrt_shape(&shape, dims, 3);
  EXPECT_EQ(bmrt_shape_count(&shape), 24u);
  bm_shape_t scalar = {};
  EXPECT_EQ(bmrt_shape_count(&scalar), 1u);
  EXPECT_TRUE(bmrt_shape_is_same(&shape, &shape));
  EXPECT_FALSE(bmrt_shape_is_same(&shape, &scalar));
  bm_tensor_t tensor = {};
  ASSERT_TRUE(bmrt_tensor(&tensor, bmrt_, BM_INT8, shape));
  EXPECT_EQ(tensor.device_mem.size, 24u);
  EXPECT_EQ(bmrt_tensor_device_size(&tensor), 24u);
  EXPECT_EQ(tensor.st_mode, BM_STORE_1N);
  Free(tensor);
  // A product that wraps around 64 bits, and a negative one, are larger than any memory.
  const bm_device_mem_t memory = bm_mem_from_device(0x140000000, 4096);
  for (const int extent : {65536, -2}) {
    const bm_shape_t wrong = {4, {extent, extent, extent, extent}};
    bm_tensor_t untouched = {};
    bmrt_tensor_with_device(&untouched, memory, BM_INT8, wrong);
    EXPECT_EQ(untouched.shape.num_dims, 0);
  }
  shape.dims[0] = 0;
  EXPECT_FALSE(bmrt_tensor(&tensor, bmrt_, BM_INT8, shape));
  EXPECT_FALSE(bmrt_tensor_ex(&tensor, bmrt_, 1, BM_INT8, scalar));
  EXPECT_EQ(bmrt_get_bm_handle(bmrt_), handle_);
  EXPECT_EQ(bmrt_create(nullptr), nullptr);
  bmrt_destroy(nullptr);
}

TEST_F(BmruntimeTest, ANetOfTheCppClassesComputes) {
  const std::vector<uint8_t> bytes =
      bmodel::SerializeModel(ModelWithCommands("net", {kShape, kWideShape}).model).value();
  bmruntime::Context context(handle_);
  ASSERT_EQ(context.load_bmodel(bytes.data(), bytes.size()), BM_SUCCESS);
  EXPECT_EQ(context.load_bmodel("/nowhere.bmodel"), BM_ERR_FAILURE);
  std::vector<const char*> names;
  context.get_network_names(&names);
  ASSERT_EQ(names.size(), 1u);
  EXPECT_EQ(context.handle(), handle_);
  {
    bmruntime::Network network(context, "net", 1);
    bmruntime::Tensor* input = network.Input("in");
    EXPECT_EQ(input->num_elements(), 210u);
    EXPECT_EQ(input->Reshape(ToVendor(kShape)), BM_ERR_NOFEATURE);
    EXPECT_EQ(input->CopyFrom(Ramp(210).data()), BM_SUCCESS);
    EXPECT_EQ(network.Forward(), BM_SUCCESS);
    std::vector<float> values(210);
    EXPECT_EQ(network.Output("out")->CopyTo(values.data()), BM_SUCCESS);
    EXPECT_EQ(values, Expected(kWideShape));
    EXPECT_EQ(network.Output("in"), nullptr);
  }
  {
    bmruntime::Network network(context, "net");
    bmruntime::Tensor* input = network.Inputs()[0];
    EXPECT_EQ(network.Forward(), BM_ERR_FAILURE) << "no Reshape yet";
    EXPECT_EQ(input->Reshape(ToVendor(Shape{4, 100, 100, 100})), BM_ERR_NOMEM);
    EXPECT_EQ(input->Reshape(bm_shape_t{1, {0}}), BM_ERR_PARAM);
    for (const Shape& shape : {kWideShape, kShape}) {
      ASSERT_EQ(input->Reshape(ToVendor(shape)), BM_SUCCESS);
      ASSERT_EQ(input->CopyFrom(Ramp(shape.count()).data()), BM_SUCCESS);
      ASSERT_EQ(network.Forward(), BM_SUCCESS);
      std::vector<float> values(static_cast<size_t>(shape.count()));
      ASSERT_EQ(network.Outputs()[0]->CopyTo(values.data(), values.size() * sizeof(float)), BM_SUCCESS);
      EXPECT_EQ(values, Expected(shape));
    }
    EXPECT_EQ(input->CopyFrom(Ramp(1).data(), 4, 1 << 20), BM_ERR_PARAM);
    EXPECT_EQ(input->set_device_mem(bm_mem_from_device(0x130000000, 4)), BM_ERR_PARAM);
  }
  EXPECT_THROW(bmruntime::Network(context, "nix"), std::runtime_error);
  EXPECT_THROW(bmruntime::Network(context, "net", 2), std::runtime_error);
  EXPECT_THROW(bmruntime::Context(9999), std::runtime_error);
}

TEST_F(BmruntimeTest, OneRuntimeServesFourThreads) {
  ASSERT_TRUE(Load(ModelWithCommands("net", {kShape, kWideShape})));
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([this, t] {
      const Shape& shape = t % 2 == 0 ? kShape : kWideShape;
      for (int i = 0; i < 10; ++i) EXPECT_EQ(LaunchRamp(bmrt_, "net", shape), Expected(shape));
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST_F(BmruntimeTest, ThreadsLoadAndLaunchAtTheSameTime) {
  ASSERT_TRUE(Load(ModelWithCommands("net", {kShape})));
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([this, t] {
      const std::string name = "net" + std::to_string(t);
      EXPECT_TRUE(Load(ModelWithCommands(name, {kWideShape})));
      EXPECT_EQ(LaunchRamp(bmrt_, name.c_str(), kWideShape), Expected(kWideShape));
      EXPECT_EQ(LaunchRamp(bmrt_, "net", kShape), Expected(kShape));
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(bmrt_get_network_number(bmrt_), 5);
}

TEST_F(BmruntimeTest, TwoHandlesOnTwoThreadsGiveTheBytesOfOne) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 2; ++t) {
    threads.emplace_back([] {
      bm_handle_t handle;
      ASSERT_EQ(bm_dev_request(&handle, 0), BM_SUCCESS);
      void* bmrt = bmrt_create(handle);
      ASSERT_TRUE(Load(bmrt, ModelWithCommands("net", {kShape})));
      for (int i = 0; i < 10; ++i) {
        std::vector<float> ramp = Ramp(48);
        std::vector<float> values(48);
        void* const inputs[] = {ramp.data()};
        void* outputs[] = {values.data()};
        const bm_shape_t shape = ToVendor(kShape);
        bm_shape_t output_shape;
        EXPECT_TRUE(bmrt_launch_data(bmrt, "net", inputs, &shape, 1, outputs, &output_shape, 1, true));
        EXPECT_EQ(values, Expected(kShape));
      }
      bmrt_destroy(bmrt);
      bm_dev_free(handle);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST_F(BmruntimeTest, ANetworkOfTheVendorsCompilerGivesTheVendorsBytes) {
  const char* data = std::getenv("BM_TEST_DATA");
  if (data == nullptr) {
    std::cout << "skipped: BM_TEST_DATA is not set" << std::endl;
    GTEST_SKIP();
  }
  const std::string path = std::string(data) + "/bmodel/face-320-fp32-b1";
  std::ifstream stream(path + ".json");
  const nlohmann::json description = nlohmann::json::parse(stream);
  ASSERT_TRUE(bmrt_load_bmodel(bmrt_, (path + ".bmodel").c_str()));
  const char** names = nullptr;
  bmrt_get_network_names(bmrt_, &names);
  const bm_net_info_t* info = bmrt_get_network_info(bmrt_, names[0]);
  std::free(names);
  bmrt_print_network_info(info);
  const Shape shape{1, 3, 320, 320};
  std::vector<float> values(static_cast<size_t>(shape.count()));
  for (size_t i = 0; i < values.size(); ++i) {
    values[i] = static_cast<float>(static_cast<uint32_t>(i * uint64_t{2654435761}) >> 24);
  }
  const bm_tensor_t input = Upload(BM_FLOAT32, shape, values);
  std::vector<bm_tensor_t> outputs(static_cast<size_t>(info->output_num));
  ASSERT_TRUE(bmrt_launch_tensor(bmrt_, info->name, &input, 1, outputs.data(), info->output_num));
  ASSERT_EQ(description["outputs"].size(), outputs.size());
  for (size_t i = 0; i < outputs.size(); ++i) {
    const Sha256Digest digest = Sha256(Download<uint8_t>(outputs[i]));
    const std::string text(reinterpret_cast<const char*>(digest.data()), digest.size());
    for (const nlohmann::json& expected : description["outputs"]) {
      if (expected["name"] != info->output_names[i]) continue;
      EXPECT_EQ(absl::BytesToHexString(text), expected["sha256"]) << expected["name"];
    }
    Free(outputs[i]);
  }
  Free(input);
}

}  // namespace
}  // namespace bm::runtime
