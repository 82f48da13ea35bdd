// Elementwise operations of one operand: a short sequence of commands each.
#include <cfloat>
#include <cmath>
#include <functional>
#include <memory>
#include <utility>

#include "base/status_macros.h"
#include "bmcompiler/lowering/registry.h"
#include "bmcompiler/lowering/row_op.h"
#include "bmcompiler/lowering/vector_math.h"

namespace bm::lowering {
namespace {

using isa::Eu;

struct Elementwise {
  VectorMath& math;
  const LocalTensor& out;  // may be x's memory
  const LocalTensor& x;
  const LocalTensor* scratch;
};

// How an operation is expressed: how many temporaries it needs and its commands.
struct Recipe {
  int scratch;
  std::function<void(const Elementwise&)> emit;
};

Recipe RecipeOf(const graph::Relu& op) {
  if (op.negative_slope == 0) {
    return {0, [](const Elementwise& e) { e.math.Apply(Eu::kMax, e.out, e.x, 0.0f); }};
  }
  return {1, [slope = op.negative_slope](const Elementwise& e) {
            e.math.Apply(Eu::kMax, e.scratch[0], e.x, 0.0f);
            e.math.Apply(Eu::kSub, e.out, e.x, e.scratch[0]);
            e.math.Apply(Eu::kMul, e.out, e.out, slope);
            e.math.Apply(Eu::kAdd, e.out, e.out, e.scratch[0]);
          }};
}

Recipe RecipeOf(const graph::Elu& op) {
  return {3, [alpha = op.alpha](const Elementwise& e) {
            const LocalTensor& negative = e.scratch[2];
            e.math.Apply(Eu::kMin, negative, e.x, 0.0f);
            e.math.Exp(negative, negative, e.scratch);
            e.math.Apply(Eu::kSub, negative, negative, 1.0f);
            e.math.Apply(Eu::kMul, negative, negative, alpha);
            e.math.Apply(Eu::kMax, e.out, e.x, 0.0f);
            e.math.Apply(Eu::kAdd, e.out, e.out, negative);
          }};
}

Recipe RecipeOf(const graph::Sigmoid&) {
  return {2, [](const Elementwise& e) {
            e.math.Apply(Eu::kMul, e.out, e.x, -1.0f);
            e.math.Exp(e.out, e.out, e.scratch);
            e.math.Apply(Eu::kAdd, e.out, e.out, 1.0f);
            e.math.Reciprocal(e.out, e.out);
          }};
}

// tanh x = 1 - 2 / (e^2x + 1)
Recipe RecipeOf(const graph::Tanh&) {
  return {2, [](const Elementwise& e) {
            e.math.Apply(Eu::kMul, e.out, e.x, 2.0f);
            e.math.Exp(e.out, e.out, e.scratch);
            e.math.Apply(Eu::kAdd, e.out, e.out, 1.0f);
            e.math.Reciprocal(e.out, e.out, -2.0f);
            e.math.Apply(Eu::kAdd, e.out, e.out, 1.0f);
          }};
}

Recipe RecipeOf(const graph::Swish& op) {
  return {3, [beta = op.beta](const Elementwise& e) {
            const LocalTensor& divisor = e.scratch[2];
            e.math.Apply(Eu::kMul, divisor, e.x, -beta);
            e.math.Exp(divisor, divisor, e.scratch);
            e.math.Apply(Eu::kAdd, divisor, divisor, 1.0f);
            e.math.Apply(Eu::kDiv, e.out, e.x, divisor);
          }};
}

// tanh(ln(1 + e^x)) = n / (n + 2) with n = e^x (e^x + 2); it is 1 in float from x = 20 on, where e^2x still fits.
Recipe RecipeOf(const graph::Mish&) {
  return {3, [](const Elementwise& e) {
            const LocalTensor& n = e.scratch[2];
            const LocalTensor& sum = e.scratch[0];
            e.math.Apply(Eu::kMin, n, e.x, 20.0f);
            e.math.Exp(n, n, e.scratch);
            e.math.Apply(Eu::kAdd, sum, n, 2.0f);
            e.math.Apply(Eu::kMul, n, n, sum);
            e.math.Apply(Eu::kAdd, sum, n, 2.0f);
            e.math.Apply(Eu::kDiv, n, n, sum);
            e.math.Apply(Eu::kMul, e.out, e.x, n);
          }};
}

Recipe RecipeOf(const graph::Exp&) {
  return {2, [](const Elementwise& e) { e.math.Exp(e.out, e.x, e.scratch); }};
}

Recipe RecipeOf(const graph::Log&) {
  return {2, [](const Elementwise& e) { e.math.Log(e.out, e.x, e.scratch); }};
}

Recipe RecipeOf(const graph::Abs&) {
  return {0, [](const Elementwise& e) { e.math.ApplyBits(Eu::kAnd, e.out, e.x, 0x7FFFFFFF); }};
}

Recipe RecipeOf(const graph::Affine& op) {
  return {0, [op](const Elementwise& e) { e.math.Affine(e.out, e.x, op.scale, op.shift); }};
}

Recipe RecipeOf(const graph::Clip& op) {
  return {0, [op](const Elementwise& e) {
            e.math.Apply(Eu::kMax, e.out, e.x, op.low);
            e.math.Apply(Eu::kMin, e.out, e.out, op.high);
          }};
}

// x^n for a whole n >= 1 by squaring; `base` is overwritten.
void WholePower(const Elementwise& e, const LocalTensor& base, int64_t exponent) {
  bool has_result = false;
  for (int64_t rest = exponent; rest > 0; rest /= 2) {
    if (rest % 2 == 1) {
      if (has_result) {
        e.math.Apply(Eu::kMul, e.out, e.out, base);
      } else {
        e.math.Copy(e.out, base);
      }
      has_result = true;
    }
    if (rest > 1) e.math.Apply(Eu::kMul, base, base, base);
  }
}

Recipe RecipeOf(const graph::Power& op) {
  const float exponent = op.exponent;
  constexpr float kLargestWhole = 64;
  if (exponent == 0) {
    return {0, [](const Elementwise& e) { e.math.Affine(e.out, e.x, 0.0f, 1.0f); }};
  }
  if (exponent == 0.5f) {
    return {1, [](const Elementwise& e) {
              e.math.Rsqrt(e.scratch[0], e.x);
              e.math.Apply(Eu::kMul, e.out, e.x, e.scratch[0]);
            }};
  }
  if (exponent == -0.5f) {
    return {0, [](const Elementwise& e) { e.math.Rsqrt(e.out, e.x); }};
  }
  if (std::abs(exponent) <= kLargestWhole && std::floor(exponent) == exponent) {
    return {1, [exponent](const Elementwise& e) {
              e.math.Copy(e.scratch[0], e.x);
              WholePower(e, e.scratch[0], static_cast<int64_t>(std::abs(exponent)));
              if (exponent < 0) e.math.Reciprocal(e.out, e.out);
            }};
  }
  return {2, [exponent](const Elementwise& e) {
            e.math.Apply(Eu::kMax, e.out, e.x, FLT_MIN);
            e.math.Log(e.out, e.out, e.scratch);
            e.math.Apply(Eu::kMul, e.out, e.out, exponent);
            e.math.Exp(e.out, e.out, e.scratch);
          }};
}

class ElementwiseOp : public RowOp {
 public:
  ElementwiseOp(Session* session, const graph::Node& node, Recipe recipe)
      : RowOp(session, node), recipe_(std::move(recipe)) {}

 protected:
  absl::Status Prepare() override {
    any_view_ = true;
    return RowOp::Prepare();
  }
  int scratch_tensors() const override { return recipe_.scratch; }
  int InPlaceInput() const override { return 0; }

  absl::Status Compute(const RowTile& tile) override {
    VectorMath math(&session_.commands);
    recipe_.emit({math, tile.output, tile.inputs[0], tile.scratch.data()});
    return absl::OkStatus();
  }

 private:
  const Recipe recipe_;
};

}  // namespace

template <typename Op>
std::unique_ptr<NodeLowering> LowerElementwise(Session* session, const graph::Node& node, const Op& op) {
  return std::make_unique<ElementwiseOp>(session, node, RecipeOf(op));
}

template std::unique_ptr<NodeLowering> LowerElementwise(Session*, const graph::Node&, const graph::Relu&);
template std::unique_ptr<NodeLowering> LowerElementwise(Session*, const graph::Node&, const graph::Elu&);
template std::unique_ptr<NodeLowering> LowerElementwise(Session*, const graph::Node&, const graph::Sigmoid&);
template std::unique_ptr<NodeLowering> LowerElementwise(Session*, const graph::Node&, const graph::Tanh&);
template std::unique_ptr<NodeLowering> LowerElementwise(Session*, const graph::Node&, const graph::Swish&);
template std::unique_ptr<NodeLowering> LowerElementwise(Session*, const graph::Node&, const graph::Mish&);
template std::unique_ptr<NodeLowering> LowerElementwise(Session*, const graph::Node&, const graph::Exp&);
template std::unique_ptr<NodeLowering> LowerElementwise(Session*, const graph::Node&, const graph::Log&);
template std::unique_ptr<NodeLowering> LowerElementwise(Session*, const graph::Node&, const graph::Abs&);
template std::unique_ptr<NodeLowering> LowerElementwise(Session*, const graph::Node&, const graph::Affine&);
template std::unique_ptr<NodeLowering> LowerElementwise(Session*, const graph::Node&, const graph::Power&);
template std::unique_ptr<NodeLowering> LowerElementwise(Session*, const graph::Node&, const graph::Clip&);

}  // namespace bm::lowering
