// What the tests with random commands share: random memory, random parts of commands, and running a command on the chip
// and on its model.
#ifndef BMDRIVER_SIM_REFERENCE_RANDOM_COMMANDS_H_
#define BMDRIVER_SIM_REFERENCE_RANDOM_COMMANDS_H_

#include <array>
#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "base/status_macros.h"
#include "base/testing/status_matchers.h"
#include "bmdriver_sim/reference/command_model.h"
#include "bmdriver_sim/reference/executor.h"
#include "gtest/gtest.h"
#include "isa/bdc.h"
#include "isa/gdma.h"

namespace bm::reference {

class RandomCommandsTest : public ::testing::Test {
 protected:
  using Dims4 = isa::Dims4;
  using Precision = isa::Precision;
  static constexpr uint64_t kCommands = 0x140000000;
  static constexpr uint32_t kRegionBytes = 8 * 1024;  // of a lane; each operand has its own

  void SetUp() override { ASSERT_OK_AND_ASSIGN(chip_, chip::Chip::Create()); }

  uint32_t Pick(uint32_t low, uint32_t high) { return low + static_cast<uint32_t>(random_() % (high - low + 1)); }
  bool Coin() { return Pick(0, 1) == 1; }
  template <typename T, size_t kCount>
  T OneOf(const T (&values)[kCount]) {
    return values[Pick(0, kCount - 1)];
  }

  // Bits of a float: mostly of ordinary size, sometimes special, sometimes anything.
  uint32_t FloatBits() {
    constexpr uint32_t kSpecial[] = {0,          0x80000000, 0x7F800000, 0xFF800000, 0x7FC00000,
                                     0xFFC00001, 0x00000001, 0x807FFFFF, 0x00800000, 0x80800001,
                                     0x7F7FFFFF, 0x3F800000, 0xBF000000, 0x40200000};
    const uint32_t kind = Pick(0, 31);
    if (kind == 0) return OneOf(kSpecial);
    if (kind == 1) return random_();
    const float value = static_cast<float>(static_cast<int32_t>(random_())) * 0x1p-30f;
    uint32_t bits;
    std::memcpy(&bits, &value, sizeof(bits));
    return bits;
  }

  void Fill(bool with_floats) {
    const auto fill = [&](uint8_t* bytes, uint64_t count) {
      for (uint64_t i = 0; i < count; i += 4) {
        const uint32_t bits = with_floats ? FloatBits() : random_();
        std::memcpy(bytes + i, &bits, sizeof(bits));
      }
    };
    for (uint32_t lane = 0; lane < 64; ++lane) {
      fill(chip_->local() + uint64_t{lane} * isa::kLaneBytes, CommandModel::kLaneBytes);
    }
    fill(chip_->System(CommandModel::kSystemBase, CommandModel::kSystemBytes)->data(), CommandModel::kSystemBytes);
  }

  // Runs a command on the chip and on a model of it; what is not in the closed list is left out (false).
  bool RunBdc(const isa::BdcOp& random_op) {
    isa::BdcCommand command;
    command.id = 1;
    command.op = random_op;
    const isa::BdcWords words = isa::EncodeBdc(command);
    const absl::StatusOr<isa::BdcCommand> decoded = isa::DecodeBdc(words);
    if (!decoded.ok()) return false;
    CommandModel model(chip_.get());
    std::visit([&](const auto& op) { model.Execute(op); }, decoded->op);
    EXPECT_OK(RunWords(isa::ReverseWords(words), {kCommands, 0, 1, 0}));
    EXPECT_EQ(model.Difference(chip_.get()), "") << isa::Disassemble(*decoded);
    ++runs_[isa::Mnemonic(decoded->op)];
    return true;
  }
  bool RunGdma(isa::GdmaCommand command) {
    command.id = 1;
    const isa::GdmaWords words = isa::EncodeGdma(command);
    const absl::StatusOr<isa::GdmaCommand> decoded = isa::DecodeGdma(words);
    if (!decoded.ok()) return false;
    CommandModel model(chip_.get());
    model.Execute(*decoded);
    EXPECT_OK(RunWords(words, {0, kCommands, 0, 1}));
    EXPECT_EQ(model.Difference(chip_.get()), "") << isa::Disassemble(*decoded);
    ++runs_[isa::Mnemonic(*decoded)];
    return true;
  }
  absl::Status RunWords(const std::array<uint32_t, 32>& words, const chip::CommandGroupImage& image) {
    std::memcpy(chip_->System(kCommands, sizeof(words))->data(), words.data(), sizeof(words));
    chip_->MarkWritten(kCommands, sizeof(words));
    ReferenceExecutor executor;
    ASSIGN_OR_RETURN(const std::unique_ptr<chip::Program> program, executor.Prepare({&image, 1}, chip_.get()));
    return program->Run();
  }

  // Runs random commands of one operation until each of `names` has run `count` times; all must be among them.
  template <typename Run>
  void RunEach(const std::vector<std::string>& names, int count, Run run) {
    for (const std::string& name : names) runs_[name] = 0;
    for (int round = 0; round < 400 * count && !HasFailure(); ++round) {
      if (round % 8 == 0) Fill(round % 16 == 0);
      run();
      bool is_done = true;
      for (const auto& [name, runs] : runs_) is_done = is_done && runs >= count;
      if (is_done) break;
    }
    EXPECT_EQ(runs_.size(), names.size());
    for (const auto& [name, runs] : runs_) EXPECT_GE(runs, count) << name;
  }

  // ---- Parts of commands ----

  Dims4 RandomShape() { return {Pick(1, 5), Pick(1, 70), Pick(1, 4), Pick(1, 5)}; }
  uint32_t Address(uint32_t region, uint32_t align) {
    return Pick(0, 63) * isa::kLaneBytes + region * kRegionBytes + Pick(0, 8) * align;
  }
  // Strides under which no two elements share a place.
  Dims4 DistinctStride(const Dims4& shape, uint32_t slots) {
    Dims4 stride;
    stride.w = Pick(1, 2);
    stride.h = stride.w * shape.w + Pick(0, 3);
    stride.c = stride.h * shape.h + Pick(0, 3);
    stride.n = stride.c * slots + Pick(0, 3);
    return stride;
  }
  // The layout of a tensor with its address; a stride of an operand may be 0.
  isa::Layout RandomLayout(const Dims4& shape, bool may_repeat) {
    isa::Layout layout;
    if (Coin()) return layout;
    layout.kind = isa::Layout::Kind::kStrided;
    layout.stride = DistinctStride(shape, 3);
    if (!may_repeat) return layout;
    for (uint32_t* stride : {&layout.stride.n, &layout.stride.c, &layout.stride.h, &layout.stride.w}) {
      if (Pick(0, 3) == 0) *stride = 0;
    }
    return layout;
  }
  isa::Operand Tensor(uint32_t region, Precision precision = Precision::kFp32) {
    isa::Operand operand;
    operand.address = Address(region, 128);
    operand.precision = precision;
    operand.is_signed = Coin();
    return operand;
  }
  isa::Operand TensorOrConstant(uint32_t region, Precision precision = Precision::kFp32) {
    isa::Operand operand = Tensor(region, precision);
    if (Pick(0, 3) != 0) return operand;
    operand = {};
    operand.is_constant = true;
    operand.precision = precision;
    operand.is_signed = Coin();
    const int bits = 8 * isa::BytesOf(precision);
    operand.constant = bits == 32 ? FloatBits() : random_() % (1u << bits);
    return operand;
  }
  isa::Result Target(uint32_t region, Precision precision = Precision::kFp32) {
    return {Address(region, 128), precision, {}};
  }
  isa::Window RandomWindow() {
    isa::Window w;
    w.kernel_h = static_cast<uint16_t>(Pick(1, 4));
    w.kernel_w = static_cast<uint16_t>(Pick(1, 4));
    w.stride_h = static_cast<uint8_t>(Pick(1, 3));
    w.stride_w = static_cast<uint8_t>(Pick(1, 3));
    w.dilation_h = static_cast<uint8_t>(Pick(1, 2));
    w.dilation_w = static_cast<uint8_t>(Pick(1, 2));
    w.insert_h = static_cast<uint8_t>(Pick(0, 2));
    w.insert_w = static_cast<uint8_t>(Pick(0, 2));
    w.pad.up = static_cast<uint8_t>(Pick(0, 3));
    w.pad.left = static_cast<uint8_t>(Pick(0, 3));
    return w;
  }
  Precision FloatOrByte() { return Coin() ? Precision::kFp32 : Precision::kInt8; }

  std::unique_ptr<chip::Chip> chip_;
  std::mt19937 random_{29};
  std::map<std::string, int> runs_;  // by mnemonic
};

}  // namespace bm::reference

#endif  // BMDRIVER_SIM_REFERENCE_RANDOM_COMMANDS_H_
