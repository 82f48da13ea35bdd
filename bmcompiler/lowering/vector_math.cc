#include "bmcompiler/lowering/vector_math.h"

#include <utility>

namespace bm::lowering {

using isa::Eu;

namespace {

constexpr uint16_t kExpTerms = 32;
constexpr uint16_t kLogTerms = 64;
constexpr float kExpLow = -103.0f, kExpHigh = 88.0f;  // what the exponential's tables cover

bool IsScalarOperation(Eu eu) { return eu == Eu::kMul || eu == Eu::kAdd || eu == Eu::kSub || eu == Eu::kDiv; }

// The cheapest command for the operation: MD_SCALAR where everything is aligned, tensor arithmetic otherwise.
isa::BdcOp ElementwiseOp(Eu eu, const LocalTensor& out, const isa::Operand& a, const isa::Operand& b) {
  const isa::Result result = Target(out);
  const auto aligned = [](const isa::Layout& layout) { return layout.kind == isa::Layout::Kind::kAligned; };
  if (IsScalarOperation(eu) && aligned(result.layout) && aligned(a.layout) && aligned(b.layout)) {
    isa::Scalar op;
    op.eu = eu;
    op.shape = out.shape;
    op.result = result;
    op.a = a;
    op.b = b;
    return op;
  }
  isa::TensorArithmetic op;
  op.eu = eu;
  op.shape = out.shape;
  op.result = result;
  op.a = a;
  op.b = b;
  return op;
}

// Calls emit(part) for every block of channels that a command takes; part(tensor) is the block of a tensor.
template <typename Emit>
void ByChannels(const LocalTensor& out, Emit emit) {
  for (const Range block : ChannelBlocks(out.shape.c)) {
    emit([&](const LocalTensor& tensor) { return tensor.Part(0, out.shape.n, block.begin, block.count); });
  }
}

}  // namespace

void VectorMath::Apply(Eu eu, const LocalTensor& out, const LocalTensor& a, const LocalTensor& b) {
  ByChannels(out, [&](auto part) {
    commands_.Bdc(ElementwiseOp(eu, part(out), Tensor(part(a)), Tensor(part(b))), {part(a), part(b)}, {part(out)});
  });
}

void VectorMath::ApplyImmediate(Eu eu, const LocalTensor& out, const LocalTensor& a, const isa::Operand& b) {
  ByChannels(
      out, [&](auto part) { commands_.Bdc(ElementwiseOp(eu, part(out), Tensor(part(a)), b), {part(a)}, {part(out)}); });
}

void VectorMath::Apply(Eu eu, const LocalTensor& out, const LocalTensor& a, float value) {
  ApplyImmediate(eu, out, a, Immediate(value));
}

void VectorMath::ApplyBits(Eu eu, const LocalTensor& out, const LocalTensor& a, uint32_t bits) {
  isa::Operand immediate;
  immediate.is_constant = true;
  immediate.constant = bits;
  ApplyImmediate(eu, out, a, immediate);
}

void VectorMath::Reciprocal(const LocalTensor& out, const LocalTensor& a, float value) {
  ByChannels(out, [&](auto part) {
    commands_.Bdc(ElementwiseOp(Eu::kDiv, part(out), Immediate(value), Tensor(part(a))), {part(a)}, {part(out)});
  });
}

void VectorMath::MultiplyAdd(const LocalTensor& out, const LocalTensor& a, float value) {
  ApplyImmediate(Eu::kMac, out, a, Immediate(value));
}

void VectorMath::Copy(const LocalTensor& out, const LocalTensor& a) {
  ByChannels(out, [&](auto part) {
    isa::TensorArithmetic op;
    op.eu = Eu::kCopy;
    op.shape = part(out).shape;
    op.result = Target(part(out));
    op.a = Tensor(part(a));
    commands_.Bdc(std::move(op), {part(a)}, {part(out)});
  });
}

void VectorMath::Special(Eu eu, const LocalTensor& out, const LocalTensor& a, uint32_t table, uint16_t length) {
  ByChannels(out, [&](auto part) {
    isa::SpecialFunction op;
    op.eu = eu;
    op.shape = part(out).shape;
    op.result = Target(part(out));
    op.a = Tensor(part(a));
    op.table_offset = table;
    op.table_length = length;
    commands_.Bdc(std::move(op), {part(a)}, {part(out)});
  });
}

void VectorMath::Lookup(const LocalTensor& out, const LocalTensor& index, uint32_t table) {
  ByChannels(out, [&](auto part) {
    isa::TableLookup op;
    op.shape = part(out).shape;
    op.result = Target(part(out));
    op.index = Tensor(part(index));
    op.table_offset = table;
    commands_.Bdc(std::move(op), {part(index)}, {part(out)});
  });
}

void VectorMath::Rsqrt(const LocalTensor& out, const LocalTensor& a) { Special(Eu::kRsqrt, out, a); }

void VectorMath::Affine(const LocalTensor& out, const LocalTensor& a, float scale, float shift) {
  if (scale != 1.0f) Apply(Eu::kMul, out, a, scale);
  if (shift != 0.0f) Apply(Eu::kAdd, out, scale != 1.0f ? out : a, shift);
  if (scale == 1.0f && shift == 0.0f && out.address() != a.address()) Copy(out, a);
}

// e^x = e^i * e^(x - i) with i = trunc(x): a table entry times a Taylor polynomial on (-1, 1).
void VectorMath::Exp(const LocalTensor& out, const LocalTensor& a, const LocalTensor scratch[2]) {
  const LocalTensor& index = scratch[0];
  const LocalTensor& whole = scratch[1];
  Apply(Eu::kMax, out, a, kExpLow);
  Apply(Eu::kMin, out, out, kExpHigh);
  Special(Eu::kFloatToInt, index, out);
  Lookup(whole, index, isa::kTableExpInteger);
  Apply(Eu::kSub, out, out, whole);
  Lookup(whole, index, isa::kTableExp);
  Special(Eu::kTaylor, index, out, isa::kTableExpTaylor, kExpTerms);
  Apply(Eu::kAdd, index, index, 1.0f);
  Apply(Eu::kMul, out, index, whole);
}

// ln x = ln p + ln(x / p) with p the nearest power of two: a table entry plus a Taylor polynomial on [-1/3, 1/3].
void VectorMath::Log(const LocalTensor& out, const LocalTensor& a, const LocalTensor scratch[2]) {
  const LocalTensor& power = scratch[0];
  const LocalTensor& whole = scratch[1];
  Special(Eu::kNormalizeExponent, power, a);
  Lookup(whole, power, isa::kTableLog);
  Special(Eu::kNormalizeMantissa, power, a);
  Apply(Eu::kDiv, out, a, power);
  Apply(Eu::kSub, out, out, 1.0f);
  Special(Eu::kTaylor, power, out, isa::kTableLogTaylor, kLogTerms);
  Apply(Eu::kAdd, out, power, whole);
}

}  // namespace bm::lowering
