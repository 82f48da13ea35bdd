#include "tools/timing/published_nets.h"

#include <vector>

#include "tools/timing/graph_builder.h"

namespace bm::timing {
namespace {

using graph::Eltwise;
using graph::ValueId;

// One convolution of 1, one of 3, one of 1, and the sum with the input or its projection.
ValueId Bottleneck(GraphBuilder* net, ValueId x, int64_t inner, int64_t step, bool projects) {
  const ValueId shortcut = projects ? net->Conv(x, {4 * inner, 1, 1, step}) : x;
  ValueId y = net->ConvRelu(x, inner, 1, 1, 0);
  y = net->ConvRelu(y, inner, 3, step, 0);
  y = net->Conv(y, {4 * inner});
  return net->Add(graph::Relu{}, {net->Add(Eltwise{}, {y, shortcut})});
}

constexpr float kLeaky = 0.1f;

ValueId Darknet(GraphBuilder* net, ValueId x, int64_t results, int64_t kernel, int64_t step = 1) {
  return net->ConvRelu(x, results, kernel, step, kLeaky);
}

// Halves the map, then adds `blocks` pairs of convolutions to it.
ValueId DarknetStage(GraphBuilder* net, ValueId x, int64_t channels, int blocks) {
  x = Darknet(net, x, channels, 3, 2);
  for (int i = 0; i < blocks; ++i) {
    const ValueId y = Darknet(net, Darknet(net, x, channels / 2, 1), channels, 3);
    x = net->Add(Eltwise{}, {x, y});
  }
  return x;
}

struct Head {
  ValueId branch;  // where the next head starts
  ValueId output;
};

Head YoloHead(GraphBuilder* net, ValueId x, int64_t channels) {
  for (int i = 0; i < 2; ++i) x = Darknet(net, Darknet(net, x, channels, 1), 2 * channels, 3);
  const ValueId branch = Darknet(net, x, channels, 1);
  return {branch, net->Conv(Darknet(net, branch, 2 * channels, 3), {255})};
}

ValueId Upsampled(GraphBuilder* net, const Head& head, int64_t channels, int64_t extent, ValueId skip) {
  const ValueId narrow = Darknet(net, head.branch, channels, 1);
  return net->Add(graph::Concat{1},
                  {net->Add(graph::Resize{graph::ResizeKind::kNearest, extent, extent}, {narrow}), skip});
}

// One of the two branches of a stage of OpenPose.
ValueId PoseBranch(GraphBuilder* net, ValueId x, int64_t results, bool is_first) {
  const int count = is_first ? 3 : 5;
  for (int i = 0; i < count; ++i) x = net->ConvRelu(x, 128, is_first ? 3 : 7, 1, 0);
  return net->Conv(net->ConvRelu(x, is_first ? 512 : 128, 1, 1, 0), {results});
}

}  // namespace

absl::StatusOr<graph::Graph> ResNet50() {
  GraphBuilder net("resnet50");
  ValueId x = net.ConvRelu(net.Input(Shape{1, 3, 224, 224}), 64, 7, 2, 0);
  x = net.MaxPool(x, 3, 2);
  const int blocks[] = {3, 4, 6, 3};
  for (int stage = 0; stage < 4; ++stage) {
    for (int block = 0; block < blocks[stage]; ++block) {
      const bool is_first = block == 0;
      x = Bottleneck(&net, x, 64 << stage, stage > 0 && is_first ? 2 : 1, is_first);
    }
  }
  x = net.FullyConnected(net.GlobalAverage(x), 1000);
  return net.Finish({net.Add(graph::Softmax{}, {x})});
}

absl::StatusOr<graph::Graph> YoloV3() {
  GraphBuilder net("yolov3");
  ValueId x = Darknet(&net, net.Input(Shape{1, 3, 608, 608}), 32, 3);
  x = DarknetStage(&net, x, 64, 1);
  x = DarknetStage(&net, x, 128, 2);
  const ValueId fine = DarknetStage(&net, x, 256, 8);
  const ValueId middle = DarknetStage(&net, fine, 512, 8);
  const Head coarse = YoloHead(&net, DarknetStage(&net, middle, 1024, 4), 512);
  const Head second = YoloHead(&net, Upsampled(&net, coarse, 256, 38, middle), 256);
  const Head third = YoloHead(&net, Upsampled(&net, second, 128, 76, fine), 128);
  return net.Finish({coarse.output, second.output, third.output});
}

absl::StatusOr<graph::Graph> OpenPose() {
  GraphBuilder net("openpose");
  ValueId x = net.Input(Shape{1, 3, 368, 368});
  for (const int64_t channels : {64, 64, 0, 128, 128, 0, 256, 256, 256, 256, 0, 512, 512, 256, 128}) {
    x = channels == 0 ? net.MaxPool(x, 2, 2) : net.ConvRelu(x, channels, 3, 1, 0);
  }
  const ValueId features = x;
  std::vector<ValueId> outputs;
  for (int stage = 0; stage < 6; ++stage) {
    outputs = {PoseBranch(&net, x, 38, stage == 0), PoseBranch(&net, x, 19, stage == 0)};
    if (stage < 5) x = net.Add(graph::Concat{1}, {outputs[0], outputs[1], features});
  }
  return net.Finish(outputs);
}

}  // namespace bm::timing
