#include "tests/networks/golden_check.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "base/testing/status_matchers.h"
#include "bmcompiler/lowering/lower.h"
#include "bmcompiler/passes/simplify.h"
#include "bmcompiler/simulate/simulate.h"
#include "gtest/gtest.h"
#include "isa/command_group.h"

namespace bm::networks {
namespace {

constexpr double kTolerance = 1e-4;  // of the output's largest magnitude

}  // namespace

void ExpectGoldenOutputs(const std::string& name, const graph::Graph& graph, const std::vector<GoldenOutput>& goldens) {
  ASSERT_OK_AND_ASSIGN(const graph::Graph simplified, passes::Simplify(graph));
  ASSERT_OK_AND_ASSIGN(const lowering::CompiledNet net, lowering::Lower(simplified));
  const isa::CommandCounts counts = isa::CountCommands(net.groups);
  std::printf("%s: %zu BDC and %zu GDMA commands\n", name.c_str(), counts.bdc, counts.gdma);
  ASSERT_EQ(graph.inputs().size(), 1u);
  const auto count = static_cast<size_t>(graph.value(graph.inputs()[0]).shape.count());
  ASSERT_OK_AND_ASSIGN(const auto outputs, simulate::Simulate(net, {Uniform("data", "input", count, 0, 1)}));
  ASSERT_EQ(outputs.size(), goldens.size());
  for (const GoldenOutput& golden : goldens) {
    const auto tensor = std::find_if(net.outputs.begin(), net.outputs.end(),
                                     [&](const lowering::CompiledTensor& t) { return t.name == golden.name; });
    ASSERT_NE(tensor, net.outputs.end()) << golden.name;
    const std::vector<float>& output = outputs[static_cast<size_t>(tensor - net.outputs.begin())];
    ASSERT_EQ(output.size(), golden.elements) << golden.name;
    ASSERT_GT(golden.largest, 0) << golden.name;
    double worst = 0;
    for (const auto& [index, value] : golden.samples) {
      const double error = std::abs(output[index] - value);
      worst = error <= worst ? worst : error;  // a NaN stays
    }
    EXPECT_LE(worst, kTolerance * golden.largest) << name << " " << golden.name;
    std::printf("%s %s: error %.2e of the largest\n", name.c_str(), golden.name.c_str(), worst / golden.largest);
  }
}

}  // namespace bm::networks
