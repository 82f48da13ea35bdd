// Handles, statuses, tensors and base64.
#include "tensor.h"

#include <cmath>
#include <fstream>
#include <random>
#include <sstream>

#include "base64.h"
#include "gtest/gtest.h"
#include "inireader.hpp"

namespace sail {
namespace {

using ::testing::TempDir;

// The text of the exception of type E that `body` throws; fails without one.
template <typename E, typename Body>
std::string TextOf(Body body) {
  try {
    body();
  } catch (const E& error) {
    return error.what();
  }
  ADD_FAILURE() << "nothing was thrown";
  return "";
}

std::vector<float> Floats(Tensor& tensor) {
  const float* data = static_cast<const float*>(tensor.sys_data());
  return std::vector<float>(data, data + tensor.size());
}

uint64_t UsedBytes(Handle& handle) {
  uint64_t used = 0;
  for (unsigned heap = 0; heap < 3; ++heap) {
    bm_heap_stat_byte_t stat = {};
    if (bm_get_gmem_heap_stat_byte_by_id(handle.data(), &stat, heap) == BM_SUCCESS) used += stat.mem_used;
  }
  return used;
}

TEST(Status, ChoosesTheExceptionByTheThousand) {
  EXPECT_NO_THROW(check_return_status(SAIL_SUCCESS));
  EXPECT_THROW(check_return_status(SAIL_ERR_DEV_INIT), SailDeviceError);
  EXPECT_THROW(check_return_status(SAIL_ERR_TENSOR_SHAPE), SailTensorError);
  EXPECT_THROW(check_return_status(SAIL_ERR_ENGINE_INFER), SailEngineError);
  EXPECT_THROW(check_return_status(SAIL_ERR_BMI_BMCV), SailBMImageError);
  EXPECT_THROW(check_return_status(SAIL_ERR_DEC_EOF), SailDecoderError);
  EXPECT_THROW(check_return_status(SAIL_ERR_ENC_EOF), SailEncoderError);
  EXPECT_THROW(check_return_status(SAIL_ERR_RUNTIME_BASIC), SailRuntimeError);
  EXPECT_THROW(SAIL_CHECK_RET(-5), SailUnknownError);
  EXPECT_EQ(ret_to_string(3010), "SAIL_ERR_ENGINE_INFER");
  EXPECT_EQ(ret_to_string(12), "SAIL_ERR_TENSOR_INNER");
  EXPECT_EQ(ret_to_string(77), "SAIL_ERR_UNKNOWN");
  EXPECT_EQ(sail_status_to_exception_type(6006), 6);
}

TEST(Machine, Tells) {
  EXPECT_EQ(get_available_tpu_num(), 1);
  EXPECT_GT(get_current_time_us(), 1e15);
  EXPECT_EQ(get_vpu_util(0).size(), 5u);
  EXPECT_EQ(get_vpp_util(0).size(), 2u);
  EXPECT_EQ(get_dev_stat(0).size(), 3u);
  EXPECT_GT(get_dev_stat(0)[0], get_dev_stat(0)[1]);
  EXPECT_GT(get_chip_temp(0), 0);
  EXPECT_GT(get_board_temp(0), 0);
  EXPECT_THROW(get_tpu_util(7), SailDeviceError);
  EXPECT_FALSE(get_print_flag());
  set_print_flag(true);
  EXPECT_TRUE(get_print_flag());
  set_print_flag(false);
  EXPECT_FALSE(get_print_flag());
  EXPECT_EQ(set_loglevel(LogLevel::WARN), 0);
  EXPECT_EQ(set_loglevel(static_cast<LogLevel>(9)), -1);
  char version[64];
  get_sail_version(version);
  EXPECT_EQ(std::count(version, version + strlen(version), '.'), 2);
}

TEST(HandleTest, IsSharedByItsCopies) {
  Handle empty;
  EXPECT_EQ(empty.data(), nullptr);
  EXPECT_EQ(empty.get_device_id(), -1);
  EXPECT_EQ(empty.get_sn(), "Error");
  EXPECT_THROW(empty.get_target(), SailDeviceError);
  EXPECT_EQ(empty.shaptr(), nullptr);
  auto copy = Handle(0);
  std::shared_ptr<bm_handle_t> shared;
  {
    const Handle inner(0);
    copy = inner;
    shared = copy.shaptr();
  }
  EXPECT_EQ(copy.get_device_id(), 0);
  EXPECT_EQ(copy.get_target(), "BM1684");
  EXPECT_EQ(*shared, copy.data());
  Handle borrowed(copy.data());
  EXPECT_EQ(borrowed.data(), copy.data());
  EXPECT_EQ(borrowed.get_device_id(), 0);
  const std::string text = TextOf<SailDeviceError>([] { Handle(5); });
  EXPECT_NE(text.find("Invalid tpu id: 5; there are 1"), std::string::npos) << text;
}

TEST(TensorTest, AllocatesWhatItOwns) {
  Handle handle(0);
  const uint64_t used = UsedBytes(handle);
  {
    Tensor host({2, 3});
    EXPECT_EQ(host.nbytes(), 24);
    EXPECT_TRUE(host.own_sys_data());
    EXPECT_EQ(Floats(host), std::vector<float>(6, 0.0f));
    Tensor none(handle, {2, 3});
    EXPECT_EQ(none.sys_data(), nullptr);
    EXPECT_EQ(none.dev_data().size, 0u);
    Tensor invalid(handle, {2, 0}, BM_INT8, true, true);
    EXPECT_FALSE(invalid.is_sys_data_valid() || invalid.is_dev_data_valid());
    Tensor both(handle, {2, 3}, BM_INT8, true, true);
    EXPECT_EQ(both.size(), 6);
    EXPECT_EQ(both.element_size(), 1);
    EXPECT_EQ(both.dev_data().size, 6u);
    EXPECT_EQ(UsedBytes(handle) > used, true);
    EXPECT_THROW(Tensor(handle, {1 << 20, 1 << 20}, BM_FLOAT32, true, true), SailTensorError);
    EXPECT_THROW(Tensor(Handle(), {1}, BM_FLOAT32, false, true), SailTensorError);
    EXPECT_THROW(Tensor(handle, {1}, static_cast<bm_data_type_t>(15), true), SailTensorError);
  }
  EXPECT_EQ(UsedBytes(handle), used);
}

TEST(TensorTest, CopiesAndMoves) {
  Handle handle(0);
  Tensor source(handle, {4}, BM_FLOAT32, true, true);
  source.memory_set(2.5f);
  Tensor copy(source);
  source.memory_set(1.0f);
  copy.memory_set(0);  // host and device
  source.sync_to(&copy);
  copy.sync_d2s();
  EXPECT_EQ(Floats(copy), std::vector<float>(4, 1.0f));
  void* const data = copy.sys_data();
  Tensor moved(std::move(copy));
  EXPECT_EQ(moved.sys_data(), data);
  EXPECT_EQ(copy.sys_data(), nullptr);  // NOLINT: a moved tensor is empty, not broken
  copy = moved;
  EXPECT_NE(copy.sys_data(), moved.sys_data());
  EXPECT_EQ(Floats(copy), Floats(moved));
  Tensor host(std::vector<int>{2});
  const Tensor handleless(host);
  EXPECT_EQ(handleless.nbytes(), 8);
}

TEST(TensorTest, ResetsAndBorrows) {
  Handle handle(0);
  Tensor owner(handle, {2, 3}, BM_FLOAT32, true, true);
  const void* const before = owner.sys_data();
  owner.reset({3, 2}, BM_INT32);
  EXPECT_EQ(owner.sys_data(), before);
  owner.reshape({5});
  EXPECT_EQ(owner.nbytes(), 20);
  EXPECT_EQ(owner.dev_data().size, 20u);
  const std::string text = TextOf<SailTensorError>([&] { owner.reshape({4, -1}); });
  EXPECT_NE(text.find("SAIL_ERR_TENSOR_SHAPE: the shape [4, -1]"), std::string::npos) << text;
  EXPECT_EQ(owner.shape(), std::vector<int>({5}));

  std::vector<int> two{2};
  float values[2] = {3.5f, -1.0f};
  Tensor slot(handle, {1});
  slot.reset_sys_data(values, two);
  EXPECT_EQ(slot.sys_data(), values);
  EXPECT_FALSE(slot.own_sys_data());
  EXPECT_THROW(slot.reset({3}, BM_FLOAT32), SailTensorError) << "past the memory that it borrows";
  Tensor own(std::vector<int>{1});
  own.reset_sys_data(values, two);
  EXPECT_NE(own.sys_data(), values);
  EXPECT_EQ(Floats(own), std::vector<float>({3.5f, -1.0f}));
  Tensor device(handle, {2}, BM_FLOAT32, false, true);
  EXPECT_THROW(device.reset_sys_data(values, two), SailTensorError);

  slot.reset_dev_data(device.dev_data());  // zeros, read into the borrowed host memory
  EXPECT_EQ(values[0], 0.0f);
  EXPECT_THROW(slot.reset_dev_data(bm_mem_from_device(0, 1)), SailTensorError);
  Tensor adopted(handle, {2}, BM_FLOAT32, device.dev_data());
  EXPECT_FALSE(adopted.own_dev_data());
  EXPECT_THROW(Tensor(handle, {3}, BM_FLOAT32, device.dev_data()), SailTensorError);
}

TEST(TensorTest, SynchronisesParts) {
  Handle handle(0), other(0);
  Tensor a(handle, {6}, BM_FLOAT32, true, true), b(other, {6}, BM_FLOAT32, true, true);
  for (int i = 0; i < 6; ++i) static_cast<float*>(a.sys_data())[i] = static_cast<float>(i);
  a.sync_s2d();
  b.sync_d2d(a, 1, 3, 3);
  b.sync_d2s();
  EXPECT_EQ(Floats(b), std::vector<float>({0, 0, 0, 1, 2, 3}));
  b.sync_d2d_stride(a, 2, 1, 3);
  b.sync_d2s(8);
  EXPECT_EQ(Floats(b), std::vector<float>({0, 2, 0, 1, 2, 3}));
  b.sync_s2d(a, 5, 0, 1);
  b.sync_d2s(a, 4, 1, 1);  // the device of a into the host of b
  EXPECT_EQ(Floats(b)[1], 4);
  b.sync_d2s(4);
  EXPECT_EQ(Floats(b)[0], 5);
  EXPECT_THROW(b.sync_d2d(a, 4, 0, 3), SailTensorError);
  EXPECT_THROW(b.sync_d2d(a, 0, -1, 3), SailTensorError);
  EXPECT_THROW(b.sync_s2d(25), SailTensorError);
  Tensor bytes(handle, {6}, BM_INT8, true, true), shorter(handle, {5}, BM_FLOAT32, true, true);
  EXPECT_THROW(b.sync_from(&bytes), SailTensorError);
  EXPECT_THROW(b.sync_from(&shorter), SailTensorError);
  EXPECT_THROW(b.sync_from(nullptr), SailTensorError);
}

TEST(TensorTest, SlicesAndViews) {
  Handle handle(0);
  Tensor a(handle, {2, 3, 4}, BM_FLOAT32, true, true);
  for (int i = 0; i < 24; ++i) static_cast<float*>(a.sys_data())[i] = static_cast<float>(i);
  a.sync_s2d();
  const std::vector<std::pair<int, int>> ranges{{1, 2}, {0, 2}, {1, 3}};
  Tensor host(a, ranges, false);
  EXPECT_EQ(host.shape(), std::vector<int>({1, 2, 2}));
  EXPECT_EQ(Floats(host), std::vector<float>({13, 14, 17, 18}));
  Tensor device(a, ranges, true), read(handle, {1, 2, 2}, BM_FLOAT32, true, true);
  read.sync_from(&device);
  read.sync_d2s();
  EXPECT_EQ(Floats(read), Floats(host));
  EXPECT_THROW(Tensor(a, std::vector<std::pair<int, int>>{{0, 1}}, false), SailTensorError);
  Tensor view(a, std::vector<int>{2, 2}, 4u, true);
  EXPECT_EQ(view.sys_data(), static_cast<float*>(a.sys_data()) + 4);
  view.reshape({3});
  view.reshape({4});
  EXPECT_THROW(view.reshape({5}), SailTensorError) << "past the memory that it borrows";
  EXPECT_EQ(view.shape(), std::vector<int>({4}));
  Tensor copy(a, std::vector<int>{2, 2}, 4u, false);
  EXPECT_EQ(Floats(copy), std::vector<float>({4, 5, 6, 7}));
  EXPECT_THROW(Tensor(a, std::vector<int>{5}, 20u, true), SailTensorError);
}

TEST(TensorTest, ScalesWithHalvesToEvenAndSaturation) {
  Tensor bytes({9}, BM_INT8);
  float values[9] = {0.5f, 1.5f, 2.5f, -0.5f, -1.5f, 200.0f, -200.0f, NAN, 63.25f};
  bytes.scale_from(values, 2.0f / 2.0f);
  const int8_t* const got = static_cast<int8_t*>(bytes.sys_data());
  EXPECT_EQ(std::vector<int>(got, got + 9), std::vector<int>({0, 2, 2, 0, -2, 127, -128, 0, 63}));
  float back[9];
  bytes.scale_to(back, 0.25f);
  EXPECT_EQ(back[5], 31.75f);
  EXPECT_THROW(bytes.scale_from(values, 1.0f, 10), SailTensorError);

  // Against lrint in random order, for every integer type.
  std::mt19937 random(7);
  std::uniform_real_distribution<float> any(-400.0f, 400.0f);
  Tensor uint8({1000}, BM_UINT8), int32({1000}, BM_INT32);
  std::vector<float> many(1000);
  for (float& value : many) value = any(random);
  uint8.scale_from(many.data(), 0.7f);
  int32.scale_from(many.data(), 1e9f);
  for (int i = 0; i < 1000; ++i) {
    EXPECT_EQ(static_cast<uint8_t*>(uint8.sys_data())[i], std::min(255l, std::max(0l, lrintf(many[i] * 0.7f))));
    const long long wide = llrint(static_cast<double>(many[i] * 1e9f));
    EXPECT_EQ(static_cast<int32_t*>(int32.sys_data())[i], std::min(2147483647ll, std::max(-2147483648ll, wide)));
  }
  Tensor half({2}, BM_FLOAT16);
  EXPECT_THROW(half.scale_from(values, 1.0f), DataTypeError);
  Tensor nothing(Handle(), {2});
  EXPECT_THROW(nothing.scale_to(back, 1.0f), SailTensorError);
}

TEST(TensorTest, FillsAndDumps) {
  Handle handle(0);
  Tensor words(handle, {3}, BM_INT16, true, true);
  words.ones();
  EXPECT_EQ(static_cast<int16_t*>(words.sys_data())[2], 1);
  int16_t element = -300;
  words.memory_set(static_cast<void*>(&element));
  words.memory_set(0x7f);
  words.sync_d2s();
  EXPECT_EQ(static_cast<int16_t*>(words.sys_data())[0], 0x7f7f);
  words.zeros();
  words.memory_set(-4.5f);  // half to even
  words.sync_d2s();
  const std::string path = TempDir() + "/words.txt";
  words.dump_data(path);
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  EXPECT_EQ(text.str(), "-4\n-4\n-4\n");
  EXPECT_THROW(words.dump_data("/no/such/folder/words.txt"), SailTensorError);
}

TEST(TensorPTRWithNameTest, Releases) {
  TensorPTRWithName named("out", new Tensor(std::vector<int>{1}));
  EXPECT_EQ(named.name, "out");
  ReleaseTensorPtr(named);
  EXPECT_EQ(named.data, nullptr);
}

TEST(Base64, GoesRound) {
  Handle handle;
  std::string text;
  EXPECT_EQ(base64_enc(handle, "foobar!", 7, text), 0);
  EXPECT_EQ(text, "Zm9vYmFyIQ==");
  uint8_t plain[12];
  uint32_t size = 0;
  EXPECT_EQ(base64_dec(handle, text.data(), 12, plain, &size), 0);
  EXPECT_EQ(std::string(plain, plain + size), "foobar!");
  EXPECT_EQ(base64_dec(handle, "Zm9", 3, plain, &size), -1);
  EXPECT_EQ(base64_dec(handle, "Z?9v", 4, plain, &size), -1);
  EXPECT_EQ(base64_enc(handle, nullptr, 3, text), -1);
}

TEST(IniReaderTest, ReadsValuesOfEveryKind) {
  const std::string path = ::testing::TempDir() + "/values.ini";
  std::ofstream(path) << "; comment\n[Summary]\nnum = 3\nscore=0.5 ; end\nhex=0x10\nyes=On\n[second]\nnum=x\n";
  const INIReader reader(path);
  EXPECT_EQ(reader.ParseError(), 0);
  EXPECT_EQ(reader.Sections(), (std::set<std::string>{"Summary", "second"}));
  EXPECT_EQ(reader.GetInteger("summary", "NUM", -1), 3);
  EXPECT_EQ(reader.GetInteger("Summary", "hex", -1), 16);
  EXPECT_EQ(reader.GetInteger("second", "num", -1), -1);
  EXPECT_EQ(reader.GetReal("Summary", "score", 0), 0.5);
  EXPECT_EQ(reader.GetFloat("Summary", "none", 0.25f), 0.25f);
  EXPECT_TRUE(reader.GetBoolean("Summary", "yes", false));
  EXPECT_TRUE(reader.GetBoolean("second", "num", true));
  EXPECT_EQ(reader.Get("second", "num", ""), "x");
  EXPECT_FALSE(reader.HasValue("second", "hex"));
  EXPECT_EQ(INIReader("/no/such.ini").ParseError(), -1);
  std::ofstream(path) << "[a]\nb=1\nnothing\n";
  EXPECT_EQ(INIReader(path).ParseError(), 3);
}

}  // namespace
}  // namespace sail
