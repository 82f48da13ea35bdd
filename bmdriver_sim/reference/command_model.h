// The meaning of every command a second time, for tests: docs/isa.md 2, 3.2, 4.2 and 5 element by element on a copy of
// the memory. It shares no arithmetic and no addressing with the executors: floats are computed in double and rounded
// once, integers divided and clamped in double.
#ifndef BMDRIVER_SIM_REFERENCE_COMMAND_MODEL_H_
#define BMDRIVER_SIM_REFERENCE_COMMAND_MODEL_H_

#include <cstdint>
#include <string>
#include <vector>

#include "bmdriver_sim/chip/chip.h"
#include "isa/bdc.h"
#include "isa/gdma.h"

namespace bm::reference {

// Knows the first kLaneBytes of every lane, the tables of L2 and kSystemBytes of DDR; commands must stay there.
class CommandModel {
 public:
  static constexpr uint32_t kLaneBytes = 64 * 1024;
  static constexpr uint64_t kSystemBase = 0x150000000;
  static constexpr uint64_t kSystemBytes = 1024 * 1024;

  // Copies the chip's memory as it is.
  explicit CommandModel(chip::Chip* chip);

  void Execute(const isa::Conv& op);
  void Execute(const isa::Depthwise& op);
  void Execute(const isa::MaxPool& op);
  void Execute(const isa::FullyConnected& op);
  void Execute(const isa::TensorArithmetic& op);
  void Execute(const isa::TableLookup& op);
  void Execute(const isa::Scalar& op);
  void Execute(const isa::SpecialFunction& op);
  void Execute(const isa::Linear& op);
  void Execute(const isa::Compare& op);
  void Execute(const isa::VectorCombine& op);
  void Execute(const isa::GdmaCommand& command);

  // Where the chip's memory differs, the first place; empty where it does not. Two NaNs are alike in any bits.
  std::string Difference(chip::Chip* chip) const;

 private:
  // A tensor in local memory (docs/isa.md 2.1).
  struct Tensor {
    uint32_t address = 0;
    int bytes = 4;
    isa::Dims4 stride;
    bool first_batch = false;  // one batch serves all
    bool is_constant = false;
    uint32_t constant = 0;
  };
  struct Matrix {
    uint32_t address = 0, lanes = 0, width = 0;
    int bytes = 4;
    bool is_constant = false;
    uint32_t constant = 0;
  };
  // One side of a transfer.
  struct Side {
    bool is_local = false;
    uint64_t address = 0;
    isa::Dims4 stride;
    int bytes = 4;
  };

  static Tensor TensorOf(const isa::Operand& operand, const isa::Dims4& shape);
  static Tensor TensorOf(const isa::Result& result, const isa::Dims4& shape);
  static Matrix MatrixOf(const isa::Operand& operand, uint32_t lanes, uint32_t width);

  uint8_t* Local(uint64_t lane, uint64_t offset);
  uint8_t* System(uint64_t address);
  uint8_t* At(const Tensor& tensor, uint32_t n, uint32_t c, uint32_t h, uint32_t w);
  uint8_t* At(const Matrix& matrix, uint32_t row, uint32_t column);
  uint8_t* At(const Side& side, uint32_t n, uint32_t c, uint32_t h, uint32_t w);
  uint32_t LaneOf(const Side& side, uint32_t c) const;

  // The element of a channel in a vector with one element a slot.
  uint32_t VectorBits(const isa::Operand& operand, uint32_t bytes, uint32_t c);
  uint32_t Bits(const Tensor& tensor, uint32_t n, uint32_t c, uint32_t h, uint32_t w);
  float Float(const Tensor& tensor, uint32_t n, uint32_t c, uint32_t h, uint32_t w);
  int64_t Integer(const Tensor& tensor, bool is_signed, uint32_t n, uint32_t c, uint32_t h, uint32_t w);
  float Float(const Matrix& matrix, uint32_t row, uint32_t column);
  int64_t Integer(const Matrix& matrix, bool is_signed, uint32_t row, uint32_t column);
  void Set(const Tensor& tensor, uint32_t n, uint32_t c, uint32_t h, uint32_t w, uint32_t bits);
  void SetFloat(const Tensor& tensor, uint32_t n, uint32_t c, uint32_t h, uint32_t w, float value);

  // The weight of a convolution whose units hold `unit` input channels.
  uint8_t* WeightAt(const isa::Conv& op, uint32_t unit, uint32_t oc, uint32_t kh, uint32_t kw, uint32_t ic);
  uint32_t Combine(const isa::TensorArithmetic& op, const Tensor& a, const Tensor& b, const Tensor& old, uint32_t n,
                   uint32_t c, uint32_t h, uint32_t w);
  // Moves one element as the command says: converts, adds, or copies.
  void Move(const isa::GdmaCommand& command, const uint8_t* source, uint8_t* target);
  void Flat(const isa::GdmaCommand& command);
  void MoveMatrix(const isa::GdmaCommand& command);
  void Filter(const isa::GdmaCommand& command);

  std::vector<uint8_t> local_, tables_, system_;
};

}  // namespace bm::reference

#endif  // BMDRIVER_SIM_REFERENCE_COMMAND_MODEL_H_
