// Runs the only net of a model in C++, for comparison with Python: run_model MODEL INPUT FOLDER
//
// INPUT holds the elements of the first stage's input. FOLDER/bmrt gets the output of bmrt_launch_tensor, FOLDER/sail_0
// to sail_3 those of sail::Engine in the modes SYSI to DEVIO.
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "bmruntime_interface.h"
#include "engine.h"

namespace {

using Bytes = std::vector<char>;

Bytes Read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void Write(const std::string& path, const char* data, size_t size) {
  std::ofstream file(path, std::ios::binary);
  file.write(data, static_cast<std::streamsize>(size));
}

bool RunBmrt(const char* model, const Bytes& input, const std::string& path) {
  bm_handle_t handle = nullptr;
  if (bm_dev_request(&handle, 0) != BM_SUCCESS) return false;
  void* const runtime = bmrt_create(handle);
  bool done = bmrt_load_bmodel(runtime, model);
  const char** names = nullptr;
  if (done) bmrt_get_network_names(runtime, &names);
  const bm_net_info_t* const net = done ? bmrt_get_network_info(runtime, names[0]) : nullptr;
  bm_tensor_t in{}, out{};
  done = net != nullptr && bmrt_tensor(&in, runtime, net->input_dtypes[0], net->stages[0].input_shapes[0]) &&
         bmrt_tensor_bytesize(&in) == input.size() &&
         bm_memcpy_s2d(handle, in.device_mem, const_cast<char*>(input.data())) == BM_SUCCESS &&
         bmrt_launch_tensor(runtime, net->name, &in, 1, &out, 1) && bm_thread_sync(handle) == BM_SUCCESS;
  Bytes output(done ? bmrt_tensor_bytesize(&out) : 0);
  done = done && bm_memcpy_d2s_partial(handle, output.data(), out.device_mem, static_cast<unsigned>(output.size())) ==
                     BM_SUCCESS;
  if (done) Write(path, output.data(), output.size());
  if (out.device_mem.size > 0) bm_free_device(handle, out.device_mem);
  if (in.device_mem.size > 0) bm_free_device(handle, in.device_mem);
  free(names);
  bmrt_destroy(runtime);
  bm_dev_free(handle);
  return done;
}

void RunSail(const char* model, const Bytes& input, sail::IOMode mode, const std::string& path) {
  sail::Engine engine(0);
  if (!engine.load(model)) throw sail::SailEngineError("the model is not loaded");
  const std::string graph = engine.get_graph_names()[0];
  const std::string in_name = engine.get_input_names(graph)[0], out_name = engine.get_output_names(graph)[0];
  engine.set_io_mode(graph, mode);
  std::vector<int> in_shape = engine.get_input_shape(graph, in_name), out_shape;
  sail::Tensor in(engine.get_handle(), in_shape, engine.get_input_dtype(graph, in_name), true, true);
  in_shape[0] = static_cast<int>(in_shape[0] * input.size() / in.nbytes());
  in.reshape(in_shape);
  out_shape = engine.get_output_shape(graph, out_name);
  out_shape[0] = in_shape[0];
  sail::Tensor out(engine.get_handle(), out_shape, engine.get_output_dtype(graph, out_name), true, true);
  memcpy(in.sys_data(), input.data(), input.size());
  if (mode == sail::SYSO || mode == sail::DEVIO) in.sync_s2d();
  std::map<std::string, sail::Tensor*> inputs = {{in_name, &in}}, outputs = {{out_name, &out}};
  engine.process(graph, inputs, outputs);
  if (mode == sail::SYSI || mode == sail::DEVIO) out.sync_d2s();
  Write(path, static_cast<char*>(out.sys_data()), out.nbytes());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: run_model MODEL INPUT FOLDER\n");
    return 1;
  }
  const Bytes input = Read(argv[2]);
  const std::string folder = std::string(argv[3]) + "/";
  if (!RunBmrt(argv[1], input, folder + "bmrt")) return 1;
  for (const sail::IOMode mode : {sail::SYSI, sail::SYSO, sail::SYSIO, sail::DEVIO}) {
    RunSail(argv[1], input, mode, folder + "sail_" + std::to_string(mode));
  }
  return 0;
}
