#include "bmcompiler/bmnetc/bmnetc.h"

#include <cstdio>

#include "absl/strings/str_join.h"
#include "base/options.h"
#include "base/shape.h"
#include "base/status_macros.h"
#include "bmcompiler/frontends/caffe/caffe.h"

namespace bm::bmnetc {
namespace {

// What the command line says besides the arguments of a compilation.
struct Modes {
  bool help = false, list_ops = false, show_args = false;
  std::string log_dir;
};

OptionTable Table(Arguments* arguments, Modes* modes) {
  compile::CompileOptions& options = arguments->options;
  OptionTable table("bmnetc", "compiles a Caffe network into a bmodel for the BM1684");
  table.Add("model", &arguments->model, "the network's prototxt (necessary)");
  table.Add("weight", &arguments->weight, "its caffemodel (necessary)").Alias("weights");
  table.Add("shapes", &arguments->shapes, "input shapes, as [1,3,224,224],[1,10]; empty: those of the prototxt");
  table.Add("net_name", &arguments->net_name, "name of the net in the bmodel; empty: the prototxt's");
  table.Add("outdir", &options.outdir, "folder for the results, created if missing (necessary)");
  table.Add("target", &options.target, "the chip: BM1684");
  table.Add("opt", &options.opt, "0 compiles the graph as read, 1 and 2 simplify it first");
  table.Add("dyn", &options.dynamic, "shapes that change at run time: not built");
  table.Add("cmp", &options.compare,
            "run the result on the simulated chip, compare with floating point, keep the data");
  table.Add("mode", &options.mode, "compile");
  table.Add("enable_profile", &options.enable_profile, "store commands and estimated time of every layer");
  table.Add("list_ops", &modes->list_ops, "print the layer types that are built");
  table.Add("show_args", &modes->show_args, "print the arguments");
  table.Add("v", &options.verbosity, "4: a summary line per layer");
  table.Add("log_dir", &modes->log_dir, "accepted and not used: messages go to the terminal");
  table.Add("help", &modes->help, "print the options").Letter('h');
  return table;
}

}  // namespace

absl::Status CompileCaffe(const Arguments& arguments) {
  RETURN_IF_ERROR(compile::CheckOptions(arguments.options));
  if (arguments.model.empty()) return absl::InvalidArgumentError("--model is not given");
  if (arguments.weight.empty()) return absl::InvalidArgumentError("--weight is not given");
  caffe::ReadOptions options;
  options.net_name = arguments.net_name;
  ASSIGN_OR_RETURN(options.input_shapes, ParseShapes(arguments.shapes));
  ASSIGN_OR_RETURN(const graph::Graph graph, caffe::ReadCaffe(arguments.model, arguments.weight, options));
  return compile::Compile(graph, arguments.options);
}

int Main(int argc, const char* const* argv) {
  Arguments arguments;
  Modes modes;
  OptionTable table = Table(&arguments, &modes);
  absl::Status status;
  const absl::StatusOr<std::vector<std::string>> rest = table.Parse(argc, argv);
  if (!rest.ok()) {
    status = rest.status();
  } else if (modes.help) {
    std::printf("%s", table.Help().c_str());
  } else if (modes.list_ops) {
    std::printf("%s\n", absl::StrJoin(caffe::SupportedLayers(), "\n").c_str());
  } else if (!rest->empty()) {
    status = absl::InvalidArgumentError("unexpected argument " + (*rest)[0]);
  } else {
    if (modes.show_args) std::printf("%s\n", absl::StrJoin(argv, argv + argc, " ").c_str());
    status = CompileCaffe(arguments);
  }
  if (status.ok()) return 0;
  std::fprintf(stderr, "bmnetc: %s\n", std::string(status.message()).c_str());
  return 1;
}

}  // namespace bm::bmnetc
