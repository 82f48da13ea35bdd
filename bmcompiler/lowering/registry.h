// The lowering of every operation. One function per operation, chosen by the operation's type.
#ifndef BMCOMPILER_LOWERING_REGISTRY_H_
#define BMCOMPILER_LOWERING_REGISTRY_H_

#include <memory>

#include "bmcompiler/graph/graph.h"
#include "bmcompiler/lowering/node_lowering.h"

namespace bm::lowering {

using LoweringPtr = std::unique_ptr<NodeLowering>;

LoweringPtr LowerConvolution(Session* session, const graph::Node& node, const graph::Convolution& op);
LoweringPtr LowerDeconvolution(Session* session, const graph::Node& node, const graph::Deconvolution& op);
LoweringPtr LowerPooling(Session* session, const graph::Node& node, const graph::Pooling& op);
LoweringPtr LowerFullyConnected(Session* session, const graph::Node& node, const graph::FullyConnected& op);
// Relu, Elu, Sigmoid, Tanh, Swish, Mish, Exp, Log, Abs, Affine, Power, Clip.
template <typename Op>
LoweringPtr LowerElementwise(Session* session, const graph::Node& node, const Op& op);
LoweringPtr LowerPrelu(Session* session, const graph::Node& node, const graph::Prelu& op);
LoweringPtr LowerScaleShift(Session* session, const graph::Node& node, const graph::ScaleShift& op);
LoweringPtr LowerBatchNorm(Session* session, const graph::Node& node, const graph::BatchNorm& op);
LoweringPtr LowerEltwise(Session* session, const graph::Node& node, const graph::Eltwise& op);
LoweringPtr LowerBinary(Session* session, const graph::Node& node, const graph::Binary& op);
LoweringPtr LowerConcat(Session* session, const graph::Node& node, const graph::Concat& op);
LoweringPtr LowerSlice(Session* session, const graph::Node& node, const graph::Slice& op);
LoweringPtr LowerTranspose(Session* session, const graph::Node& node, const graph::Transpose& op);
LoweringPtr LowerTile(Session* session, const graph::Node& node, const graph::Tile& op);
LoweringPtr LowerSoftmax(Session* session, const graph::Node& node, const graph::Softmax& op);
LoweringPtr LowerReduce(Session* session, const graph::Node& node, const graph::Reduce& op);
LoweringPtr LowerLrn(Session* session, const graph::Node& node, const graph::Lrn& op);
LoweringPtr LowerNormalize(Session* session, const graph::Node& node, const graph::Normalize& op);
// Whether a row of the softmax, or an image normalised over its whole, fits local memory with its temporaries.
// Decompose takes the others apart.
bool FitsSoftmax(const Shape& shape, int axis);
bool FitsNormalize(const Shape& shape);
LoweringPtr LowerResize(Session* session, const graph::Node& node, const graph::Resize& op);

}  // namespace bm::lowering

#endif  // BMCOMPILER_LOWERING_REGISTRY_H_
