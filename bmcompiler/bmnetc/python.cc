// The Python module: bmnetc.compile(...), and python3 -m bmnetc with the program's arguments.
#include <stdexcept>
#include <string>
#include <vector>

#include "bmcompiler/bmnetc/bmnetc.h"
#include "pybind11/pybind11.h"
#include "pybind11/stl.h"

namespace {

namespace py = pybind11;

// Shapes as text, a flat list, or a list of lists or tuples: all read like their text.
std::string ShapesText(const py::object& shapes) { return shapes.is_none() ? "" : py::str(shapes).cast<std::string>(); }

void Compile(const std::string& model, const std::string& weight, const std::string& outdir, const std::string& target,
             const py::object& shapes, const py::object& net_name, int opt, bool dyn, bool cmp, bool enable_profile) {
  bm::bmnetc::Arguments arguments;
  arguments.model = model;
  arguments.weight = weight;
  arguments.shapes = ShapesText(shapes);
  arguments.net_name = net_name.is_none() ? "" : net_name.cast<std::string>();
  arguments.options.outdir = outdir;
  arguments.options.target = target;
  arguments.options.opt = opt;
  arguments.options.dynamic = dyn;
  arguments.options.compare = cmp;
  arguments.options.enable_profile = enable_profile;
  absl::Status status;
  {
    const py::gil_scoped_release release;
    status = bm::bmnetc::CompileCaffe(arguments);
  }
  if (!status.ok()) throw std::runtime_error("bmnetc: " + std::string(status.message()));
}

int Main(const std::vector<std::string>& arguments) {
  std::vector<const char*> argv;
  for (const std::string& argument : arguments) argv.push_back(argument.c_str());
  return bm::bmnetc::Main(static_cast<int>(argv.size()), argv.data());
}

}  // namespace

PYBIND11_MODULE(_bmnetc, module) {
  module.doc() = "Compiles Caffe networks for the BM1684.";
  module.def("compile", &Compile, "Compiles a network; raises RuntimeError with the reason where it cannot.",
             py::arg("model"), py::arg("weight"), py::arg("outdir"), py::arg("target"), py::arg("shapes") = py::none(),
             py::arg("net_name") = py::none(), py::arg("opt") = 2, py::arg("dyn") = false, py::arg("cmp") = true,
             py::arg("enable_profile") = false);
  module.def("main", &Main, "The program with these arguments, the first being its name; returns the exit code.");
}
