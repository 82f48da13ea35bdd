// How much device and host memory the nets of a model take once they are loaded.
#ifndef BMODEL_MEMORY_INFO_H_
#define BMODEL_MEMORY_INFO_H_

#include <cstdint>

#include "bmodel/model.h"

namespace bm::bmodel {

// Bytes.
struct MemoryInfo {
  uint64_t bdc_commands = 0;
  uint64_t gdma_commands = 0;
  uint64_t hau_commands = 0;
  uint64_t sdma_commands = 0;
  uint64_t dynamic_ir = 0;
  uint64_t neurons = 0;        // nets of one subnet share one buffer, others have their own
  uint64_t coefficients = 0;   // equal ones counted once
  uint64_t middle_buffer = 0;  // the largest input or output, four bytes an element
  uint64_t host_neurons = 0;
  uint64_t host_coefficients = 0;

  uint64_t instructions() const { return bdc_commands + gdma_commands + dynamic_ir + hau_commands + sdma_commands; }
  uint64_t runtime() const { return neurons + middle_buffer; }
};

// Sums over all nets and stages, modulo 2^64.
MemoryInfo MemoryOf(const Model& model);

}  // namespace bm::bmodel

#endif  // BMODEL_MEMORY_INFO_H_
