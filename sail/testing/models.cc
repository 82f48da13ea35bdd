#include "sail/testing/models.h"

namespace sail::testing {

bm::testing::SampleModel AddModel() {
  return bm::testing::ModelWithCommands("add", {bm::Shape{1, 3, 4, 4}, bm::Shape{4, 3, 4, 4}});
}

static bm::testing::SampleModel ScaledCopy(const bm::Shape& shape) {
  using bm::bmodel::StoreMode;
  bm::testing::SampleModel sample = bm::testing::ModelThatCopies(shape, StoreMode::k1N, StoreMode::k1N);
  sample.model.nets[0].stages[0].inputs[0].scale = 2.0f;
  sample.model.nets[0].stages[0].outputs[0].scale = 0.5f;
  return sample;
}

bm::testing::SampleModel CopyModel() { return ScaledCopy(bm::Shape{1, 3, 4, 4}); }
bm::testing::SampleModel PixelModel() { return ScaledCopy(bm::Shape{1, 3, 20, 16}); }

}  // namespace sail::testing
