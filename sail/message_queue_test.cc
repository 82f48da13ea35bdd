// The queues of message_queue.hpp. Run under --config=tsan too.
#include "message_queue.hpp"

#include <memory>
#include <thread>

#include "gtest/gtest.h"

namespace sail {
namespace {

TEST(MessageQueueTest, CircularQueueKeepsTheOrder) {
  CircularQueue<std::unique_ptr<int>, 2> queue;
  EXPECT_TRUE(queue.empty());
  for (int round = 0; round < 3; ++round) {
    EXPECT_TRUE(queue.push(std::make_unique<int>(1)));
    EXPECT_TRUE(queue.push(std::make_unique<int>(2)));
    EXPECT_FALSE(queue.push(std::make_unique<int>(3)));
    EXPECT_TRUE(queue.full());
    std::unique_ptr<int> value;
    EXPECT_TRUE(queue.pop(value));
    EXPECT_EQ(*value, 1);
    EXPECT_EQ(queue.size(), 1u);
    EXPECT_TRUE(queue.pop());
    EXPECT_FALSE(queue.pop());
    EXPECT_FALSE(queue.pop(value));
  }
}

TEST(MessageQueueTest, BlockingQueueWaitsForRoomAndElements) {
  BlockingQueue<int, 2> queue;
  int sum = 0;
  std::thread consumer([&] {
    for (int i = 0; i < 100; ++i) {
      int value = 0;
      queue.pop(value);
      EXPECT_EQ(value, i);
      sum += value;
    }
    queue.pop();
  });
  for (int i = 0; i <= 100; ++i) EXPECT_TRUE(queue.push(i));
  consumer.join();
  EXPECT_EQ(sum, 4950);
}

TEST(MessageQueueTest, MessageQueueDropsTheOldestOrTheNewest) {
  MessageQueue<int, 2> oldest, newest(DropStrategy::DROP_BACK);
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(oldest.push(i));
    EXPECT_EQ(newest.push(i), i < 2);
  }
  int value = -1;
  oldest.pop(value);
  EXPECT_EQ(value, 1);
  newest.pop(value);
  EXPECT_EQ(value, 0);
}

}  // namespace
}  // namespace sail
