// The older interface: nets by position or name, launches on arrays of device memory, memory through the runtime, and
// the messages of a launch.
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "bmlib/src/bmlib_internal.h"
#include "bmodel/testing/sample_models.h"
#include "bmodel/writer.h"
#include "bmruntime_cpp.h"
#include "bmruntime_legacy.h"
#include "gtest/gtest.h"

namespace {

using bm::Shape;
using bm::testing::SampleModel;

constexpr unsigned kCount = 210, kBytes = kCount * 4;
const Shape kShape{2, 5, 3, 7};

std::vector<float> Ramp() {
  std::vector<float> values(kCount);
  for (unsigned i = 0; i < kCount; ++i) values[i] = 0.25f * static_cast<float>(i) + 1.0f;
  return values;
}

// What the net of ModelWithCommands answers to Ramp.
std::vector<float> Expected() {
  std::vector<float> values = Ramp();
  const std::vector<float> weights = bm::testing::SampleWeights(kCount / 2);
  for (unsigned i = 0; i < kCount; ++i) values[i] += weights[i % weights.size()];
  return values;
}

class LegacyTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(bm_dev_request(&handle_, 0), BM_SUCCESS);
    bmrt_ = create_bmruntime(handle_, "BM1684");
    ASSERT_NE(bmrt_, nullptr);
    Load(bm::testing::ModelWithCommands("net", {kShape}));
    ASSERT_EQ(bmrt_malloc_neuron_device(bmrt_, &input_, 2, 5, 3, 7), BM_SUCCESS);
    ASSERT_EQ(bmrt_malloc_device_byte(bmrt_, &output_, kBytes), BM_SUCCESS);
    std::vector<float> ramp = Ramp();
    ASSERT_EQ(bmrt_memcpy_s2d(bmrt_, input_, ramp.data()), BM_SUCCESS);
  }
  void TearDown() override {
    bmrt_free_device(bmrt_, input_);
    bmrt_free_device(bmrt_, output_);
    destroy_bmruntime(bmrt_);
    bm_dev_free(handle_);
  }
  void Load(const SampleModel& sample) {
    const std::vector<uint8_t> bytes = bm::bmodel::SerializeModel(sample.model).value();
    ASSERT_TRUE(bmrt_load_bmodel_data(bmrt_, bytes.data(), bytes.size()));
  }
  // The output of the launch before, which is then overwritten.
  std::vector<float> TakeOutput() {
    EXPECT_EQ(bmrt_thread_sync(bmrt_), BM_SUCCESS);
    std::vector<float> values(kCount);
    EXPECT_EQ(bmrt_memcpy_d2s(bmrt_, values.data(), output_), BM_SUCCESS);
    EXPECT_EQ(bm_memset_device(handle_, 0, output_), BM_SUCCESS);
    return values;
  }
  bm_tensor_t TensorOf(const bm_device_mem_t& mem) {
    bm_tensor_t tensor = {};
    tensor.dtype = BM_FLOAT32;
    tensor.shape = {4, {2, 5, 3, 7}};
    tensor.device_mem = mem;
    return tensor;
  }

  bm_handle_t handle_ = nullptr;
  void* bmrt_ = nullptr;
  bm_device_mem_t input_, output_;
};

TEST_F(LegacyTest, NetsAreDescribedByNameOrPosition) {
  int count = 0;
  const char** names = nullptr;
  ASSERT_TRUE(bmrt_get_output_tensor(bmrt_, 0, nullptr, &count, &names));
  EXPECT_EQ(count, 1);
  EXPECT_STREQ(names[0], "out");
  std::free(names);
  EXPECT_FALSE(bmrt_get_input_tensor(bmrt_, 1, "", &count, &names));
  int n = 0, c = 0, h = 0, w = 0;
  bmrt_get_input_blob_max_nhw(bmrt_, "in", 7, "net", &n, &c, &h, &w);
  EXPECT_EQ(n * 1000 + c * 100 + h * 10 + w, 2537);
  n = c = h = w = 0;
  bmrt_get_output_blob_max_nhw(bmrt_, "out", 0, "", &n, &c, &h, &w);
  EXPECT_EQ(n * 1000 + c * 100 + h * 10 + w, 2537);
  int extents[8];
  EXPECT_EQ(bmrt_get_output_blob_max_shape(bmrt_, "out", 0, "net", extents), 4);
  EXPECT_EQ(extents[1], 5);
  EXPECT_EQ(bmrt_get_input_blob_max_shape(bmrt_, "in", 0, "net", extents), 4);
  EXPECT_EQ(extents[3], 7);
  EXPECT_EQ(bmrt_get_input_blob_max_shape(bmrt_, "nix", 0, "net", extents), -1);
  EXPECT_EQ(bmrt_get_input_data_type(bmrt_, "in", 0, "net"), BM_FLOAT32);
  EXPECT_EQ(bmrt_get_output_data_type(bmrt_, "out", 0, "net"), BM_FLOAT32);
  EXPECT_EQ(bmrt_get_input_gmem_stmode(bmrt_, "in", 0, "net"), BM_STORE_1N);
  EXPECT_EQ(bmrt_get_output_gmem_stmode(bmrt_, "nix", 0, "net"), -1);
  EXPECT_FALSE(bmrt_can_batch_size_change(bmrt_, 0, "net"));
  EXPECT_FALSE(bmrt_can_height_and_width_change(bmrt_, 0, "net"));
  EXPECT_EQ(create_bmruntime(handle_, "BM1682"), nullptr);
  EXPECT_FALSE(bmrt_load_context(bmrt_, "/nowhere"));
  int devices = 0;
  EXPECT_EQ(bmrt_dev_getcount(bmrt_, &devices), BM_SUCCESS);
  EXPECT_GE(devices, 1);
  unsigned long micros = 1;
  bmrt_get_last_api_process_time_us(bmrt_, &micros);
  EXPECT_EQ(micros, 0u);
}

TEST_F(LegacyTest, MemoryIsCopiedThroughTheRuntime) {
  float values[] = {1, 2, 3, 4};
  EXPECT_EQ(bmrt_memcpy_s2d_withsize(bmrt_, output_, values, 16), BM_SUCCESS);
  EXPECT_EQ(bmrt_memcpy_s2d_withsize_offset(bmrt_, output_, values + 3, 4, 4), BM_SUCCESS);
  float back[3] = {};
  EXPECT_EQ(bmrt_memcpy_d2s_withsize(bmrt_, back, output_, 8), BM_SUCCESS);
  EXPECT_EQ(bmrt_memcpy_d2s_withsize_offset(bmrt_, back + 2, output_, 4, 8), BM_SUCCESS);
  EXPECT_EQ(back[0] * 100 + back[1] * 10 + back[2], 143);
  EXPECT_EQ(bmrt_memcpy_d2s_withsize(bmrt_, back, output_, kBytes + 4), BM_ERR_PARAM);
  EXPECT_EQ(bmrt_memcpy_s2d(nullptr, output_, values), BM_ERR_DEVNOTREADY);
}

TEST_F(LegacyTest, EveryFormOfTheLaunchComputesTheNet) {
  bm_shape_t shape = {};
  ASSERT_TRUE(bmrt_launch(bmrt_, 0, nullptr, &input_, 1, &output_, 1, &shape));
  EXPECT_EQ(TakeOutput(), Expected());
  EXPECT_EQ(shape.num_dims, 4);
  EXPECT_EQ(shape.dims[1], 5);
  ASSERT_TRUE(bmrt_launch_nhw(bmrt_, 9, "net", &input_, 1, &output_, 1, 2, 3, 7, nullptr));
  EXPECT_EQ(TakeOutput(), Expected());
  int mode = BM_STORE_1N, height = 3, width = 7;
  ASSERT_TRUE(bmrt_launch_nhw_stmode(bmrt_, 0, "", &input_, 1, &output_, 1, 2, 3, 7, &mode, &mode, &shape));
  EXPECT_EQ(TakeOutput(), Expected());
  ASSERT_TRUE(bmrt_launch_nhw_stmode_multi_input(bmrt_, 0, "net", &input_, 1, &output_, 1, 2, &height, &width, &mode,
                                                 &mode, &shape));
  EXPECT_EQ(TakeOutput(), Expected());
  const int rank = 4, extents[] = {2, 5, 3, 7};
  ASSERT_TRUE(bmrt_launch_shape(bmrt_, 0, "net", &input_, 1, &rank, extents, &output_, 1, &shape));
  EXPECT_EQ(TakeOutput(), Expected());
  ASSERT_TRUE(bmrt_launch_shape_stmode(bmrt_, 0, "net", &input_, 1, &rank, extents, &output_, 1, &mode, &mode, &shape));
  EXPECT_EQ(TakeOutput(), Expected());
}

TEST_F(LegacyTest, StoreModesAreThoseOfTheCaller) {
  const Shape shape{4, 2, 3, 5};
  Load(bm::testing::ModelThatCopies(shape, bm::bmodel::StoreMode::k1N, bm::bmodel::StoreMode::k1N));
  std::vector<char> bytes(120);
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i);
  ASSERT_EQ(bmrt_memcpy_s2d_withsize(bmrt_, input_, bytes.data(), 120), BM_SUCCESS);
  int in_mode = BM_STORE_1N, out_mode = BM_STORE_4N;
  ASSERT_TRUE(bmrt_launch_nhw_stmode(bmrt_, 1, "", &input_, 1, &output_, 1, 4, 3, 5, &in_mode, &out_mode, nullptr));
  ASSERT_EQ(bmrt_thread_sync(bmrt_), BM_SUCCESS);
  std::vector<char> words(120);
  ASSERT_EQ(bmrt_memcpy_d2s_withsize(bmrt_, words.data(), output_, 120), BM_SUCCESS);
  EXPECT_EQ(words[0], bytes[0]);
  EXPECT_EQ(words[1], bytes[30]);  // the first element of the second batch
  EXPECT_EQ(words[4], bytes[1]);
}

TEST_F(LegacyTest, WhatDoesNotFitIsRefused) {
  bm_shape_t shape = {};
  const int rank = 4, wrong_rank = 9, extents[] = {2, 5, 3, 8};
  EXPECT_FALSE(bmrt_launch(nullptr, 0, "net", &input_, 1, &output_, 1, &shape));
  EXPECT_FALSE(bmrt_launch(bmrt_, 0, "nix", &input_, 1, &output_, 1, &shape));
  EXPECT_FALSE(bmrt_launch(bmrt_, 1, nullptr, &input_, 1, &output_, 1, &shape));
  EXPECT_FALSE(bmrt_launch(bmrt_, 0, "net", &input_, 2, &output_, 1, &shape));
  EXPECT_FALSE(bmrt_launch(bmrt_, 0, "net", nullptr, 1, &output_, 1, &shape));
  EXPECT_FALSE(bmrt_launch(bmrt_, 0, "net", &input_, 1, nullptr, 1, &shape));
  EXPECT_FALSE(bmrt_launch_nhw(bmrt_, 0, "net", &input_, 1, &output_, 1, 3, 3, 7, &shape));
  EXPECT_FALSE(bmrt_launch_shape(bmrt_, 0, "net", &input_, 1, &rank, extents, &output_, 1, &shape));
  EXPECT_FALSE(bmrt_launch_shape(bmrt_, 0, "net", &input_, 1, &wrong_rank, extents, &output_, 1, &shape));
  EXPECT_FALSE(bmrt_launch_shape(bmrt_, 0, "net", &input_, 1, nullptr, extents, &output_, 1, &shape));
  EXPECT_FALSE(bmrt_launch_nhw_stmode_multi_input(bmrt_, 0, "net", &input_, 1, &output_, 1, 2, nullptr, nullptr,
                                                  nullptr, nullptr, &shape));
  const bm_device_mem_t small = bm_mem_from_device(bm_mem_get_device_addr(output_), kBytes - 4);
  EXPECT_FALSE(bmrt_launch(bmrt_, 0, "net", &input_, 1, &small, 1, &shape));
  int mode = 2;
  EXPECT_FALSE(bmrt_launch_nhw_stmode(bmrt_, 0, "net", &input_, 1, &output_, 1, 2, 3, 7, &mode, nullptr, &shape));
  ::testing::internal::CaptureStdout();
  EXPECT_FALSE(bmrt_launch_cpu_data(bmrt_, 0, "net", nullptr, 1, nullptr, 1, nullptr, nullptr));
  EXPECT_NE(::testing::internal::GetCapturedStdout().find("bmrt_launch_cpu_data is not built"), std::string::npos);
  EXPECT_EQ(shape.num_dims, 0);
}

TEST_F(LegacyTest, TheMessagesOfALaunchCanBeSentByTheCaller) {
  const bm_tensor_t input = TensorOf(input_);
  bm_tensor_t output = TensorOf(output_);
  api_info_c* info = get_bmodel_api_info_c(bmrt_, "net", &input, 1, &output, 1, true, false, nullptr);
  ASSERT_NE(info, nullptr);
  ASSERT_EQ(info->api_id_size, 1u);
  ASSERT_EQ(info->api_data_size, 1u);
  ASSERT_EQ(info->input_addr_offset_number, 1u);
  ASSERT_EQ(info->output_addr_offset_number, 1u);
  const auto send = [&] {
    return bm_send_api(handle_, static_cast<int>(info->api_id[0]), info->api_data[0],
                       static_cast<unsigned>(info->api_data_subsize[0]));
  };
  ASSERT_EQ(send(), BM_SUCCESS);
  EXPECT_EQ(TakeOutput(), Expected());
  // The same message for other memory.
  bm_device_mem_t other;
  ASSERT_EQ(bmrt_malloc_device_byte(bmrt_, &other, kBytes), BM_SUCCESS);
  unsigned long long address = 0;
  std::memcpy(&address, info->api_data[0] + info->output_addr_offset[0], sizeof(address));
  EXPECT_EQ(address, bm_mem_get_device_addr(output_));
  std::memcpy(&address, info->api_data[0] + info->input_addr_offset[0], sizeof(address));
  EXPECT_EQ(address, bm_mem_get_device_addr(input_));
  address = bm_mem_get_device_addr(other);
  std::memcpy(info->api_data[0] + info->output_addr_offset[0], &address, sizeof(address));
  ASSERT_EQ(send(), BM_SUCCESS);
  EXPECT_EQ(TakeOutput(), std::vector<float>(kCount));
  std::vector<float> values(kCount);
  ASSERT_EQ(bmrt_memcpy_d2s(bmrt_, values.data(), other), BM_SUCCESS);
  EXPECT_EQ(values, Expected());
  bmrt_free_device(bmrt_, other);
  bmrt_free_api_info(info);
  bmrt_free_api_info(nullptr);
}

TEST_F(LegacyTest, MessagesHaveOutputsOfTheRuntimeToo) {
  const bm_tensor_t input = TensorOf(input_);
  bm_tensor_t output = {};
  const bmruntime::api_info_t info =
      bmruntime::get_bmodel_api_info(bmrt_, "net", &input, 1, &output, 1, false, false, nullptr);
  ASSERT_EQ(info.api_id.size(), 1u);
  ASSERT_EQ(output.device_mem.size, kBytes);
  ASSERT_EQ(bm_send_api(handle_, static_cast<int>(info.api_id[0]), info.api_data[0].data(),
                        static_cast<unsigned>(info.api_data[0].size())),
            BM_SUCCESS);
  ASSERT_EQ(bm_thread_sync(handle_), BM_SUCCESS);
  std::vector<float> values(kCount);
  ASSERT_EQ(bm_memcpy_d2s(handle_, values.data(), output.device_mem), BM_SUCCESS);
  EXPECT_EQ(values, Expected());
  bm_free_device(handle_, output.device_mem);
  EXPECT_TRUE(bmruntime::get_bmodel_api_info(bmrt_, "nix", &input, 1, &output, 1, true, false, nullptr).api_id.empty());
  EXPECT_TRUE(
      bmruntime::get_bmodel_api_info(nullptr, "net", &input, 1, &output, 1, true, false, nullptr).api_id.empty());
  EXPECT_EQ(get_bmodel_api_info_c(bmrt_, "net", nullptr, 1, &output, 1, true, false, nullptr), nullptr);
}

}  // namespace
