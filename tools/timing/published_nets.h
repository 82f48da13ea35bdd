// Networks whose latency on a BM1684 is published, as graphs with weights of zero: the time does not depend on them.
#ifndef TOOLS_TIMING_PUBLISHED_NETS_H_
#define TOOLS_TIMING_PUBLISHED_NETS_H_

#include "absl/status/statusor.h"
#include "bmcompiler/graph/graph.h"

namespace bm::timing {

// Batch normalisation is taken as folded into the convolutions.
absl::StatusOr<graph::Graph> ResNet50();

// Three maps of 255 channels, before any box is decoded.
absl::StatusOr<graph::Graph> YoloV3();

// The 18 key points of COCO: six stages of part affinities and heat maps.
absl::StatusOr<graph::Graph> OpenPose();

}  // namespace bm::timing

#endif  // TOOLS_TIMING_PUBLISHED_NETS_H_
