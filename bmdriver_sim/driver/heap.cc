#include "bmdriver_sim/driver/heap.h"

#include <algorithm>

#include "base/checked_math.h"

namespace bm::driver {

Heap::Heap(uint64_t start, uint64_t bytes) : start_(start), bytes_(bytes) { root_ = NewNode(start, bytes); }

Heap::Index Heap::NewNode(uint64_t start, uint64_t bytes) {
  // xorshift: priorities need no more than to be scattered.
  random_ ^= random_ << 13;
  random_ ^= random_ >> 17;
  random_ ^= random_ << 5;
  const Node node{start, bytes, bytes, random_, kNone, kNone};
  if (!unused_.empty()) {
    const Index index = unused_.back();
    unused_.pop_back();
    nodes_[index] = node;
    return index;
  }
  nodes_.push_back(node);
  return static_cast<Index>(nodes_.size() - 1);
}

void Heap::Update(Index node) {
  Node& n = nodes_[node];
  n.largest = std::max({n.bytes, LargestOf(n.left), LargestOf(n.right)});
}

Heap::Index Heap::Merge(Index left, Index right) {
  if (left < 0) return right;
  if (right < 0) return left;
  if (nodes_[left].priority > nodes_[right].priority) {
    nodes_[left].right = Merge(nodes_[left].right, right);
    Update(left);
    return left;
  }
  nodes_[right].left = Merge(left, nodes_[right].left);
  Update(right);
  return right;
}

void Heap::Split(Index node, uint64_t key, Index* left, Index* right) {
  if (node < 0) {
    *left = *right = kNone;
    return;
  }
  if (nodes_[node].start < key) {
    Index rest = kNone;
    Split(nodes_[node].right, key, &rest, right);
    nodes_[node].right = rest;
    *left = node;
  } else {
    Index rest = kNone;
    Split(nodes_[node].left, key, left, &rest);
    nodes_[node].left = rest;
    *right = node;
  }
  Update(node);
}

Heap::Index Heap::TakeLowest(Index node, uint64_t bytes, uint64_t* address) {
  Node& n = nodes_[node];
  if (LargestOf(n.left) >= bytes) {
    n.left = TakeLowest(n.left, bytes, address);
  } else if (n.bytes >= bytes) {
    *address = n.start;
    if (n.bytes == bytes) {
      const Index rest = Merge(n.left, n.right);
      unused_.push_back(node);
      return rest;
    }
    n.start += bytes;
    n.bytes -= bytes;
  } else {
    n.right = TakeLowest(n.right, bytes, address);
  }
  Update(node);
  return node;
}

std::optional<uint64_t> Heap::Allocate(uint64_t bytes) {
  if (bytes == 0 || bytes > bytes_) return std::nullopt;
  const uint64_t size = AlignUp(bytes, kPageBytes);
  if (largest_free_bytes() < size) return std::nullopt;
  uint64_t address = 0;
  root_ = TakeLowest(root_, size, &address);
  used_ += size;
  live_.emplace(address, size);
  return address;
}

Heap::Index Heap::Last(Index node) const {
  while (nodes_[node].right >= 0) node = nodes_[node].right;
  return node;
}

Heap::Index Heap::First(Index node) const {
  while (nodes_[node].left >= 0) node = nodes_[node].left;
  return node;
}

Heap::Index Heap::RemoveLast(Index node, uint64_t* start, uint64_t* bytes) {
  if (nodes_[node].right >= 0) {
    nodes_[node].right = RemoveLast(nodes_[node].right, start, bytes);
    Update(node);
    return node;
  }
  *start = nodes_[node].start;
  *bytes = nodes_[node].bytes;
  unused_.push_back(node);
  return nodes_[node].left;
}

Heap::Index Heap::RemoveFirst(Index node, uint64_t* start, uint64_t* bytes) {
  if (nodes_[node].left >= 0) {
    nodes_[node].left = RemoveFirst(nodes_[node].left, start, bytes);
    Update(node);
    return node;
  }
  *start = nodes_[node].start;
  *bytes = nodes_[node].bytes;
  unused_.push_back(node);
  return nodes_[node].right;
}

std::optional<uint64_t> Heap::Free(uint64_t address) {
  const auto block = live_.find(address);
  if (block == live_.end()) return std::nullopt;
  const uint64_t size = block->second;
  live_.erase(block);
  used_ -= size;
  uint64_t start = address, bytes = size;
  Index left = kNone, right = kNone;
  Split(root_, address, &left, &right);
  // Free neighbours on both sides join.
  if (left >= 0) {
    const Node& before = nodes_[Last(left)];
    if (before.start + before.bytes == start) {
      uint64_t joined_start = 0, joined_bytes = 0;
      left = RemoveLast(left, &joined_start, &joined_bytes);
      start = joined_start;
      bytes += joined_bytes;
    }
  }
  if (right >= 0 && nodes_[First(right)].start == start + bytes) {
    uint64_t joined_start = 0, joined_bytes = 0;
    right = RemoveFirst(right, &joined_start, &joined_bytes);
    bytes += joined_bytes;
  }
  root_ = Merge(Merge(left, NewNode(start, bytes)), right);
  return size;
}

}  // namespace bm::driver
