// cv::Mat in device memory: OpenCV's own code works on it, and everything that was taken is given back.
#include <cstring>
#include <opencv2/opencv.hpp>
#include <thread>

#include "bmdecoder/testing/device_memory.h"
#include "bmlib/src/bmlib_internal.h"
#include "gtest/gtest.h"
#include "overlays/opencv/testing/stock_view.h"

namespace bm::opencv {
namespace {

using decoder::testing::UsedDeviceBytes;

uint8_t* DeviceView(const cv::Mat& mat) {
  unsigned char* view = nullptr;
  EXPECT_EQ(bmnnsdk_host_view(mat.u->hid, mat.u->addr, mat.u->size, &view), BM_SUCCESS);
  return view;
}

// What the device has at a matrix's address.
std::vector<uint8_t> DeviceBytes(const cv::Mat& mat) {
  std::vector<uint8_t> bytes(mat.u->size);
  EXPECT_EQ(bm_memcpy_d2s_u64(mat.u->hid, bytes.data(), bm_mem_from_device_u64(mat.u->addr, mat.u->size)), BM_SUCCESS);
  return bytes;
}

class MatTest : public ::testing::Test {
 protected:
  void SetUp() override {
    for (int card : {0, 1}) used_.push_back(UsedDeviceBytes(card));
  }
  void TearDown() override {
    for (int card : {0, 1}) EXPECT_EQ(UsedDeviceBytes(card), used_[static_cast<size_t>(card)]) << "card " << card;
  }

  std::vector<uint64_t> used_;
};

TEST_F(MatTest, HasOpenCvsLayout) {
  const testing::Layout stock = testing::StockLayout();
  EXPECT_EQ(sizeof(cv::Mat), stock.mat_bytes);
  EXPECT_EQ(offsetof(cv::Mat, data), stock.mat_data);
  EXPECT_EQ(offsetof(cv::Mat, allocator), stock.mat_allocator);
  EXPECT_EQ(offsetof(cv::Mat, u), stock.mat_u);
  EXPECT_EQ(offsetof(cv::Mat, size), stock.mat_size);
  EXPECT_EQ(offsetof(cv::Mat, step), stock.mat_step);
  EXPECT_EQ(offsetof(cv::UMatData, refcount), stock.umatdata_refcount);
  EXPECT_EQ(offsetof(cv::UMatData, data), stock.umatdata_data);
  EXPECT_EQ(offsetof(cv::UMatData, size), stock.umatdata_size);
  EXPECT_EQ(offsetof(cv::UMatData, flags), stock.umatdata_flags);
  EXPECT_EQ(offsetof(cv::UMatData, allocatorContext), stock.umatdata_context);
  // Only the end is new.
  EXPECT_GE(offsetof(cv::UMatData, addr), stock.umatdata_bytes);
}

TEST_F(MatTest, LiesInDeviceMemory) {
  cv::Mat mat(37, 53, CV_8UC3, cv::Scalar(1, 2, 3));
  ASSERT_NE(mat.u->addr, 0u);
  EXPECT_EQ(mat.u->hid, cv::bmcv::getCard(0));
  EXPECT_EQ(DeviceView(mat), mat.data);
  const std::vector<uint8_t> device = DeviceBytes(mat);
  ASSERT_EQ(device.size(), 37u * 53 * 3);
  EXPECT_EQ(std::memcmp(device.data(), mat.data, device.size()), 0);
  EXPECT_GT(UsedDeviceBytes(0), used_[0]);
}

TEST_F(MatTest, OpenCvsFunctionsTakeAndGiveIt) {
  cv::Mat picture(80, 120, CV_8UC3);
  cv::randu(picture, 0, 256);
  cv::Mat gray, small, floats;
  cv::cvtColor(picture, gray, cv::COLOR_BGR2GRAY);
  cv::resize(picture, small, cv::Size(33, 21));
  gray.convertTo(floats, CV_32F, 0.5, 1);
  for (const cv::Mat& mat : {gray, small, floats}) {
    EXPECT_NE(mat.u->addr, 0u);
    EXPECT_EQ(DeviceView(mat), mat.data);
  }
  // The same from matrices in OpenCV's own memory.
  cv::Mat copy, expected;
  copy.allocator = expected.allocator = cv::Mat::getStdAllocator();
  picture.copyTo(copy);
  ASSERT_FALSE(copy.u == picture.u);
  cv::cvtColor(copy, expected, cv::COLOR_BGR2GRAY);
  EXPECT_EQ(cv::norm(expected, gray, cv::NORM_INF), 0);
  cv::resize(copy, expected, cv::Size(33, 21));
  EXPECT_EQ(cv::norm(expected, small, cv::NORM_INF), 0);
}

TEST_F(MatTest, PassesThroughCodeWithOpenCvsHeaders) {
  cv::Mat made = testing::StockMat(5, 7, CV_8UC1, 3);
  EXPECT_NE(made.u->addr, 0u);
  EXPECT_EQ(testing::StockSum(made), 5 * 7 * 3);
  cv::Mat ours(20, 10, CV_32FC1, cv::Scalar(2));
  EXPECT_EQ(testing::StockSum(ours), 400);
  EXPECT_EQ(testing::StockSum(ours(cv::Rect(1, 2, 3, 4))), 24);
}

TEST_F(MatTest, BecomesAUMatAndBack) {
  cv::Mat mat(16, 16, CV_8UC1, cv::Scalar(9));
  {
    cv::UMat shared = mat.getUMat(cv::ACCESS_RW);
    cv::add(shared, cv::Scalar(1), shared);
  }
  EXPECT_EQ(cv::sum(mat)[0], 16 * 16 * 10);
  cv::UMat copied;
  mat.copyTo(copied);
  cv::Mat back;
  copied.copyTo(back);
  EXPECT_EQ(cv::norm(mat, back, cv::NORM_INF), 0);
}

TEST_F(MatTest, StaysOnTheCardThatWasAskedFor) {
  const cv::SophonDevice second(1);
  cv::Mat sized(10, 20, CV_8UC1, second);
  cv::Mat filled(cv::Size(20, 10), CV_8UC3, cv::Scalar(5, 6, 7), second);
  cv::Mat empty(second);
  const int sizes[] = {2, 3, 4};
  cv::Mat three(3, sizes, CV_32F, second);
  cv::cvtColor(filled, empty, cv::COLOR_BGR2GRAY);
  for (const cv::Mat& mat : {sized, filled, three, empty}) {
    EXPECT_EQ(cv::bmcv::getId(mat.u->hid), 1);
    EXPECT_EQ(DeviceView(mat), mat.data);
  }
  EXPECT_EQ(filled.at<cv::Vec3b>(9, 19), cv::Vec3b(5, 6, 7));
  // create moves it, and keeps what fits.
  const uchar* const before = sized.data;
  sized.create(10, 20, CV_8UC1, 1);
  EXPECT_EQ(sized.data, before);
  sized.create(cv::Size(20, 10), CV_8UC1, 0);
  EXPECT_EQ(cv::bmcv::getId(sized.u->hid), 0);
  sized.create(3, sizes, CV_8U, 1);
  EXPECT_EQ(cv::bmcv::getId(sized.u->hid), 1);
  // A clone has a matrix's allocator only if OpenCV copies it; its memory is a card's anyway.
  EXPECT_NE(filled.clone().u->addr, 0u);
}

TEST_F(MatTest, HeapsCanBeChosen) {
  cv::Mat zero(4, 4, CV_8UC1, cv::SophonDevice(BM_MAKEFLAG(0, 1, 0)));
  bm_handle_t handle = cv::bmcv::getCard(0);
  bm_heap_stat_byte_t heap;
  ASSERT_EQ(bm_get_gmem_heap_stat_byte_by_id(handle, &heap, 0), BM_SUCCESS);
  EXPECT_GE(zero.u->addr, heap.mem_start_addr);
  EXPECT_LT(zero.u->addr, heap.mem_start_addr + heap.mem_total);
  EXPECT_EQ(BM_CARD_ID(BM_MAKEFLAG(512, 5, 7)), 7u);
  EXPECT_EQ(BM_CARD_HEAP(BM_MAKEFLAG(512, 5, 7)), 5u);
  EXPECT_EQ(BM_CARD_MEMFLAG(BM_MAKEFLAG(512, 5, 7)), 512u);
}

TEST_F(MatTest, ACardThatIsNotThereIsNamed) {
  try {
    cv::Mat mat(4, 4, CV_8UC1, cv::SophonDevice(9));
    FAIL() << "no exception";
  } catch (const cv::Exception& failure) {
    EXPECT_NE(std::string(failure.what()).find("no card 9, there are 2"), std::string::npos) << failure.what();
  }
  cv::Mat mat(4, 4, CV_8UC1, cv::Scalar(3));
  EXPECT_THROW(mat.create(4, 4, CV_8UC1, 9), cv::Exception);
  EXPECT_EQ(mat.at<uchar>(0, 0), 3);
  EXPECT_EQ(cv::bmcv::getCard(9), nullptr);
  EXPECT_EQ(cv::bmcv::getId(nullptr), -1);
}

TEST_F(MatTest, WithoutRoomItLiesInHostMemory) {
  // Heap 1 has less than 5 GiB; the pages are never touched.
  const int sizes[] = {5, 1 << 10, 1 << 10, 1 << 10};
  cv::Mat big(4, sizes, CV_8U, cv::SophonDevice(BM_MAKEFLAG(0, 2, 0)));
  EXPECT_NE(big.data, nullptr);
  EXPECT_EQ(big.u->addr, 0u);
  bm_image image = {};
  EXPECT_EQ(cv::bmcv::toBMI(big, &image), BM_ERR_PARAM);
}

TEST_F(MatTest, ManyThreadsMakeAndFree) {
  std::vector<std::thread> threads;
  std::vector<double> sums(4);
  for (size_t t = 0; t < sums.size(); ++t) {
    threads.emplace_back([&, t] {
      cv::Mat kept(8, 8, CV_32FC1, cv::Scalar(0));
      for (int i = 0; i < 200; ++i) {
        cv::Mat term(8, 8, CV_32FC1, cv::Scalar(1), cv::SophonDevice(i % 2));
        cv::Mat next = kept + term;
        kept = next;
      }
      sums[t] = cv::sum(kept)[0];
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const double sum : sums) EXPECT_EQ(sum, 200 * 64);
}

TEST_F(MatTest, AMatrixFreedByAnotherThreadIsFreed) {
  cv::Mat mat(100, 100, CV_8UC3);
  std::thread([moved = std::move(mat)]() mutable { moved.release(); }).join();
}

// ---- matrices of AVFrames ----

TEST_F(MatTest, OwnsItsFrame) {
  AVFrame* const frame = cv::av::create(50, 70, 0);
  EXPECT_EQ(frame->format, AV_PIX_FMT_YUV420P);
  EXPECT_EQ(frame->linesize[0], 128);
  EXPECT_EQ(frame->linesize[5], 64);
  EXPECT_EQ(frame->data[5] - frame->data[4], 128 * 64);
  EXPECT_EQ(frame->data[6] - frame->data[5], 64 * 32);
  EXPECT_EQ(frame->data[1] - frame->data[0], 128 * 64);
  cv::Mat mat(frame, 0);
  ASSERT_TRUE(mat.avOK());
  EXPECT_FALSE(mat.avComp());
  EXPECT_EQ(mat.type(), CV_8UC1);
  EXPECT_EQ(mat.size(), cv::Size(70, 50));
  EXPECT_EQ(mat.step[0], 128u);
  EXPECT_EQ(mat.data, frame->data[0]);
  EXPECT_EQ(mat.avRows(), 50);
  EXPECT_EQ(mat.avCols(), 70);
  EXPECT_EQ(mat.avFormat(), AV_PIX_FMT_YUV420P);
  EXPECT_EQ(mat.avStep(4), 128);
  EXPECT_EQ(mat.avAddr(4), mat.u->addr);
  EXPECT_EQ(mat.avAddr(6), reinterpret_cast<unsigned long>(frame->data[6]));
  EXPECT_EQ(mat.avAddr(8), 0u);
  EXPECT_EQ(mat.avStep(-1), 0);
  // Other headers keep it alive.
  cv::Mat other = mat, part = mat(cv::Rect(10, 10, 20, 20));
  mat.release();
  EXPECT_TRUE(other.avOK());
  other.setTo(7);
  EXPECT_EQ(part.at<uchar>(0, 0), 7);
  other.release();
  EXPECT_GT(UsedDeviceBytes(0), used_[0]);
}

TEST_F(MatTest, BorrowsAFrame) {
  AVFrame* frame = cv::av::create(32, 32, BM_MAKEFLAG(0, 2, 1));
  {
    cv::Mat mat(frame, BM_MAKEFLAG(cv::UMatData::AVFRAME_ATTACHED, 0, 1));
    EXPECT_TRUE(mat.avOK());
    EXPECT_EQ(cv::bmcv::getId(mat.u->hid), 1);
    mat.create(frame, 1);  // the same frame: nothing changes
    EXPECT_TRUE(mat.avOK());
  }
  EXPECT_EQ(frame->width, 32);
  av_frame_free(&frame);
}

TEST_F(MatTest, OrdinaryMatricesHaveNoFrame) {
  const cv::Mat mat(4, 4, CV_8UC1);
  EXPECT_FALSE(mat.avOK());
  EXPECT_FALSE(cv::Mat().avOK());
  EXPECT_EQ(mat.avFormat(), AV_PIX_FMT_NONE);
  EXPECT_EQ(mat.avRows() + mat.avCols() + mat.avStep(0), 0);
  EXPECT_EQ(mat.avAddr(4), 0u);
  // OpenCV's own memory has no such members at all.
  cv::Mat stock;
  stock.allocator = cv::Mat::getStdAllocator();
  stock.create(4, 4, CV_8UC1);
  EXPECT_FALSE(stock.avOK());
}

TEST_F(MatTest, FramesThatCannotBeMatricesAreRefused) {
  EXPECT_THROW(cv::Mat(static_cast<AVFrame*>(nullptr), 0), cv::Exception);
  AVFrame* empty = av_frame_alloc();
  EXPECT_THROW(cv::Mat(empty, 0), cv::Exception);
  empty->width = empty->height = 16;
  empty->linesize[0] = 8;
  EXPECT_THROW(cv::Mat(empty, 0), cv::Exception);
  av_frame_free(&empty);
  EXPECT_THROW(cv::av::create(0, 16, 0), cv::Exception);
  EXPECT_THROW(cv::av::create(16, 8193, 0), cv::Exception);
  EXPECT_THROW(cv::av::create(16, 16, 9), cv::Exception);
}

TEST_F(MatTest, CoversMemoryOfTheCaller) {
  cv::Mat base(10, 64, CV_8UC1, cv::Scalar(4));
  const size_t step = 64;
  cv::Mat header;
  header.create(10, 20, 640, CV_8UC3, &step, base.data, base.u->addr, -1, 0);
  EXPECT_EQ(header.at<cv::Vec3b>(9, 19), cv::Vec3b(4, 4, 4));
  EXPECT_EQ(header.step[0], 64u);
  bm_image image;
  ASSERT_EQ(cv::bmcv::toBMI(header, &image), BM_SUCCESS);
  bm_device_mem_t memory;
  ASSERT_EQ(bm_image_get_device_mem(image, &memory), BM_SUCCESS);
  EXPECT_EQ(bm_mem_get_device_addr(memory), base.u->addr);
  bm_image_destroy(image);
  EXPECT_THROW(header.create(11, 20, 640, CV_8UC3, &step, base.data, base.u->addr, -1, 0), cv::Exception);
}

TEST_F(MatTest, FramesOfTheCallersMemory) {
  cv::Mat base(1, 64 * 32 * 3 / 2, CV_8UC1, cv::Scalar(1));
  int strides[] = {64, 32, 32}, sizes[] = {64 * 32, 32 * 16, 32 * 16};
  AVFrame* frame = cv::av::create(32, 64, AV_PIX_FMT_YUV420P, base.data, base.u->addr, -1, strides, sizes);
  EXPECT_EQ(frame->data[2], base.data + 64 * 32 + 32 * 16);
  EXPECT_EQ(reinterpret_cast<unsigned long>(frame->data[6]), base.u->addr + 64 * 32 + 32 * 16);
  EXPECT_EQ(frame->colorspace, AVCOL_SPC_BT709);
  EXPECT_EQ(cv::av::flush(frame), BM_SUCCESS);
  av_frame_free(&frame);
  sizes[1] = 100;
  EXPECT_THROW(cv::av::create(32, 64, AV_PIX_FMT_YUV420P, base.data, 0, -1, strides, sizes), cv::Exception);
  EXPECT_EQ(cv::av::flush(nullptr), BM_ERR_PARAM);
}

}  // namespace
}  // namespace bm::opencv
