// A chip, commands to run on it by the reference executor, and its elements.
#ifndef BMDRIVER_SIM_REFERENCE_REFERENCE_FIXTURE_H_
#define BMDRIVER_SIM_REFERENCE_REFERENCE_FIXTURE_H_

#include <cstdint>
#include <cstring>
#include <memory>
#include <random>
#include <vector>

#include "base/status_macros.h"
#include "base/testing/status_matchers.h"
#include "bmdriver_sim/reference/executor.h"
#include "gtest/gtest.h"
#include "isa/bdc.h"
#include "isa/gdma.h"

namespace bm::reference {

class ReferenceTest : public ::testing::Test {
 protected:
  using Dims4 = isa::Dims4;
  using Precision = isa::Precision;
  static constexpr uint64_t kCommands = 0x140000000;

  void SetUp() override { ASSERT_OK_AND_ASSIGN(chip_, chip::Chip::Create()); }

  absl::Status Run(const std::vector<isa::BdcOp>& ops) {
    std::vector<uint32_t> words;
    for (size_t i = 0; i < ops.size(); ++i) {
      isa::BdcCommand command;
      command.id = static_cast<uint16_t>(i + 1);
      command.op = ops[i];
      const isa::BdcWords encoded = isa::ReverseWords(isa::EncodeBdc(command));
      words.insert(words.end(), encoded.begin(), encoded.end());
    }
    return RunWords(words, {static_cast<uint64_t>(kCommands), 0, static_cast<uint32_t>(ops.size()), 0});
  }
  absl::Status Run(isa::GdmaCommand command) {
    command.id = 1;
    const isa::GdmaWords encoded = isa::EncodeGdma(command);
    return RunWords({encoded.begin(), encoded.end()}, {0, kCommands, 0, 1});
  }
  absl::Status RunWords(const std::vector<uint32_t>& words, const chip::CommandGroupImage& image) {
    ASSIGN_OR_RETURN(const absl::Span<uint8_t> target, chip_->System(kCommands, words.size() * 4));
    std::memcpy(target.data(), words.data(), target.size());
    chip_->MarkWritten(kCommands, target.size());
    ReferenceExecutor executor;
    ASSIGN_OR_RETURN(const std::unique_ptr<chip::Program> program, executor.Prepare({&image, 1}, chip_.get()));
    return program->Run();
  }

  // An element of an aligned tensor, stated from docs/isa.md 2.1: its byte address in local memory.
  static uint32_t At(uint32_t address, const Dims4& shape, int pack, uint32_t n, uint32_t c, uint32_t h, uint32_t w) {
    const uint32_t lane0 = address / isa::kLaneBytes, lane = (lane0 + c) % 64, slot = (lane0 + c) / 64;
    const uint32_t words = (shape.h * shape.w + 31) / 32 * 32;
    const uint32_t slots = (lane0 + shape.c + 63) / 64;
    const uint32_t index = n / pack * words * slots + slot * words + h * shape.w + w;
    return lane * isa::kLaneBytes + address % isa::kLaneBytes + 4 * index + n % pack * (4 / pack);
  }
  float& Float(uint32_t address, const Dims4& shape, uint32_t n, uint32_t c, uint32_t h, uint32_t w) {
    return *reinterpret_cast<float*>(chip_->local() + At(address, shape, 1, n, c, h, w));
  }
  uint8_t& Byte(uint32_t address, const Dims4& shape, uint32_t n, uint32_t c, uint32_t h, uint32_t w) {
    return chip_->local()[At(address, shape, 4, n, c, h, w)];
  }
  template <typename Set>
  void ForEach(const Dims4& shape, Set set) {
    for (uint32_t n = 0; n < shape.n; ++n) {
      for (uint32_t c = 0; c < shape.c; ++c) {
        for (uint32_t h = 0; h < shape.h; ++h) {
          for (uint32_t w = 0; w < shape.w; ++w) set(n, c, h, w);
        }
      }
    }
  }
  void FillRandom(uint32_t address, const Dims4& shape) {
    std::uniform_real_distribution<float> distribution(-2, 2);
    ForEach(shape, [&](auto n, auto c, auto h, auto w) { Float(address, shape, n, c, h, w) = distribution(random_); });
  }
  static isa::Operand At(uint32_t address, Precision precision = Precision::kFp32, bool is_signed = true) {
    isa::Operand operand;
    operand.address = address;
    operand.precision = precision;
    operand.is_signed = is_signed;
    return operand;
  }
  static isa::Operand Constant(float value) {
    isa::Operand operand;
    operand.is_constant = true;
    std::memcpy(&operand.constant, &value, 4);
    return operand;
  }

  std::unique_ptr<chip::Chip> chip_;
  std::mt19937 random_{17};
};

}  // namespace bm::reference

#endif  // BMDRIVER_SIM_REFERENCE_REFERENCE_FIXTURE_H_
