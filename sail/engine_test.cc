// Engine, Graph and MultiEngine against the runtime itself.
#include "engine.h"

#include <atomic>
#include <cmath>
#include <sstream>
#include <thread>

#include "bmodel/writer.h"
#include "engine_multi.h"
#include "gtest/gtest.h"
#include "sail/testing/models.h"
#include "tools.h"

namespace sail {
namespace {

using Shapes = std::map<std::string, std::vector<int>>;
using Tensors = std::map<std::string, Tensor*>;

constexpr int kCount = 48;  // elements of a batch of both models

std::vector<uint8_t> Bytes(const bm::testing::SampleModel& sample) {
  return bm::bmodel::SerializeModel(sample.model).value();
}

std::vector<float> Ramp(int count) {
  std::vector<float> values(count);
  for (int i = 0; i < count; ++i) values[i] = 0.25f * static_cast<float>(i) - 3.0f;
  return values;
}

std::vector<float> Floats(const void* data, int count) {
  const float* const floats = static_cast<const float*>(data);
  return std::vector<float>(floats, floats + count);
}

// What bmrt_launch_data answers for a batch of the graph "add".
std::vector<float> LaunchedByRuntime(const std::vector<float>& input, int batch) {
  Handle handle(0);
  const std::vector<uint8_t> bytes = Bytes(testing::AddModel());
  void* const bmrt = bmrt_create(handle.data());
  EXPECT_TRUE(bmrt_load_bmodel_data(bmrt, bytes.data(), bytes.size()));
  std::vector<float> output(input.size());
  void* in[] = {const_cast<float*>(input.data())};
  void* out[] = {output.data()};
  const bm_shape_t shape = {4, {batch, 3, 4, 4}};
  bm_shape_t result;
  EXPECT_TRUE(bmrt_launch_data(bmrt, "add", in, &shape, 1, out, &result, 1, true));
  bmrt_destroy(bmrt);
  return output;
}

template <typename Body>
std::string EngineErrorOf(Body body) {
  try {
    body();
  } catch (const SailEngineError& error) {
    return error.what();
  }
  ADD_FAILURE() << "no SailEngineError";
  return "";
}

class EngineTest : public ::testing::Test {
 protected:
  const std::vector<uint8_t> add_ = Bytes(testing::AddModel()), copy_ = Bytes(testing::CopyModel());
};

TEST_F(EngineTest, DescribesItsGraphs) {
  Engine engine(0);
  EXPECT_TRUE(engine.get_graph_names().empty());
  EXPECT_TRUE(engine.load(add_.data(), add_.size()));
  EXPECT_TRUE(engine.load(copy_.data(), copy_.size()));
  EXPECT_FALSE(engine.load(add_.data(), add_.size()));
  EXPECT_FALSE(engine.load("/no/such.bmodel"));
  EXPECT_EQ(engine.get_device_id(), 0);
  EXPECT_EQ(engine.get_graph_names(), std::vector<std::string>({"add", "copy"}));
  EXPECT_EQ(engine.get_input_names("add"), std::vector<std::string>({"in"}));
  EXPECT_EQ(engine.get_output_names("add"), std::vector<std::string>({"out"}));
  EXPECT_EQ(engine.get_input_shape("add", "in"), std::vector<int>({4, 3, 4, 4}));
  EXPECT_EQ(engine.get_output_shape("add", "out"), std::vector<int>({4, 3, 4, 4}));
  EXPECT_EQ(engine.get_max_input_shapes("add"), (Shapes{{"in", {4, 3, 4, 4}}}));
  EXPECT_EQ(engine.get_max_output_shapes("copy"), (Shapes{{"out", {1, 3, 4, 4}}}));
  EXPECT_EQ(engine.get_input_dtype("copy", "in"), BM_INT8);
  EXPECT_EQ(engine.get_input_scale("copy", "in"), 2.0f);
  EXPECT_EQ(engine.get_output_scale("copy", "out"), 0.5f);
  EXPECT_FALSE(engine.graph_is_dynamic("add"));
  // Programs ask with the name of an output and rely on these answers.
  EXPECT_EQ(engine.get_input_dtype("copy", "out"), BM_FLOAT32);
  EXPECT_EQ(engine.get_input_scale("copy", "out"), 0.0f);
  EXPECT_TRUE(engine.get_input_shape("copy", "out").empty());
  EXPECT_NE(EngineErrorOf([&] { engine.get_input_names("none"); }).find("no graph none; there are add, copy"),
            std::string::npos);
  EXPECT_EQ(engine.get_input_tensor("add", "in"), nullptr);
  EXPECT_THROW(Engine("/no/such.bmodel", 0, SYSIO), SailEngineError);
  EXPECT_THROW(Engine(add_.data(), 100, 0, SYSIO), SailEngineError);
  EXPECT_THROW(Engine(9), SailDeviceError);
  EXPECT_THROW(Engine{Handle()}, SailEngineError);
  Engine empty(0);
  EXPECT_NE(EngineErrorOf([&] { empty.get_input_names("none"); }).find("no graph none; load a model first"),
            std::string::npos);
}

TEST_F(EngineTest, GivesTheRuntimesBytesInEveryMode) {
  for (const int batch : {1, 4}) {
    const std::vector<float> input = Ramp(batch * kCount), expected = LaunchedByRuntime(input, batch);
    for (const IOMode mode : {SYSI, SYSO, SYSIO, DEVIO}) {
      Engine engine(0);
      ASSERT_TRUE(engine.load(add_.data(), add_.size()));
      engine.set_io_mode("add", mode);
      Tensor in(engine.get_handle(), {batch, 3, 4, 4}, BM_FLOAT32, true, true);
      Tensor out(engine.get_handle(), {4, 3, 4, 4}, BM_FLOAT32, true, true);
      memcpy(in.sys_data(), input.data(), in.nbytes());
      if (mode == SYSO || mode == DEVIO) in.sync_s2d();
      Tensors ins{{"in", &in}}, outs{{"out", &out}};
      engine.process("add", ins, outs);
      if (mode == SYSI || mode == DEVIO) out.sync_d2s();
      EXPECT_EQ(Floats(out.sys_data(), batch * kCount), expected) << "mode " << mode << ", batch " << batch;
      EXPECT_EQ(engine.get_output_shape("add", "out"), std::vector<int>({batch, 3, 4, 4}));
      EXPECT_EQ(engine.get_input_shape("add", "in"), std::vector<int>({batch, 3, 4, 4}));
    }
  }
}

TEST_F(EngineTest, TellsTheChipTimeOfItsLaunches) {
  Engine engine(add_.data(), add_.size(), 0, SYSIO);
  engine.process("add");
  const double once = get_chip_time_us(engine.get_handle());
  EXPECT_GT(once, 0);
  engine.process("add");
  EXPECT_NEAR(get_chip_time_us(engine.get_handle()), 2 * once, 1);
  Handle none;
  EXPECT_THROW(get_chip_time_us(none), SailDeviceError);
}

TEST_F(EngineTest, RunsOnBuiltInTensors) {
  Engine engine(add_.data(), add_.size(), 0, SYSIO);
  const std::vector<float> input = Ramp(4 * kCount), expected = LaunchedByRuntime(input, 4);
  engine.scale_input_tensor("add", "in", const_cast<float*>(input.data()));
  engine.process("add");
  std::vector<float> output(4 * kCount);
  engine.scale_output_tensor("add", "out", output.data());
  EXPECT_EQ(output, expected);

  const std::vector<float> one = Ramp(kCount);
  Shapes shapes{{"in", {1, 3, 4, 4}}};
  std::map<std::string, void*> data{{"in", const_cast<float*>(one.data())}};
  engine.process("add", shapes, data);
  EXPECT_EQ(Floats(engine.get_output_tensor("add", "out")->sys_data(), kCount), LaunchedByRuntime(one, 1));
  EXPECT_EQ(engine.get_output_shape("add", "out"), std::vector<int>({1, 3, 4, 4}));
  EXPECT_THROW(engine.get_input_tensor("add", "out"), SailEngineError);
}

TEST_F(EngineTest, QuantisesBuiltInTensors) {
  Engine engine(copy_.data(), copy_.size(), Handle(0), SYSIO);
  std::vector<float> input = Ramp(kCount), output(kCount);
  engine.scale_input_tensor("copy", "in", input.data());
  engine.process("copy");
  engine.scale_output_tensor("copy", "out", output.data());
  for (int i = 0; i < kCount; ++i) EXPECT_EQ(output[i], 0.5f * std::nearbyint(input[i] * 2.0f)) << i;
  int8_t bytes[3];
  float floats[3] = {1.25f, -1.25f, 100.0f};
  engine.scale_fp32_to_int8(floats, bytes, 2.0f, 3);
  EXPECT_EQ(std::vector<int>(bytes, bytes + 3), std::vector<int>({2, -2, 127}));
  engine.scale_int8_to_fp32(bytes, floats, 0.5f, 3);
  EXPECT_EQ(floats[2], 63.5f);
}

TEST_F(EngineTest, RefusesWhatDoesNotFit) {
  Engine engine(0);
  ASSERT_TRUE(engine.load(add_.data(), add_.size()));
  engine.set_io_mode("add", SYSIO);
  Handle& handle = engine.get_handle();
  Tensor good(handle, {1, 3, 4, 4}, BM_FLOAT32, true, true), out(handle, {1, 3, 4, 4}, BM_FLOAT32, true, true);
  Tensor hostless(handle, {1, 3, 4, 4}, BM_FLOAT32, false, true), bytes(handle, {1, 3, 4, 4}, BM_INT8, true, true);
  Tensor wrong(handle, {2, 3, 4, 4}, BM_FLOAT32, true, true), small(handle, {1, 3, 4, 3}, BM_FLOAT32, true, true);
  Tensor slot(handle, {1, 3, 4, 4});
  const auto error = [&](Tensors in, Tensors outs) { return EngineErrorOf([&] { engine.process("add", in, outs); }); };
  const auto contains = [](const std::string& text, const char* part) {
    EXPECT_NE(text.find(part), std::string::npos) << text;
  };
  contains(error({}, {{"out", &out}}), "input in of graph add is missing");
  contains(error({{"in", &good}}, {}), "output out of graph add is missing");
  contains(error({{"in", &good}, {"x", &good}}, {{"out", &out}}), "has no input x; there are in");
  contains(error({{"in", nullptr}}, {{"out", &out}}), "is missing");
  contains(error({{"in", &slot}}, {{"out", &out}}), "has no device memory");
  contains(error({{"in", &hostless}}, {{"out", &out}}), "has no host memory");
  contains(error({{"in", &good}}, {{"out", &hostless}}), "has no host memory");
  contains(error({{"in", &bytes}}, {{"out", &out}}), "has the data type 2; the graph takes 0");
  contains(error({{"in", &wrong}}, {{"out", &out}}), "in [2, 3, 4, 4]; it takes in [1, 3, 4, 4] or in [4, 3, 4, 4]");
  contains(error({{"in", &good}}, {{"out", &small}}), "launch of graph add failed");
  Tensor deep(handle, std::vector<int>(100, 1), BM_FLOAT32, true, true);
  contains(error({{"in", &good}}, {{"out", &deep}}), "launch of graph add failed");
  Shapes too_large{{"in", {4, 3, 4, 4}}};
  Tensors in{{"in", &good}}, outs{{"out", &out}};
  EXPECT_THROW(engine.process("add", in, too_large, outs), SailEngineError);
  EXPECT_EQ(engine.get_output_shape("add", "out"), std::vector<int>({4, 3, 4, 4})) << "no run, no change";
  Shapes odd{{"in", {3, 3, 4, 4}}}, unknown{{"x", {1}}}, rank{{"in", {1, 3, 16}}};
  EXPECT_THROW(engine.reshape("add", odd), SailEngineError);
  EXPECT_THROW(engine.reshape("add", unknown), SailEngineError);
  EXPECT_THROW(engine.reshape("add", rank), SailEngineError);
  EXPECT_THROW(engine.process("add"), SailEngineError) << "no built-in tensors";
  engine.process("add", in, outs);  // and still works
}

TEST_F(EngineTest, CreatesTensorMaps) {
  Engine engine(add_.data(), add_.size(), 0, SYSO);
  for (const int mode : {-1, 0, 1}) {
    for (auto& [name, tensor] : engine.create_input_tensors_map("add", mode)) {
      EXPECT_EQ(name, "in");
      EXPECT_EQ(tensor->is_sys_data_valid(), mode == 0);
      EXPECT_EQ(tensor->is_dev_data_valid(), mode != 0);
      delete tensor;
    }
    for (auto& [name, tensor] : engine.create_output_tensors_map("add", mode)) {
      EXPECT_EQ(tensor->is_sys_data_valid(), mode != 1);
      delete tensor;
    }
  }
  EXPECT_THROW(engine.create_input_tensors_map("add", 2), SailEngineError);
}

// Run under --config=tsan too.
TEST_F(EngineTest, IsSharedByEightThreads) {
  Engine engine(0);
  ASSERT_TRUE(engine.load(add_.data(), add_.size()));
  const std::vector<float> input = Ramp(kCount), expected = LaunchedByRuntime(input, 1);
  std::atomic<int> equal{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      engine.set_io_mode("add", SYSIO);
      if (t == 3) engine.load(copy_.data(), copy_.size());
      Tensor in(engine.get_handle(), {1, 3, 4, 4}, BM_FLOAT32, true, true);
      Tensor out(engine.get_handle(), {1, 3, 4, 4}, BM_FLOAT32, true, true);
      memcpy(in.sys_data(), input.data(), in.nbytes());
      Tensors ins{{"in", &in}}, outs{{"out", &out}};
      for (int i = 0; i < 5; ++i) {
        engine.process("add", ins, outs);
        if (Floats(out.sys_data(), kCount) == expected && engine.get_output_shape("add", "out")[0] == 1) ++equal;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(equal, 40);
  EXPECT_EQ(engine.get_graph_names().size(), 2u);
}

TEST_F(EngineTest, GraphRunsAlone) {
  Handle handle(0);
  void* const bmrt = bmrt_create(handle.data());
  ASSERT_TRUE(bmrt_load_bmodel_data(bmrt, add_.data(), add_.size()));
  {
    Graph graph(handle.data(), bmrt, "add");
    std::map<std::string, bm_data_type_t> in_types, out_types;
    graph.init_dtypes(&in_types, &out_types);
    EXPECT_EQ(in_types.at("in"), BM_FLOAT32);
    EXPECT_EQ(graph.get_input_tensor("in"), nullptr);
    Shapes inputs{{"in", {4, 3, 4, 4}}}, outputs{{"out", {4, 3, 4, 4}}};
    EXPECT_EQ(graph.alloc_tensors(SYSIO, &inputs, &outputs), 0);
    inputs["in"][0] = 1;
    graph.reshape();
    std::vector<float> values = Ramp(4 * kCount);
    graph.reset_input_tensor("in", values.data());
    graph.inference();
    EXPECT_EQ(outputs["out"], std::vector<int>({1, 3, 4, 4}));
    EXPECT_EQ(Floats(graph.get_output_tensor("out")->sys_data(), kCount), LaunchedByRuntime(Ramp(kCount), 1));
    EXPECT_THROW(Graph(handle.data(), bmrt, "none"), SailEngineError);
  }
  bmrt_destroy(bmrt);
}

// The cells of a table's line.
std::vector<std::string> CellsOf(const std::string& table, const std::string& first) {
  std::istringstream lines(table);
  for (std::string line; std::getline(lines, line);) {
    std::vector<std::string> cells;
    std::istringstream words(line);
    for (std::string word; words >> word;) {
      if (word != "|") cells.push_back(word);
    }
    if (!cells.empty() && cells[0] == first) return cells;
  }
  return {};
}

TEST_F(EngineTest, MeasuresModels) {
  const std::string path = ::testing::TempDir() + "/measured.bmodel";
  ASSERT_TRUE(bm::bmodel::WriteModelFile(testing::AddModel().model, path).ok());
  ASSERT_EQ(setenv("LOOPNUM", "2", 1), 0);
  ::testing::internal::CaptureStdout();
  model_dryrun(path);
  multi_tpu_perf(path, {0, 0});
  const std::string table = ::testing::internal::GetCapturedStdout();
  EXPECT_NE(table.find("npu_time"), std::string::npos);
  EXPECT_NE(table.find("throughput(ips)"), std::string::npos);
  const std::vector<std::string> run = CellsOf(table, "add");
  // add in [4, 3, 4, 4] out [4, 3, 4, 4] npu_time total_time
  ASSERT_EQ(run.size(), 13u) << table;
  EXPECT_EQ(run[1] + run[6], "inout");
  EXPECT_GT(std::stod(run[11]), 0) << "the chip's time";
  EXPECT_GT(std::stod(run[12]), 0);
  ASSERT_EQ(setenv("LOOPNUM", "no", 1), 0);
  EXPECT_THROW(model_dryrun(path), SailRuntimeError);
  ASSERT_EQ(unsetenv("LOOPNUM"), 0);
  EXPECT_THROW(model_dryrun("/no/such.bmodel"), SailEngineError);
  EXPECT_THROW(multi_tpu_perf(path, {}), SailEngineError);
}

TEST_F(EngineTest, MultiEngineKeepsTheOrder) {
  const std::string path = ::testing::TempDir() + "/add.bmodel";
  ASSERT_TRUE(bm::bmodel::WriteModelFile(testing::AddModel().model, path).ok());
  MultiEngine engines(path, {0, 0});
  EXPECT_EQ(engines.get_device_ids(), std::vector<int>({0, 0}));
  EXPECT_EQ(engines.get_graph_names(), std::vector<std::string>({"add"}));
  std::vector<std::unique_ptr<Tensor>> inputs;
  std::vector<Tensors> maps;
  for (int i = 0; i < 5; ++i) {
    inputs.emplace_back(new Tensor({4, 3, 4, 4}));
    inputs.back()->memory_set(static_cast<float>(i));
    maps.push_back({{"in", inputs.back().get()}});
  }
  std::vector<Tensors> results = engines.process(maps);
  ASSERT_EQ(results.size(), 5u);
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(Floats(results[i].at("out")->sys_data(), 4 * kCount),
              LaunchedByRuntime(std::vector<float>(4 * kCount, static_cast<float>(i)), 4));
    delete results[i].at("out");
  }
  maps[3].clear();
  EXPECT_NE(EngineErrorOf([&] { engines.process(maps); }).find("input in of graph add is missing"), std::string::npos);
  EXPECT_THROW(MultiEngine(path, {}), SailEngineError);
  EXPECT_THROW(MultiEngine(path, {0}, true, 1), SailEngineError);
  EXPECT_THROW(MultiEngine("/no/such.bmodel", {0}), SailEngineError);
}

}  // namespace
}  // namespace sail
