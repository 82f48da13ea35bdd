// A fixture for the tensor operators, run once with arguments in system memory and once in device memory.
//
//   TEST_P(SortTest, Ascends) {
//     Array<float> keys(*this, {3, 1, 2});
//     Array<float> sorted(*this, 3);
//     ASSERT_EQ(bmcv_sort(handle_, ..., keys.mem(), ..., sorted.mem(), ...), BM_SUCCESS);
//     EXPECT_EQ(sorted.Read(), std::vector<float>({1, 2, 3}));
//   }
//   INSTANTIATE_WITH_BOTH_MEMORIES(SortTest);
#ifndef BMCV_TESTING_TENSOR_TEST_H_
#define BMCV_TESTING_TENSOR_TEST_H_

#include <algorithm>
#include <cstring>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "bmlib_runtime.h"
#include "gtest/gtest.h"

namespace bm::cv {

enum class Memory { kSystem, kDevice };

class TensorTest : public ::testing::TestWithParam<Memory> {
 protected:
  void SetUp() override {
    bmlib_log_set_level(BMLIB_LOG_QUIET);
    ASSERT_EQ(bm_dev_request(&handle_, 0), BM_SUCCESS);
  }
  void TearDown() override { bm_dev_free(handle_); }

  // Elements that an operator reads or writes; what it writes starts as 0xCD bytes.
  template <typename T>
  class Array {
   public:
    Array(const TensorTest& test, std::vector<T> values) : handle_(test.handle_), host_(std::move(values)) {
      if (GetParam() == Memory::kSystem) {
        mem_ = bm_mem_from_system(host_.data());
        return;
      }
      EXPECT_EQ(bm_malloc_device_byte(handle_, &mem_, static_cast<unsigned>(host_.size() * sizeof(T))), BM_SUCCESS);
      EXPECT_EQ(bm_memcpy_s2d(handle_, mem_, host_.data()), BM_SUCCESS);
    }
    Array(const TensorTest& test, size_t count) : Array(test, Unwritten(count)) {}
    Array(const Array&) = delete;
    Array& operator=(const Array&) = delete;
    ~Array() {
      if (GetParam() == Memory::kDevice) bm_free_device(handle_, mem_);
    }

    bm_device_mem_t mem() const { return mem_; }

    const std::vector<T>& Read() {
      if (GetParam() == Memory::kDevice) {
        EXPECT_EQ(bm_memcpy_d2s(handle_, host_.data(), mem_), BM_SUCCESS);
      }
      return host_;
    }

    static std::vector<T> Unwritten(size_t count) {
      std::vector<T> values(count);
      std::memset(static_cast<void*>(values.data()), 0xCD, count * sizeof(T));
      return values;
    }

   private:
    bm_handle_t handle_;
    std::vector<T> host_;
    bm_device_mem_t mem_;
  };

  std::vector<float> RandomFloats(size_t count, float low, float high) {
    std::uniform_real_distribution<float> distribution(low, high);
    std::vector<float> values(count);
    std::generate(values.begin(), values.end(), [&] { return distribution(random_); });
    return values;
  }

  template <typename T>
  std::vector<T> RandomIntegers(size_t count, int low, int high) {
    std::uniform_int_distribution<int> distribution(low, high);
    std::vector<T> values(count);
    std::generate(values.begin(), values.end(), [&] { return static_cast<T>(distribution(random_)); });
    return values;
  }

  std::mt19937 random_{1684};
  bm_handle_t handle_ = nullptr;
};

}  // namespace bm::cv

#define INSTANTIATE_WITH_BOTH_MEMORIES(TEST_NAME)                                                                   \
  INSTANTIATE_TEST_SUITE_P(, TEST_NAME, ::testing::Values(Memory::kSystem, Memory::kDevice), [](const auto& info) { \
    return std::string(info.param == Memory::kSystem ? "System" : "Device");                                        \
  })

#endif  // BMCV_TESTING_TENSOR_TEST_H_
