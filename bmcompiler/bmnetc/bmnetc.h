// The Caffe compiler behind its program and its Python module.
#ifndef BMCOMPILER_BMNETC_BMNETC_H_
#define BMCOMPILER_BMNETC_BMNETC_H_

#include <string>

#include "absl/status/status.h"
#include "bmcompiler/compile/compile.h"

namespace bm::bmnetc {

struct Arguments {
  std::string model, weight, shapes, net_name;
  compile::CompileOptions options;
};

// Reads and compiles. Nothing is written where an argument, a file or the network is refused.
absl::Status CompileCaffe(const Arguments& arguments);

// The program: exit code 0, or 1 after a line on standard error.
int Main(int argc, const char* const* argv);

}  // namespace bm::bmnetc

#endif  // BMCOMPILER_BMNETC_BMNETC_H_
