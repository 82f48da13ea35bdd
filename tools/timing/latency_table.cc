#include "tools/timing/latency_table.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "base/status_macros.h"
#include "bmcompiler/lowering/lower.h"
#include "bmcompiler/passes/simplify.h"
#include "isa/schedule.h"
#include "tools/timing/graph_builder.h"
#include "tools/timing/published_nets.h"

namespace bm::timing {
namespace {

using graph::ValueId;

enum Family { kConvolution, kDepthwise, kProduct, kOther, kNet, kFamilies };
constexpr const char* kFamilyNames[kFamilies] = {"Convolutions", "Depthwise convolutions", "Matrix products",
                                                 "Softmax, pooling, permutation", "Networks"};

struct Row {
  Family family;
  std::string text;
  double published_micros;
  std::function<absl::StatusOr<graph::Graph>()> build;
};

using Extents = std::vector<int64_t>;

std::string Times(const Extents& extents) { return absl::StrJoin(extents, "x"); }

Row ConvRow(const Shape& input, const ConvShape& shape, double micros) {
  const bool is_depthwise = shape.groups > 1;
  const std::string text = absl::StrCat(
      Times({input.dims().begin(), input.dims().end()}), is_depthwise ? "" : absl::StrCat(" to ", shape.results),
      ", kernel ", shape.kernel_h, "x", shape.kernel_w, shape.step > 1 ? absl::StrCat(", step ", shape.step) : "",
      shape.dilation > 1 ? absl::StrCat(", dilation ", shape.dilation) : "");
  return {is_depthwise ? kDepthwise : kConvolution, text, micros, [input, shape] {
            GraphBuilder net("layer");
            return net.Finish({net.Conv(net.Input(input), shape)});
          }};
}

Row ProductRow(int64_t rows, int64_t depth, int64_t columns, double micros) {
  return {kProduct, Times({rows, depth, columns}), micros, [=] {
            GraphBuilder net("layer");
            return net.Finish({net.FullyConnected(net.Input(Shape{rows, depth}), columns)});
          }};
}

Row OpRow(const std::string& name, const Shape& input, const graph::Op& op, double micros) {
  return {kOther, absl::StrCat(name, " ", Times({input.dims().begin(), input.dims().end()})), micros, [input, op] {
            GraphBuilder net("layer");
            return net.Finish({net.Add(op, {net.Input(input)})});
          }};
}

Row AverageRow(const Shape& input, double micros) {
  return {kOther, absl::StrCat("average of ", Times({input.dims().begin(), input.dims().end()})), micros, [input] {
            GraphBuilder net("layer");
            return net.Finish({net.GlobalAverage(net.Input(input))});
          }};
}

std::vector<Row> Rows() {
  return {
#define CONV(n, c, h, w, oc, kh, kw, step, dilation, pad, groups, micros) \
  ConvRow(Shape{n, c, h, w}, {oc, kh, kw, step, dilation, Pad::pad, groups}, micros),
#define MATMUL(rows, depth, columns, micros) ProductRow(rows, depth, columns, micros),
#define SOFTMAX(micros, ...) OpRow("softmax", Shape{__VA_ARGS__}, graph::Softmax{1}, micros),
#define AVERAGE(n, c, h, w, micros) AverageRow(Shape{n, c, h, w}, micros),
#define PERMUTE(micros, ...) OpRow("to NHWC", Shape{__VA_ARGS__}, graph::Transpose{{0, 2, 3, 1}}, micros),
#define NET(function, text, micros) {kNet, text, micros, function},
#include "tools/timing/published.inc"
  };
}

absl::StatusOr<double> EstimatedMicros(const Row& row) {
  ASSIGN_OR_RETURN(const graph::Graph graph, row.build());
  ASSIGN_OR_RETURN(const graph::Graph simplified, passes::Simplify(graph));
  ASSIGN_OR_RETURN(const lowering::CompiledNet net, lowering::Lower(simplified));
  ASSIGN_OR_RETURN(const isa::Schedule schedule, isa::EstimateSchedule(net.groups));
  return schedule.micros();
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

constexpr char kHead[] = R"(# Estimated and published latencies

Made by `bazel run -c opt //tools/timing:generate_latencies`; the rows stand in `tools/timing/published.inc`. Each layer
or network is compiled by this compiler with weights of zero and scheduled by the cycle table ([isa.md](../isa.md)
section 6). Published figures are of the vendor's compiler and of silicon at 550 MHz, single precision, the launch
included: differences in tiling count as much as the cycle table. Padding is not published; half a kernel is assumed.
Matrix products are taken as products with constant matrices. Published networks that are missing here need model files
that are not public, or layers that are not built.

Where the errors come from: measured convolutions take about seven cycles a tap more than the vendor's formula, which is
most of their time with 3 channels and little with 64; the products of very deep matrices were measured far below the DDR
bandwidth that the model gives them; softmax along few channels uses few lanes here.
)";

}  // namespace

absl::StatusOr<std::string> RenderLatencies() {
  std::vector<std::string> tables(kFamilies);
  std::vector<std::vector<double>> errors(kFamilies);
  for (const Row& row : Rows()) {
    const absl::StatusOr<double> micros = EstimatedMicros(row);
    if (!micros.ok()) {
      return absl::Status(micros.status().code(), absl::StrCat(row.text, ": ", micros.status().message()));
    }
    const double error = 100 * (*micros / row.published_micros - 1);
    errors[row.family].push_back(std::abs(error));
    absl::StrAppendFormat(&tables[row.family], "| %s | %.0f | %.0f | %+.0f %% |\n", row.text, row.published_micros,
                          *micros, error);
  }
  std::string document = kHead;
  for (int family = 0; family < kFamilies; ++family) {
    absl::StrAppendFormat(&document,
                          "\n## %s\n\nMedian of the errors' sizes: %.0f %%.\n\n"
                          "| what | published us | estimated us | error |\n| --- | --- | --- | --- |\n%s",
                          kFamilyNames[family], Median(errors[family]), tables[family]);
  }
  return document;
}

}  // namespace bm::timing
