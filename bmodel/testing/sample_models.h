// Small models for tests of everything that reads or writes bmodel files.
#ifndef BMODEL_TESTING_SAMPLE_MODELS_H_
#define BMODEL_TESTING_SAMPLE_MODELS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "bmodel/model.h"

namespace bm::testing {

// A model and the memory its blobs point to.
struct SampleModel {
  std::vector<uint8_t> coefficients;
  std::vector<uint8_t> bdc;
  std::vector<uint8_t> gdma;
  bmodel::Model model;
};

// One float tensor of `shape` at `address`.
bmodel::Tensor FloatTensor(const std::string& name, uint64_t address, const Shape& shape);

// A net without commands: `net` has one stage per shape, each with input "in" and output "out" of that shape, 256
// bytes of coefficients with one location, and 64 KiB of neurons.
SampleModel ModelWithoutCommands(const std::string& net, const std::vector<Shape>& shapes);

// A model that fills in every table of the format: CPU, merge and switch subnets, IR, cores, cascade, modules.
SampleModel ModelWithEverything();

}  // namespace bm::testing

#endif  // BMODEL_TESTING_SAMPLE_MODELS_H_
