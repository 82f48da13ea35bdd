// Heaps and cards: placement, accounting, queue order, synchronisation.
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <map>
#include <random>
#include <thread>
#include <vector>

#include "base/status_macros.h"
#include "base/testing/status_matchers.h"
#include "bmdriver_sim/driver/card.h"
#include "bmdriver_sim/driver/heap.h"
#include "gtest/gtest.h"
#include "isa/bdc.h"

namespace bm::driver {
namespace {

constexpr uint64_t kStart = 0x100000000;
constexpr uint64_t kPage = Heap::kPageBytes;

TEST(HeapTest, TheLowestAddressWithRoomServes) {
  Heap heap(kStart, 16 * kPage);
  EXPECT_EQ(heap.Allocate(1), kStart);
  EXPECT_EQ(heap.Allocate(2 * kPage), kStart + kPage);
  EXPECT_EQ(heap.Allocate(kPage), kStart + 3 * kPage);
  EXPECT_EQ(heap.Free(kStart + kPage), 2 * kPage);
  EXPECT_EQ(heap.Allocate(3 * kPage), kStart + 4 * kPage);
  EXPECT_EQ(heap.Allocate(kPage + 1), kStart + kPage);
  EXPECT_EQ(heap.used_bytes(), 7 * kPage);
}

TEST(HeapTest, FreedNeighboursJoin) {
  Heap heap(kStart, 4 * kPage);
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(heap.Allocate(kPage).has_value());
  EXPECT_FALSE(heap.Allocate(1).has_value());
  heap.Free(kStart);
  heap.Free(kStart + 2 * kPage);
  EXPECT_FALSE(heap.Allocate(2 * kPage).has_value());
  heap.Free(kStart + kPage);
  EXPECT_EQ(heap.largest_free_bytes(), 3 * kPage);
  EXPECT_EQ(heap.Allocate(3 * kPage), kStart);
}

TEST(HeapTest, OnlyStartsOfLiveBlocksAreFreed) {
  Heap heap(kStart, 4 * kPage);
  ASSERT_TRUE(heap.Allocate(2 * kPage).has_value());
  EXPECT_FALSE(heap.Free(kStart + kPage).has_value());
  EXPECT_TRUE(heap.Free(kStart).has_value());
  EXPECT_FALSE(heap.Free(kStart).has_value());
  EXPECT_FALSE(heap.Allocate(0).has_value());
  EXPECT_FALSE(heap.Allocate(~uint64_t{0}).has_value());
}

// First fit stated independently: a map of pages.
TEST(HeapTest, RandomUseEqualsAPlainSearch) {
  constexpr int kPages = 200;
  Heap heap(kStart, kPages * kPage);
  std::vector<bool> used(kPages);
  std::map<uint64_t, int> live;
  std::mt19937 random(3);
  for (int step = 0; step < 20000; ++step) {
    if (random() % 2 == 0 && !live.empty()) {
      auto block = live.begin();
      std::advance(block, random() % live.size());
      for (int i = 0; i < block->second; ++i) used[(block->first - kStart) / kPage + i] = false;
      ASSERT_EQ(heap.Free(block->first), block->second * kPage);
      live.erase(block);
      continue;
    }
    const int pages = 1 + static_cast<int>(random() % 12);
    int begin = 0;
    for (int i = 0; i < kPages && i - begin < pages; ++i) {
      if (used[i]) begin = i + 1;
    }
    const std::optional<uint64_t> address = heap.Allocate(pages * kPage);
    ASSERT_EQ(address.has_value(), begin + pages <= kPages);
    if (!address.has_value()) continue;
    ASSERT_EQ(*address, kStart + begin * kPage);
    for (int i = 0; i < pages; ++i) used[begin + i] = true;
    live[*address] = pages;
  }
}

class CardTest : public ::testing::Test {
 protected:
  CardTest() : card_(*Card::Get(0)), session_(card_) {}

  absl::Status SendFill(uint64_t address, uint32_t words, int32_t value) {
    std::vector<uint8_t> payload;
    const auto put = [&](auto field) {
      const auto* bytes = reinterpret_cast<const uint8_t*>(&field);
      payload.insert(payload.end(), bytes, bytes + sizeof(field));
    };
    put(address);
    put(uint32_t{1});
    put(words);
    put(int32_t{4});
    put(value);
    return card_->Send(&session_, kApiMemset, payload);
  }

  Card* card_;
  Session session_;
};

TEST_F(CardTest, HeapsHaveTheRealAddressesAndAreTriedInOrder) {
  EXPECT_EQ(card_->InfoOf(0).start, 0x124100000u);
  EXPECT_EQ(card_->InfoOf(1).total_bytes, 0xBFF00000u);
  EXPECT_EQ(card_->InfoOf(2).start, 0x40AB00000u);
  ASSERT_OK_AND_ASSIGN(const uint64_t second, card_->Allocate(2 | 4, 100));
  EXPECT_EQ(card_->HeapOf(second), 1);
  EXPECT_OK(card_->Free(second));
  EXPECT_STATUS(card_->Free(second), absl::StatusCode::kNotFound, "no live block");
  EXPECT_STATUS(card_->Allocate(8, 100), absl::StatusCode::kInvalidArgument, "heap mask 8");
  EXPECT_STATUS(card_->Allocate(1, uint64_t{1} << 33), absl::StatusCode::kResourceExhausted, "heap 0 has");
}

TEST_F(CardTest, MessagesRunInOrderAndSynchronisationWaitsForThem) {
  ASSERT_OK_AND_ASSIGN(const uint64_t address, card_->Allocate(kAllHeaps, 1 << 20));
  for (int i = 0; i < 400; ++i) ASSERT_OK(SendFill(address, 1 << 18, i));
  ASSERT_OK(card_->SyncThread(&session_));
  int32_t last = 0;
  ASSERT_OK(card_->Read(&session_, address, &last, sizeof(last)));
  EXPECT_EQ(last, 399);
  ASSERT_OK_AND_ASSIGN(const Profile profile, card_->ProfileOf(&session_));
  EXPECT_EQ(profile.sent, 400u);
  EXPECT_EQ(profile.completed, 400u);
  EXPECT_EQ(profile.device_to_host_count, 1u);
  EXPECT_OK(card_->Free(address));
}

TEST_F(CardTest, ThreadsHaveRecordsOfTheirOwn) {
  ASSERT_OK_AND_ASSIGN(const uint64_t address, card_->Allocate(kAllHeaps, 4096));
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      EXPECT_STATUS(card_->ProfileOf(&session_), absl::StatusCode::kNotFound, "thread");
      for (int k = 0; k < 50; ++k) EXPECT_OK(SendFill(address, 1024, k));
      EXPECT_OK(card_->SyncThread(&session_));
      EXPECT_EQ(card_->ProfileOf(&session_)->completed, 50u);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_OK(card_->SyncHandle(&session_));
  EXPECT_OK(card_->SyncDevice());
  EXPECT_OK(card_->Free(address));
}

TEST_F(CardTest, AFailingMessageIsReportedOnlyWhenStrict) {
  ASSERT_OK(SendFill(0x10, 4, 0));
  EXPECT_OK(card_->SyncThread(&session_));
  setenv("BM_STRICT", "1", 1);
  ASSERT_OK(SendFill(0x10, 4, 0));
  EXPECT_STATUS(card_->SyncThread(&session_), absl::StatusCode::kOutOfRange, "0x10");
  EXPECT_OK(card_->SyncThread(&session_));
  unsetenv("BM_STRICT");
}

TEST_F(CardTest, UnknownAndShortMessagesAreRefused) {
  EXPECT_STATUS(card_->Send(&session_, 4711, {}), absl::StatusCode::kUnimplemented, "4711");
  setenv("BM_STRICT", "1", 1);
  const uint8_t few[8] = {};
  for (const int id : {kApiMemset, kApiMemcpy, kApiMultiFullNet, kApiByteCopy, kApiStridedCopy}) {
    ASSERT_OK(card_->Send(&session_, id, few));
    EXPECT_STATUS(card_->SyncThread(&session_), absl::StatusCode::kInvalidArgument, "shorter");
  }
  unsetenv("BM_STRICT");
}

// The fields of a message behind one another.
template <typename... Fields>
std::vector<uint8_t> MessageOf(Fields... fields) {
  std::vector<uint8_t> message;
  const auto append = [&](const auto& field) {
    const auto* bytes = reinterpret_cast<const uint8_t*>(&field);
    message.insert(message.end(), bytes, bytes + sizeof(field));
  };
  (append(fields), ...);
  return message;
}

TEST_F(CardTest, MessagesWhoseSizesWrapAroundAreRefused) {
  setenv("BM_STRICT", "1", 1);
  constexpr int32_t kMost = std::numeric_limits<int32_t>::max();
  constexpr uint64_t kAddress = isa::kDdrBase;
  ASSERT_OK(card_->Send(&session_, kApiStridedCopy, MessageOf(kAddress, kAddress, kMost, kMost, kMost, kMost)));
  EXPECT_STATUS(card_->SyncThread(&session_), absl::StatusCode::kOutOfRange, "does not fit 64 bits");
  ASSERT_OK(card_->Send(&session_, kApiMemcpy, MessageOf(kAddress, kAddress, kMost, kMost, kMost, kMost)));
  EXPECT_STATUS(card_->SyncThread(&session_), absl::StatusCode::kOutOfRange, "18446744056529682436 bytes");
  // One INT8 input of 4 x c x h x w elements, 1N at the user's and 4N at the compiled place; nothing else.
  const auto launch = [&](int32_t c, int32_t h, int32_t w) {
    return MessageOf(int32_t{1}, kAddress, kAddress, int32_t{4}, c, h, w, uint16_t{2}, uint8_t{2}, uint8_t{0},
                     uint32_t{0}, int32_t{0}, kAddress, kAddress, int32_t{0}, uint32_t{0});
  };
  for (const int32_t w : {kMost, 4}) {
    ASSERT_OK(card_->Send(&session_, kApiMultiFullNet, launch(1 << 30, 1 << 30, w)));
    EXPECT_STATUS(card_->SyncThread(&session_), absl::StatusCode::kOutOfRange, "does not fit 64 bits");
  }
  ASSERT_OK(card_->Send(&session_, kApiMultiFullNet, launch(1 << 30, 1 << 20, 1)));
  EXPECT_STATUS(card_->SyncThread(&session_), absl::StatusCode::kOutOfRange, "4 batches of 1125899906842624");
  unsetenv("BM_STRICT");
}

TEST_F(CardTest, ClosingAHandleDropsWhatHasNotStarted) {
  ASSERT_OK_AND_ASSIGN(const uint64_t address, card_->Allocate(kAllHeaps, 64 << 20));
  {
    Session other(card_);
    std::vector<uint8_t> payload(24);
    for (int i = 0; i < 100; ++i) ASSERT_OK(card_->Send(&other, kApiByteCopy, payload));
  }
  EXPECT_OK(card_->SyncDevice());
  EXPECT_OK(card_->Free(address));
}

// Cards that tests leave hung, as the real one is until its recovery: 1 and above.
class CardHangTest : public ::testing::Test {
 protected:
  static Card* CardAt(int index) {
    setenv("BM_DEVICES", "4", 1);
    const absl::StatusOr<Card*> card = Card::Get(index);
    unsetenv("BM_DEVICES");
    return card.ok() ? *card : nullptr;
  }

  static absl::Status SendCopy(Card* card, Session* session, uint64_t bytes) {
    return card->Send(session, kApiByteCopy, MessageOf(isa::kDdrBase, isa::kDdrBase + (1 << 30), bytes));
  }

  // A launch of one addition of 65535 x 4095 x 65535 x 65535 words, all of them the first word of local memory.
  static absl::Status SendEndless(Card* card, Session* session) {
    isa::TensorArithmetic add;
    add.shape = {65535, 4095, 65535, 65535};
    add.result.layout = add.a.layout = {isa::Layout::Kind::kStrided, {0, 0, 0, 0}};
    add.b.is_constant = true;
    isa::BdcCommand command;
    command.op = add;
    command.id = 1;
    command.is_last = true;
    const isa::BdcWords words = isa::ReverseWords(isa::EncodeBdc(command));
    RETURN_IF_ERROR(card->Write(session, isa::kDdrBase, words.data(), sizeof(words)));
    return card->Send(
        session, kApiMultiFullNet,
        MessageOf(int32_t{0}, int32_t{0}, isa::kDdrBase, isa::kDdrBase, int32_t{1}, uint32_t{1}, uint32_t{0}));
  }
};

TEST_F(CardHangTest, WorkOverTheLimitMarksTheTpuAsHung) {
  Card* const card = CardAt(1);
  ASSERT_NE(card, nullptr);
  Session session(card);
  card->set_sync_timeout(std::chrono::milliseconds(5));
  ASSERT_OK(SendCopy(card, &session, 1 << 26));  // 2581 us of the chip's time
  EXPECT_OK(card->SyncThread(&session));
  ASSERT_OK(SendCopy(card, &session, 1 << 29));  // 20648 us
  EXPECT_STATUS(card->SyncThread(&session), absl::StatusCode::kDeadlineExceeded, "needs 20648 us");
  EXPECT_TRUE(card->is_hung());
  EXPECT_STATUS(SendCopy(card, &session, 1), absl::StatusCode::kFailedPrecondition, "hung");
  EXPECT_STATUS(card->SyncDevice(), absl::StatusCode::kFailedPrecondition, "hung");
  int32_t word = 5;
  EXPECT_OK(card->Write(&session, isa::kDdrEnd - 4, &word, sizeof(word)));  // memory still works
}

TEST_F(CardHangTest, TheLimitIsOfTheChipsTimeNotTheHosts) {
  Card* const card = CardAt(2);
  ASSERT_NE(card, nullptr);
  Session session(card);
  card->set_sync_timeout(std::chrono::milliseconds(0));
  // Less than a microsecond each on the chip; the host needs longer than nothing.
  for (int i = 0; i < 50; ++i) ASSERT_OK(SendCopy(card, &session, 20000));
  EXPECT_OK(card->SyncThread(&session));
  EXPECT_FALSE(card->is_hung());
}

TEST_F(CardHangTest, ACommandWithoutEndIsHalted) {
  Card* const card = CardAt(3);
  ASSERT_NE(card, nullptr);
  {
    Session session(card);
    ASSERT_OK(SendEndless(card, &session));
    EXPECT_STATUS(card->SyncThread(&session), absl::StatusCode::kDeadlineExceeded, "counts as hung");
  }  // closing the handle waits for what runs
  EXPECT_TRUE(card->is_hung());
}

using CardHangDeathTest = CardHangTest;
TEST_F(CardHangDeathTest, AProcessEndsWhileACommandRuns) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        Card* const card = CardAt(0);
        Session session(card);
        if (!SendEndless(card, &session).ok()) std::exit(1);
        std::exit(0);
      },
      ::testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace bm::driver
