// The models that SAIL's tests run.
#ifndef SAIL_TESTING_MODELS_H_
#define SAIL_TESTING_MODELS_H_

#include "bmodel/testing/sample_models.h"

namespace sail::testing {

// Graph "add": out = in + SampleWeights, float, stages of batch 1 and 4 of shape [N, 3, 4, 4].
bm::testing::SampleModel AddModel();

// Graph "copy": out = in, INT8 of shape [1, 3, 4, 4]; input scale 2, output scale 0.5.
bm::testing::SampleModel CopyModel();

// Graph "copy" as CopyModel, of shape [1, 3, 20, 16].
bm::testing::SampleModel PixelModel();

}  // namespace sail::testing

#endif  // SAIL_TESTING_MODELS_H_
