// From a graph to an output folder: what every front end's program does after reading its model.
//
//   CompileOptions options;
//   options.outdir = "out";
//   RETURN_IF_ERROR(Compile(graph, options));
//
// Writes compilation.bmodel, input_ref_data.dat and output_ref_data.dat (raw little-endian float32, inputs and outputs
// in the network's order) and io_info.dat. The reference outputs are the plain float evaluation of the graph on uniform
// random inputs in [0, 1). Without a comparison there are no reference data; those of an earlier one are removed.
#ifndef BMCOMPILER_COMPILE_COMPILE_H_
#define BMCOMPILER_COMPILE_COMPILE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/shape.h"
#include "bmcompiler/graph/graph.h"

namespace bm::compile {

struct CompileOptions {
  std::string outdir;
  std::string target = "BM1684";
  std::string mode = "compile";
  bool dynamic = false;
  // Run the compiled commands and compare with the float evaluation, element by element, at a tolerance of 0.01.
  bool compare = true;
  // Store the commands and the estimated time of every layer in the bmodel.
  bool enable_profile = false;
  // 0: graph as read; above: simplified first.
  int64_t opt = 2;
  // From 4 on the summary has a line per layer.
  int64_t verbosity = 0;
  // Seed of the random inputs.
  uint64_t seed = 0;
};

// INVALID_ARGUMENT or UNIMPLEMENTED for options that are not possible, without writing anything.
absl::Status CheckOptions(const CompileOptions& options);

// Prints progress, the banner and the saved tensors' lines that scripts look for, and a summary on standard output.
// DATA_LOSS if the comparison fails, naming the output and its worst element.
absl::Status Compile(const graph::Graph& graph, const CompileOptions& options);

}  // namespace bm::compile

#endif  // BMCOMPILER_COMPILE_COMPILE_H_
