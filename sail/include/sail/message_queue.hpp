// Queues of at most N elements.
#ifndef SAIL_MESSAGE_QUEUE_HPP_
#define SAIL_MESSAGE_QUEUE_HPP_

#include <array>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <utility>

namespace sail {

// Not synchronised.
template <typename T, std::size_t N>
class CircularQueue {
 public:
  // False when the queue is full.
  bool push(const T& value) { return push(T(value)); }
  bool push(T&& value) {
    if (full()) return false;
    elements_[(first_ + size_) % N] = std::move(value);
    ++size_;
    return true;
  }
  // Takes the oldest element. False when the queue is empty.
  template <typename U>
  bool pop(U& value) {
    if (empty()) return false;
    value = std::move(elements_[first_]);
    return pop();
  }
  bool pop() {
    if (empty()) return false;
    elements_[first_] = T();
    first_ = (first_ + 1) % N;
    --size_;
    return true;
  }
  bool full() const { return size_ == N; }
  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }

 private:
  std::array<T, N> elements_{};
  std::size_t first_ = 0;
  std::size_t size_ = 0;
};

// Waits where CircularQueue answers false. push and pop are thread-safe.
template <typename T, std::size_t N>
class BlockingQueue : public CircularQueue<T, N> {
 public:
  bool push(const T& value) { return push(T(value)); }
  bool push(T&& value) {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [this] { return !this->full(); });
    Base::push(std::move(value));
    changed_.notify_all();
    return true;
  }
  template <typename U>
  bool pop(U& value) {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [this] { return !this->empty(); });
    Base::pop(value);
    changed_.notify_all();
    return true;
  }
  bool pop() {
    T dropped;
    return pop(dropped);
  }

 protected:
  using Base = CircularQueue<T, N>;

  std::mutex mutex_;
  std::condition_variable changed_;
};

// What gives way when a queue is full: the oldest element or the new one.
enum class DropStrategy { DROP_FRONT = 0, DROP_BACK = 1 };

// Drops instead of making push wait.
template <typename T, std::size_t N>
class MessageQueue : public BlockingQueue<T, N> {
 public:
  MessageQueue(DropStrategy strategy = DropStrategy::DROP_FRONT) : strategy_(strategy) {}

  // Whether the new element is in the queue.
  bool push(const T& value) { return push(T(value)); }
  bool push(T&& value) {
    const std::lock_guard<std::mutex> lock(this->mutex_);
    if (this->full()) {
      if (strategy_ == DropStrategy::DROP_BACK) return false;
      CircularQueue<T, N>::pop();
    }
    CircularQueue<T, N>::push(std::move(value));
    this->changed_.notify_all();
    return true;
  }

 private:
  const DropStrategy strategy_;
};

}  // namespace sail

#endif  // SAIL_MESSAGE_QUEUE_HPP_
