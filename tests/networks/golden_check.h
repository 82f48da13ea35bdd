// Compares what a network's commands compute with golden outputs.
#ifndef TESTS_NETWORKS_GOLDEN_CHECK_H_
#define TESTS_NETWORKS_GOLDEN_CHECK_H_

#include <string>
#include <vector>

#include "bmcompiler/graph/graph.h"
#include "tests/networks/networks.h"

namespace bm::networks {

// Compiles a network of one input, runs it on the reference executor with the generator's input in [0, 1), and expects
// every sample of every golden output within 1e-4 of that output's largest magnitude. Prints the errors and commands.
void ExpectGoldenOutputs(const std::string& name, const graph::Graph& graph, const std::vector<GoldenOutput>& goldens);

}  // namespace bm::networks

#endif  // TESTS_NETWORKS_GOLDEN_CHECK_H_
