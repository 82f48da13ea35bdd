// Frames in device memory: their geometry, and when their memory is used again.
#include "bmdecoder/core/frame.h"

#include <utility>
#include <vector>

#include "base/testing/status_matchers.h"
#include "bmdecoder/compressed_surface.h"
#include "bmdecoder/testing/device_memory.h"
#include "gtest/gtest.h"

namespace bm::decoder {
namespace {

SurfaceShape Hd(ChromaLayout layout) { return {1910, 1080, 1920, 1088, layout, SurfaceMap::kLinear}; }

class FrameTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_OK_AND_ASSIGN(pool_, FramePool::Create(0, 3)); }

  std::shared_ptr<FramePool> pool_;
};

TEST_F(FrameTest, LinearPlanesFollowEachOther) {
  ASSERT_OK_AND_ASSIGN(const std::shared_ptr<Frame> nv12, pool_->Take(Hd(ChromaLayout::kCbCr)));
  EXPECT_EQ(nv12->planes[0].stride, 1920u);
  EXPECT_EQ(nv12->planes[0].rows, 1088u);
  EXPECT_EQ(nv12->planes[1].stride, 1920u);
  EXPECT_EQ(nv12->planes[1].rows, 544u);
  EXPECT_EQ(nv12->addresses[1] - nv12->addresses[0], 1920u * 1088);
  EXPECT_EQ(nv12->addresses[2], 0u);
  EXPECT_EQ(nv12->tables[0], 0u);
  EXPECT_EQ(nv12->memory.size, 1920u * 1088 * 3 / 2);
  ASSERT_OK_AND_ASSIGN(const std::shared_ptr<Frame> planar, pool_->Take(Hd(ChromaLayout::kSeparate)));
  EXPECT_EQ(planar->planes[2].stride, 960u);
  EXPECT_EQ(planar->addresses[2] - planar->addresses[1], 960u * 544);
}

TEST_F(FrameTest, MemoryOfAnyGeometryComesFromThePool) {
  ASSERT_OK_AND_ASSIGN(std::shared_ptr<Frame> frame, pool_->TakeBytes(5000));
  EXPECT_EQ(frame->planes[0].stride, 5000u);
  EXPECT_EQ(frame->planes[0].rows, 1u);
  EXPECT_EQ(frame->addresses[0], bm_mem_get_device_addr(frame->memory));
  EXPECT_EQ(pool_->taken(), 1);
  frame.reset();
  EXPECT_EQ(pool_->taken(), 0);
  EXPECT_STATUS(pool_->TakeBytes(0), absl::StatusCode::kInvalidArgument, "0 bytes");
  EXPECT_STATUS(pool_->TakeBytes(uint64_t{1} << 32), absl::StatusCode::kInvalidArgument, "4294967296 bytes");
}

TEST_F(FrameTest, CompressedFramesCarryTheirTables) {
  SurfaceShape shape = Hd(ChromaLayout::kCbCr);
  shape.coded_height = 1080;
  shape.map = SurfaceMap::kCompressed;
  ASSERT_OK_AND_ASSIGN(const std::shared_ptr<Frame> frame, pool_->Take(shape));
  EXPECT_EQ(frame->planes[0].stride, 1920u);
  EXPECT_EQ(frame->planes[0].rows, 1088u);
  // As a consumer reads them: from device memory.
  CompressedTable tables[2];
  for (size_t i = 0; i < 2; ++i) {
    const bm_device_mem_t memory = bm_mem_from_device(frame->tables[i], kCompressedTableBytes);
    ASSERT_EQ(bm_memcpy_d2s(frame->handle, tables[i].data(), memory), BM_SUCCESS);
  }
  ASSERT_OK_AND_ASSIGN(const CompressedSurface surface,
                       ParseCompressedSurface({tables[0], frame->addresses[0], tables[1], frame->addresses[1]}));
  EXPECT_EQ(surface.width, 1910);
  EXPECT_EQ(surface.height, 1080);
  EXPECT_EQ(surface.coded_width, 1920);
  EXPECT_EQ(surface.coded_height, 1080);
  EXPECT_EQ(surface.y_stride, 1920u);
  EXPECT_EQ(surface.chroma_stride, 1920u);
  EXPECT_EQ(surface.y_address, frame->addresses[0]);
  EXPECT_EQ(surface.chroma_address, frame->addresses[0] + 1920 * 1088);
}

TEST_F(FrameTest, ShapesOutOfRangeAreRefused) {
  SurfaceShape shape = Hd(ChromaLayout::kCbCr);
  shape.width = 0;
  EXPECT_STATUS(pool_->Take(shape), absl::StatusCode::kInvalidArgument, "0 x 1080");
  shape = Hd(ChromaLayout::kCbCr);
  shape.coded_width = 8200;
  EXPECT_STATUS(pool_->Take(shape), absl::StatusCode::kInvalidArgument, "8200 x 1088");
  shape = Hd(ChromaLayout::kCbCr);
  shape.coded_height = 1079;
  EXPECT_STATUS(pool_->Take(shape), absl::StatusCode::kInvalidArgument, "1079");
  shape = Hd(ChromaLayout::kSeparate);
  shape.map = SurfaceMap::kCompressed;
  EXPECT_STATUS(pool_->Take(shape), absl::StatusCode::kInvalidArgument, "CbCr");
  EXPECT_STATUS(FramePool::Create(0, 0), absl::StatusCode::kInvalidArgument, "0 frames");
  EXPECT_STATUS(FramePool::Create(64, 1), absl::StatusCode::kNotFound, "device 64");
  EXPECT_EQ(pool_->taken(), 0);
}

TEST_F(FrameTest, MemoryIsUsedAgainAndGivenBackAtLast) {
  const uint64_t before = testing::UsedDeviceBytes(0);
  ASSERT_OK_AND_ASSIGN(std::shared_ptr<Frame> frame, pool_->Take(Hd(ChromaLayout::kCbCr)));
  const uint64_t address = frame->addresses[0];
  frame.reset();
  ASSERT_OK_AND_ASSIGN(frame, pool_->Take(Hd(ChromaLayout::kCbCr)));
  EXPECT_EQ(frame->addresses[0], address);
  EXPECT_GT(testing::UsedDeviceBytes(0), before);
  // Frames keep the pool, the pool keeps the memory.
  pool_.reset();
  EXPECT_EQ(bm_memset_device(frame->handle, 0x07070707, frame->memory), BM_SUCCESS);
  EXPECT_EQ(frame->planes[0].data[5], 7);
  frame.reset();
  EXPECT_EQ(testing::UsedDeviceBytes(0), before);
}

TEST_F(FrameTest, TheLimitCountsFramesThatAreOut) {
  std::vector<std::shared_ptr<Frame>> frames;
  for (int i = 0; i < 3; ++i) {
    ASSERT_OK_AND_ASSIGN(std::shared_ptr<Frame> frame, pool_->Take(Hd(ChromaLayout::kCrCb)));
    frames.push_back(std::move(frame));
  }
  EXPECT_STATUS(pool_->Take(Hd(ChromaLayout::kCrCb)), absl::StatusCode::kResourceExhausted, "all 3 frames");
  frames.pop_back();
  EXPECT_OK(pool_->Take(Hd(ChromaLayout::kCrCb)));
  EXPECT_EQ(pool_->taken(), 2);
}

}  // namespace
}  // namespace bm::decoder
