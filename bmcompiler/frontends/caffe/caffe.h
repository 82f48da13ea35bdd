// Reads Caffe networks: structure from the prototxt, weights from the caffemodel by layer name.
//
//   ASSIGN_OR_RETURN(const graph::Graph graph, ReadCaffe("lenet.prototxt", "lenet.caffemodel", {}));
//
// How every layer is understood: docs/reference/caffe-layers.md.
#ifndef BMCOMPILER_FRONTENDS_CAFFE_CAFFE_H_
#define BMCOMPILER_FRONTENDS_CAFFE_CAFFE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "bmcompiler/graph/graph.h"

namespace bm::caffe {

struct ReadOptions {
  // Shapes of the inputs in their order; empty: those of the prototxt.
  std::vector<Shape> input_shapes;
  // The graph's name; empty: the prototxt's.
  std::string net_name;
  // The graph's name where the prototxt has none either; ReadCaffe takes the file's.
  std::string fallback_name;
};

// NOT_FOUND for a missing file; INVALID_ARGUMENT naming file and line or layer for one that does not hold together;
// UNIMPLEMENTED listing every layer of a type that is not built, by name and type.
absl::StatusOr<graph::Graph> ReadCaffe(const std::string& prototxt_path, const std::string& caffemodel_path,
                                       const ReadOptions& options);

// The same for contents in memory; the names stand for the files in messages.
absl::StatusOr<graph::Graph> ParseCaffe(absl::string_view prototxt, absl::string_view caffemodel,
                                        const ReadOptions& options, const std::string& prototxt_name = "prototxt",
                                        const std::string& caffemodel_name = "caffemodel");

// The layer types that are built, sorted.
std::vector<std::string> SupportedLayers();

}  // namespace bm::caffe

#endif  // BMCOMPILER_FRONTENDS_CAFFE_CAFFE_H_
