#include <iterator>

#include "bmcompiler/graph/graph.h"

namespace bm::graph {
namespace {

// In the order of the variant's alternatives.
constexpr const char* kNames[] = {
    "Convolution", "Deconvolution", "Pooling",  "FullyConnected", "Relu",   "Elu",
    "Sigmoid",     "Tanh",          "Swish",    "Mish",           "Exp",    "Log",
    "Abs",         "Affine",        "Power",    "Clip",           "Prelu",  "ScaleShift",
    "BatchNorm",   "Eltwise",       "Binary",   "Concat",         "Slice",  "Reshape",
    "Transpose",   "Tile",          "Identity", "Softmax",        "Reduce", "Lrn",
    "Normalize",   "Resize",
};
static_assert(std::size(kNames) == std::variant_size_v<Op>, "a name for every operation");

}  // namespace

const char* OpName(const Op& op) { return kNames[op.index()]; }

}  // namespace bm::graph
