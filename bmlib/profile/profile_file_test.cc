// The bytes of profile files.
#include "bmlib/profile/profile_file.h"

#include "bmlib/testing/read_blocks.h"
#include "gtest/gtest.h"

namespace bm::profile {
namespace {

using testing::ProfileBlock;
using testing::ReadBlocks;
using testing::TypesOf;

TEST(ProfileFileTest, BlocksFollowEachOtherBehindTypeAndLength) {
  ProfileBlocks blocks;
  blocks.AddSummary({7, 1000, 2500});
  blocks.AddRecords(isa::Engine::kGdma, {1, 2, 3});
  blocks.AddRecords(isa::Engine::kBdc, {});
  const std::vector<ProfileBlock> found = ReadBlocks(blocks.bytes());
  EXPECT_EQ(TypesOf(found), (std::vector<uint32_t>{1, 4, 3}));
  ASSERT_EQ(found[0].bytes.size(), 36u);
  EXPECT_EQ(found[0].At<int32_t>(0), 7);
  EXPECT_EQ(found[0].At<int32_t>(4), 0);
  EXPECT_EQ(found[0].At<int32_t>(8), 0);
  EXPECT_EQ(found[0].At<uint64_t>(12), 1000u);
  EXPECT_EQ(found[0].At<uint64_t>(20), 2500u);
  EXPECT_EQ(found[0].At<uint64_t>(28), 0u);
  EXPECT_EQ(found[1].bytes, "\1\2\3");
  EXPECT_EQ(found[2].bytes, "");
}

TEST(ProfileFileTest, CommandsAreAddressesAndGroups) {
  ProfileBlocks blocks;
  blocks.AddCommands(0x140000000, 0x130000000, {{3, 1}, {40, 20}});
  const std::vector<ProfileBlock> found = ReadBlocks(blocks.bytes());
  ASSERT_EQ(TypesOf(found), (std::vector<uint32_t>{8}));
  ASSERT_EQ(found[0].bytes.size(), 4u * 8 + 4 + 2 * 8);
  EXPECT_EQ(found[0].At<uint64_t>(0), 0x140000000u);
  EXPECT_EQ(found[0].At<uint64_t>(8), 0u);
  EXPECT_EQ(found[0].At<uint64_t>(16), 0x130000000u);
  EXPECT_EQ(found[0].At<uint64_t>(24), 0u);
  EXPECT_EQ(found[0].At<uint32_t>(32), 2u);
  EXPECT_EQ(found[0].At<uint32_t>(36), 3u);
  EXPECT_EQ(found[0].At<uint32_t>(40), 1u);
  EXPECT_EQ(found[0].At<uint32_t>(44), 40u);
  EXPECT_EQ(found[0].At<uint32_t>(48), 20u);
}

TEST(ProfileFileTest, LinesAreTheVendors) {
  EXPECT_EQ(ArchLine() + ClockLine() + CoresLine(),
            "[bmprofile] arch=1684\n[bmprofile] tpu_freq=550\n[bmprofile] core_list=0,\n");
  EXPECT_EQ(MemoryLine({4096, 64, 10, 20, "io"}), "[bmprofile] mtype=1 addr=4096 size=64 alloc=10 free=20 desc=io\n");
}

}  // namespace
}  // namespace bm::profile
