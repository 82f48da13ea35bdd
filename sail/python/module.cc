// The Python module sophon.sail.
#include "sail/python/bind.h"

PYBIND11_MODULE(sail, module) {
  char version[64];
  sail::get_sail_version(version);
  module.doc() = "SAIL: tensors, engines and images on simulated Sophon devices";
  module.attr("__version__") = version;
  sail::BindBasics(module);
  sail::BindTensor(module);
  sail::BindEngine(module);
  sail::BindImage(module);
  sail::BindImageArrays(module);
  sail::BindBmcv(module);
  sail::BindDecoders(module);
  sail::BindEncoder(module);
  sail::BindPreProcess(module);
  sail::BindAlgorithms(module);
  sail::BindTrackers(module);
  sail::BindPerf(module);
}
