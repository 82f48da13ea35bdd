// One heap of device memory: exact first fit by lowest address, fast with millions of live blocks.
//
//   Heap heap(0, 0x124100000, 0xDBF00000);
//   std::optional<uint64_t> address = heap.Allocate(4096);
//   heap.Free(*address);
//
// Free extents form a treap ordered by address in which every node knows the largest extent below it, so the lowest
// extent with room is found by one descent. Not thread-safe.
#ifndef BMDRIVER_SIM_DRIVER_HEAP_H_
#define BMDRIVER_SIM_DRIVER_HEAP_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/container/flat_hash_map.h"

namespace bm::driver {

class Heap {
 public:
  static constexpr uint64_t kPageBytes = 4096;

  // `start` and `bytes` are multiples of kPageBytes; `bytes` is positive.
  Heap(uint64_t start, uint64_t bytes);

  // The lowest address with room for `bytes` (> 0), which are rounded up to whole pages; nothing if no extent has room.
  std::optional<uint64_t> Allocate(uint64_t bytes);
  // The block's size in whole pages, or nothing if `address` starts no live block.
  std::optional<uint64_t> Free(uint64_t address);

  uint64_t start() const { return start_; }
  uint64_t total_bytes() const { return bytes_; }
  uint64_t used_bytes() const { return used_; }
  uint64_t largest_free_bytes() const { return root_ < 0 ? 0 : nodes_[root_].largest; }
  bool Contains(uint64_t address) const { return address >= start_ && address - start_ < bytes_; }

 private:
  using Index = int32_t;
  static constexpr Index kNone = -1;

  struct Node {
    uint64_t start = 0;
    uint64_t bytes = 0;
    uint64_t largest = 0;  // in this subtree
    uint32_t priority = 0;
    Index left = kNone;
    Index right = kNone;
  };

  Index NewNode(uint64_t start, uint64_t bytes);
  void Update(Index node);
  Index Merge(Index left, Index right);
  // Extents that start below `key` and the others.
  void Split(Index node, uint64_t key, Index* left, Index* right);
  uint64_t LargestOf(Index node) const { return node < 0 ? 0 : nodes_[node].largest; }
  // Takes `bytes` from the front of the lowest extent with room, which exists; returns the tree's new root.
  Index TakeLowest(Index node, uint64_t bytes, uint64_t* address);
  Index RemoveLast(Index node, uint64_t* start, uint64_t* bytes);
  Index RemoveFirst(Index node, uint64_t* start, uint64_t* bytes);
  Index Last(Index node) const;
  Index First(Index node) const;

  const uint64_t start_;
  const uint64_t bytes_;
  uint64_t used_ = 0;
  std::vector<Node> nodes_;
  std::vector<Index> unused_;
  Index root_ = kNone;
  uint32_t random_ = 0x9E3779B9;
  absl::flat_hash_map<uint64_t, uint64_t> live_;  // start -> bytes
};

}  // namespace bm::driver

#endif  // BMDRIVER_SIM_DRIVER_HEAP_H_
