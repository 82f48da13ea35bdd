// Elementwise commands on aligned tensors, and the functions that are sequences of them (docs/isa.md 3.3, 3.4).
#ifndef BMCOMPILER_LOWERING_VECTOR_MATH_H_
#define BMCOMPILER_LOWERING_VECTOR_MATH_H_

#include "bmcompiler/lowering/commands.h"

namespace bm::lowering {

// Every tensor of a call has the shape of `out`; `out` may be an operand's memory. More channels than a command takes
// are several commands; they need one batch.
class VectorMath {
 public:
  explicit VectorMath(Commands* commands) : commands_(*commands) {}

  // out = a op b. Any strides, so an operand may repeat along axes of stride 0.
  void Apply(isa::Eu eu, const LocalTensor& out, const LocalTensor& a, const LocalTensor& b);
  // out = a op value.
  void Apply(isa::Eu eu, const LocalTensor& out, const LocalTensor& a, float value);
  // The same with the immediate given as a bit pattern.
  void ApplyBits(isa::Eu eu, const LocalTensor& out, const LocalTensor& a, uint32_t bits);
  // out = value / a.
  void Reciprocal(const LocalTensor& out, const LocalTensor& a, float value = 1.0f);
  // out += a * value, out = a.
  void MultiplyAdd(const LocalTensor& out, const LocalTensor& a, float value);
  void Copy(const LocalTensor& out, const LocalTensor& a);
  // out = 1 / sqrt(a) for a > 0.
  void Rsqrt(const LocalTensor& out, const LocalTensor& a);
  // out = scale * a + shift.
  void Affine(const LocalTensor& out, const LocalTensor& a, float scale, float shift);

  // out = e^a for any a; arguments beyond the float range saturate. `scratch` is two tensors; out may be a.
  void Exp(const LocalTensor& out, const LocalTensor& a, const LocalTensor scratch[2]);
  // out = ln a for normal a > 0. `scratch` is two tensors; out may be a.
  void Log(const LocalTensor& out, const LocalTensor& a, const LocalTensor scratch[2]);

 private:
  void ApplyImmediate(isa::Eu eu, const LocalTensor& out, const LocalTensor& a, const isa::Operand& b);
  void Special(isa::Eu eu, const LocalTensor& out, const LocalTensor& a, uint32_t table = 0, uint16_t length = 0);
  void Lookup(const LocalTensor& out, const LocalTensor& index, uint32_t table);

  Commands& commands_;
};

}  // namespace bm::lowering

#endif  // BMCOMPILER_LOWERING_VECTOR_MATH_H_
