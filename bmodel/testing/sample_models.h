// Small models for tests of everything that reads or writes bmodel files.
#ifndef BMODEL_TESTING_SAMPLE_MODELS_H_
#define BMODEL_TESTING_SAMPLE_MODELS_H_

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "bmodel/model.h"

namespace bm::testing {

// A model and the memory its blobs point to.
struct SampleModel {
  std::vector<uint8_t> coefficients;
  std::deque<std::vector<uint8_t>> blobs;  // commands
  bmodel::Model model;
};

// One float tensor of `shape` at `address`.
bmodel::Tensor FloatTensor(const std::string& name, uint64_t address, const Shape& shape);

// A net without commands: `net` has one stage per shape, each with input "in" and output "out" of that shape, 256
// bytes of coefficients with one location, and 64 KiB of neurons.
SampleModel ModelWithoutCommands(const std::string& net, const std::vector<Shape>& shapes);

// A net that computes: out = in + weights, float, one stage per shape [N, C, H, W] with C at most 64. The weights
// are those of SampleWeights, the same for every batch.
SampleModel ModelWithCommands(const std::string& net, const std::vector<Shape>& shapes);

// A net "copy" of one stage that copies the bytes of its INT8 input "in" to its output "out", both of `shape` and of
// the store modes given; a batch that is a multiple of four where the modes differ.
SampleModel ModelThatCopies(const Shape& shape, bmodel::StoreMode input_mode, bmodel::StoreMode output_mode);

// weight[i] = 0.5 * i - 3 for i < count.
std::vector<float> SampleWeights(int64_t count);

// A model that fills in every table of the format: CPU, merge and switch subnets, IR, cores, cascade, modules.
SampleModel ModelWithEverything();

}  // namespace bm::testing

#endif  // BMODEL_TESTING_SAMPLE_MODELS_H_
