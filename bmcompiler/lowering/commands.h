// Emits commands of both engines with their ids, waits and command groups.
//
// A command waits for exactly the commands of the other engine whose results it reads or whose operands it overwrites;
// the tracker knows, for every 128 bytes of a lane, which command of each engine touched them last. Within an engine
// commands run in order, and only GDMA touches DDR, so nothing else needs an order. When the 16-bit ids run out a new
// group starts, which drains both engines.
#ifndef BMCOMPILER_LOWERING_COMMANDS_H_
#define BMCOMPILER_LOWERING_COMMANDS_H_

#include <array>
#include <cstdint>
#include <initializer_list>
#include <vector>

#include "bmcompiler/lowering/local_tensor.h"
#include "isa/command_group.h"

namespace bm::lowering {

// A tensor in DDR: any strides, in elements.
struct DdrTensor {
  uint64_t address = 0;
  Dims4 shape;
  Dims4 stride;

  static DdrTensor Contiguous(uint64_t address, const Dims4& shape) {
    return DdrTensor{address, shape, ContiguousStride(shape)};
  }
};

// Addresses of neuron memory carry this bit until the size of the coefficients, which lie in front, is known.
inline constexpr uint64_t kNeuronTag = uint64_t{1} << 39;

class Commands {
 public:
  Commands() : groups_(1) {}

  // `reads` and `writes` are all the local tensors that the operation touches.
  void Bdc(isa::BdcOp op, std::initializer_list<LocalTensor> reads, std::initializer_list<LocalTensor> writes);

  // Writes one value to every element.
  void Fill(const LocalTensor& target, float value);
  // Copies between equal shapes.
  void Load(const DdrTensor& source, const LocalTensor& target);
  void Store(const LocalTensor& source, const DdrTensor& target);
  void Move(const LocalTensor& source, const LocalTensor& target);
  void Copy(const DdrTensor& source, const DdrTensor& target);
  // Copies so many elements between two places in DDR.
  void CopyFlat(uint64_t source, uint64_t target, uint64_t elements);

  // Commands of each engine so far, over all groups.
  uint32_t bdc_count() const { return bdc_count_; }
  uint32_t gdma_count() const { return gdma_count_; }

  // The groups, neuron addresses rebased to `neuron_base`. Ends the object's use.
  std::vector<isa::CommandGroup> Finish(uint64_t neuron_base);

 private:
  static constexpr uint32_t kBlockBytes = 128;
  static constexpr uint16_t kLastId = 65000;

  enum Access { kRead, kWrite };
  struct Touched {
    std::array<uint16_t, 2> bdc = {};   // last reading and last writing BDC id
    std::array<uint16_t, 2> gdma = {};  // the same of GDMA
  };

  void Gdma(isa::GdmaCommand command, const LocalTensor* read, const LocalTensor* write);
  uint16_t WaitFor(const LocalTensor& tensor, Access access, std::array<uint16_t, 2> Touched::*other) const;
  void Record(const LocalTensor& tensor, Access access, std::array<uint16_t, 2> Touched::*engine, uint16_t id);
  void StartGroupIfFull();

  std::vector<isa::CommandGroup> groups_;
  uint32_t bdc_count_ = 0;
  uint32_t gdma_count_ = 0;
  std::array<Touched, isa::kLaneBytes / kBlockBytes> blocks_ = {};
};

}  // namespace bm::lowering

#endif  // BMCOMPILER_LOWERING_COMMANDS_H_
