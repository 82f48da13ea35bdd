// ImagePreProcess and EngineImagePreProcess against Bmcv and Engine. Run under --config=tsan too.
#include <thread>

#include "bmodel/writer.h"
#include "decoder_multi.h"
#include "gtest/gtest.h"
#include "sail/testing/models.h"
#include "sail/testing/pixels.h"

namespace sail {
namespace {

using testing::SamplesOf;
using Bytes = std::vector<uint8_t>;

const Bmcv::Scales kScales{{0.5f, 1.0f}, {0.25f, 2.0f}, {0.125f, 3.0f}};

class PreProcessTest : public ::testing::Test {
 protected:
  BMImage Picture(int h, int w, int seed) {
    Bytes bytes(3 * h * w);
    for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<uint8_t>(i * 3 + seed * 40);
    return BMImage(handle_, bytes.data(), h, w, FORMAT_BGR_PLANAR);
  }
  // Part `slot` of a batch as Bmcv alone makes it.
  Bytes Expected(BMImage& picture, const std::vector<int>& place) {
    PaddingAtrr padding(place[0], place[1], place[2], place[3], 114, 114, 114);
    BMImage sized(handle_, 32, 48, FORMAT_RGB_PLANAR, DATA_TYPE_EXT_1N_BYTE);
    EXPECT_EQ(bmcv_.vpp_resize_padding(picture, sized, 48, 32, padding), 0);
    BMImage scaled(handle_, 32, 48, FORMAT_RGB_PLANAR, DATA_TYPE_EXT_1N_BYTE_SIGNED);
    EXPECT_EQ(bmcv_.convert_to(sized, scaled, kScales), 0);
    return SamplesOf(scaled.data());
  }

  Handle handle_ = Handle(0);
  Bmcv bmcv_ = Bmcv(handle_);
};

TEST_F(PreProcessTest, MakesBatches) {
  ImagePreProcess process(4, BM_PADDING_VPP_NEAREST, 0, 8, 8);
  BMImage picture = Picture(64, 64, 0);
  EXPECT_EQ(process.PushImage(0, 0, picture), 1) << "before the size is set";
  process.SetResizeImageAtrr(48, 32, true, DATA_TYPE_EXT_1N_BYTE_SIGNED);
  process.SetPaddingAtrr(114, 114, 114, 1);
  EXPECT_EQ(process.SetConvertAtrr(kScales), 0);
  EXPECT_EQ(process.SetConvertAtrr(kScales), 1);
  for (int i = 0; i < 6; ++i) {
    BMImage pushed = Picture(64, i % 2 == 0 ? 64 : 32, i);
    ASSERT_EQ(process.PushImage(i % 2, 10 + i, pushed), 0) << i;
    EXPECT_EQ(pushed.empty_check(), 0) << "the picture is taken";
  }
  process.exhausted();
  EXPECT_TRUE(process.get_exhausted_flag());
  for (int first = 0; first < 6; first += 4) {
    auto [tensor, images, channels, indices, places] = process.GetBatchData();
    EXPECT_EQ(tensor.shape(), std::vector<int>({4, 3, 32, 48}));
    EXPECT_EQ(tensor.dtype(), BM_INT8);
    ASSERT_EQ(images.size(), first == 0 ? 4u : 2u);
    Tensor host(handle_, tensor.shape(), BM_INT8, true, true);
    host.sync_from(&tensor);
    host.sync_d2s();
    for (size_t i = 0; i < images.size(); ++i) {
      const int number = first + static_cast<int>(i);
      EXPECT_EQ(channels[i], number % 2);
      EXPECT_EQ(indices[i], 10 + number);
      EXPECT_EQ(places[i], number % 2 == 0 ? std::vector<int>({8, 0, 32, 32}) : std::vector<int>({16, 0, 16, 32}));
      const uint8_t* const part = static_cast<uint8_t*>(host.sys_data()) + i * 3 * 32 * 48;
      EXPECT_EQ(Bytes(part, part + 3 * 32 * 48), Expected(images[i], places[i])) << number;
    }
  }
  EXPECT_THROW(process.GetBatchData(), SailRuntimeError);
  EXPECT_EQ(process.PushImage(0, 0, picture), 1);
}

TEST_F(PreProcessTest, FillsItsQueues) {
  ImagePreProcess process(1, BM_RESIZE_VPP_NEAREST, 0, 2, 1);
  process.SetResizeImageAtrr(16, 16, false, DATA_TYPE_EXT_1N_BYTE);
  std::thread consumer;
  int pushed = 0, ret = 0;
  // One batch waits to be fetched, one picture may be in work, two wait.
  for (; pushed < 10; ++pushed) {
    BMImage picture = Picture(32, 32, pushed);
    ret = process.PushImage(0, pushed, picture);
    if (ret != 0) {
      EXPECT_EQ(picture.empty_check(), 1) << "a refused picture stays with the caller";
      break;
    }
  }
  EXPECT_EQ(ret, 2);
  consumer = std::thread([&] {
    for (int i = 0; i < pushed; ++i) EXPECT_EQ(std::get<3>(process.GetBatchData()), std::vector<int>({i}));
  });
  consumer.join();
  process.stop_thread();
  EXPECT_THROW(process.GetBatchData(), SailRuntimeError);
}

TEST_F(PreProcessTest, RefusesBadArguments) {
  EXPECT_THROW(ImagePreProcess(3, BM_RESIZE_VPP_NEAREST), SailBMImageError);
  EXPECT_THROW(ImagePreProcess(1, BM_RESIZE_VPP_NEAREST, 0, 0), SailBMImageError);
  EXPECT_THROW(ImagePreProcess(1, BM_RESIZE_VPP_NEAREST, 9), SailDeviceError);
  EXPECT_THROW(ImagePreProcess(1, BM_RESIZE_VPP_NEAREST, 0, 1, 1, true), NotSupport);
  ImagePreProcess process(1, BM_RESIZE_VPP_NEAREST);
  EXPECT_THROW(process.SetResizeImageAtrr(0, 4, false, DATA_TYPE_EXT_1N_BYTE), SailBMImageError);
  EXPECT_THROW(process.SetPaddingAtrr(256), SailBMImageError);
  EXPECT_THROW(process.SetPaddingAtrr(0, 0, 0, 2), SailBMImageError);
}

// A picture that cannot be prepared ends the thread, and the reason comes out.
TEST_F(PreProcessTest, TellsWhatFailed) {
  ImagePreProcess process(1, BM_RESIZE_VPP_NEAREST);
  process.SetResizeImageAtrr(16, 16, false, DATA_TYPE_EXT_1N_BYTE);
  BMImage floats(handle_, 20, 24, FORMAT_BGR_PLANAR, DATA_TYPE_EXT_FLOAT32);
  ASSERT_EQ(process.PushImage(0, 0, floats), 0);
  try {
    process.GetBatchData();
    ADD_FAILURE() << "floats were resized to bytes";
  } catch (const SailRuntimeError& error) {
    EXPECT_NE(std::string(error.what()).find("24 x 20"), std::string::npos) << error.what();
  }
}

TEST_F(PreProcessTest, RunsAModel) {
  const std::string path = ::testing::TempDir() + "/pixels.bmodel";
  ASSERT_TRUE(bm::bmodel::WriteModelFile(testing::PixelModel().model, path).ok());
  EngineImagePreProcess process(path, 0);
  EXPECT_EQ(process.get_graph_name(), "copy");
  EXPECT_EQ(process.get_input_width(), 16);
  EXPECT_EQ(process.get_input_height(), 20);
  EXPECT_EQ(process.get_output_names(), std::vector<std::string>({"out"}));
  BMImage picture = Picture(20, 16, 1);
  EXPECT_EQ(process.PushImage(0, 0, picture), 1);
  EXPECT_EQ(process.InitImagePreProcess(BM_RESIZE_VPP_NEAREST), 0);
  EXPECT_EQ(process.InitImagePreProcess(BM_RESIZE_VPP_NEAREST), 1);
  // The model's input scale of 2 is multiplied in.
  EXPECT_EQ(process.SetConvertAtrr(Bmcv::Scales{{0.1f, 1.0f}, {0.1f, 2.0f}, {0.1f, 3.0f}}), 0);
  const Bytes samples = SamplesOf(picture.data());
  ASSERT_EQ(process.PushImage(3, 4, picture), 0);
  auto [outputs, images, channels, indices, places] = process.GetBatchData(true);
  const std::unique_ptr<Tensor> output(outputs.at("out"));
  ASSERT_TRUE(output->is_sys_data_valid());
  EXPECT_EQ(channels, std::vector<int>({3}));
  EXPECT_EQ(indices, std::vector<int>({4}));
  EXPECT_EQ(SamplesOf(images[0].data()), samples);
  const int8_t* const values = static_cast<int8_t*>(output->sys_data());
  for (size_t i = 0; i < samples.size(); ++i) {
    const float wanted = samples[i] * 0.2f + 2.0f * static_cast<float>(i / 320 + 1);
    ASSERT_NEAR(values[i], std::min(wanted, 127.0f), 1) << i;
  }
  EXPECT_EQ(process.get_output_shape("out"), std::vector<int>({1, 3, 20, 16}));
  process.exhausted();
  EXPECT_TRUE(process.get_exhausted_flag());
  EXPECT_THROW(EngineImagePreProcess("/no/such.bmodel", 0), SailEngineError);
}

TEST_F(PreProcessTest, OneThreadTakesOutputsToTheHostWhileAnotherLeavesThem) {
  const std::string path = ::testing::TempDir() + "/threads.bmodel";
  ASSERT_TRUE(bm::bmodel::WriteModelFile(testing::PixelModel().model, path).ok());
  constexpr int kBatches = 40;
  EngineImagePreProcess process(path, 0);
  ASSERT_EQ(process.InitImagePreProcess(BM_RESIZE_VPP_NEAREST, false, kBatches, kBatches), 0);
  for (int i = 0; i < kBatches; ++i) {
    BMImage picture = Picture(20, 16, 1);
    ASSERT_EQ(process.PushImage(0, i, picture), 0);
  }
  const auto take = [&](bool to_host) {
    for (int i = 0; i < kBatches / 2; ++i) {
      const std::unique_ptr<Tensor> output(std::get<0>(process.GetBatchData(to_host)).at("out"));
      EXPECT_EQ(output->is_sys_data_valid(), to_host);
      if (to_host) {
        EXPECT_NE(static_cast<int8_t*>(output->sys_data())[1], 0);
      }
    }
  };
  std::thread other(take, false);
  take(true);
  other.join();
}

}  // namespace
}  // namespace sail
