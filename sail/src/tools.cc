#include "tools.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <future>

#include "absl/strings/numbers.h"
#include "engine.h"
#include "sail/src/error.h"

namespace sail {
namespace {

int Loops() {
  const char* const value = getenv("LOOPNUM");
  int loops = 10;
  if (value != nullptr && (!absl::SimpleAtoi(value, &loops) || loops < 1)) {
    Throw(SAIL_ERR_RUNTIME_BASIC, absl::StrCat("the environment variable LOOPNUM is \"", value, "\"; at least 1"));
  }
  return loops;
}

struct Times {
  double npu_ms = 0, total_ms = 0;  // means of a run
};

// The first run, which loads the commands, does not count.
Times Measure(Engine& engine, const std::string& graph, int loops) {
  engine.process(graph);
  Handle& handle = engine.get_handle();
  const double chip_start = get_chip_time_us(handle), start = get_current_time_us();
  for (int i = 0; i < loops; ++i) engine.process(graph);
  const double end = get_current_time_us(), chip_end = get_chip_time_us(handle);
  return {(chip_end - chip_start) / 1e3 / loops, (end - start) / 1e3 / loops};
}

void PrintRow(const std::vector<std::string>& cells) {
  for (const std::string& cell : cells) printf("| %-22s ", cell.c_str());
  puts("|");
}

// One row per tensor; what belongs to the graph stands in the first.
void PrintRows(const std::vector<std::vector<std::string>>& columns) {
  size_t rows = 0;
  for (const std::vector<std::string>& column : columns) rows = std::max(rows, column.size());
  for (size_t i = 0; i < rows; ++i) {
    std::vector<std::string> cells;
    for (const std::vector<std::string>& column : columns) cells.push_back(i < column.size() ? column[i] : "");
    PrintRow(cells);
  }
}

std::vector<std::string> ShapesOf(const std::vector<std::string>& names,
                                  const std::map<std::string, std::vector<int>>& shapes) {
  std::vector<std::string> texts;
  for (const std::string& name : names) texts.push_back(ShapeText(shapes.at(name)));
  return texts;
}

std::string Milliseconds(double value) {
  char text[32];
  snprintf(text, sizeof(text), "%.4f", value);
  return text;
}

}  // namespace
}  // namespace sail

void model_dryrun(std::string bmodel_path) {
  sail::Engine engine(bmodel_path, 0, sail::SYSIO);
  const int loops = sail::Loops();
  sail::PrintRow({"net_name", "in_node", "in_shape", "out_node", "out_shape", "npu_time", "total_time"});
  for (const std::string& graph : engine.get_graph_names()) {
    const sail::Times times = sail::Measure(engine, graph, loops);
    const std::vector<std::string> inputs = engine.get_input_names(graph), outputs = engine.get_output_names(graph);
    sail::PrintRows({{graph},
                     inputs,
                     sail::ShapesOf(inputs, engine.get_max_input_shapes(graph)),
                     outputs,
                     sail::ShapesOf(outputs, engine.get_max_output_shapes(graph)),
                     {sail::Milliseconds(times.npu_ms)},
                     {sail::Milliseconds(times.total_ms)}});
  }
}

void multi_tpu_perf(std::string bmodel_path, std::vector<int> tpu_ids) {
  const int loops = sail::Loops();
  std::vector<std::unique_ptr<sail::Engine>> engines;
  for (const int id : tpu_ids) engines.emplace_back(new sail::Engine(bmodel_path, id, sail::SYSIO));
  if (engines.empty()) sail::Throw(sail::SAIL_ERR_ENGINE_BASIC, "multi_tpu_perf on no devices; name one");
  sail::PrintRow({"net_name", "tpu_id", "batch", "in_node", "out_node", "total_time(ms)", "throughput(ips)"});
  for (const std::string& graph : engines[0]->get_graph_names()) {
    std::vector<std::future<sail::Times>> runs;
    for (const std::unique_ptr<sail::Engine>& engine : engines) {
      runs.push_back(std::async(std::launch::async, [&] { return sail::Measure(*engine, graph, loops); }));
    }
    for (size_t i = 0; i < engines.size(); ++i) {
      const sail::Times times = runs[i].get();
      const std::vector<std::string> inputs = engines[i]->get_input_names(graph);
      const int batch = engines[i]->get_max_input_shapes(graph).at(inputs[0])[0];
      sail::PrintRows({{graph},
                       {std::to_string(tpu_ids[i])},
                       {std::to_string(batch)},
                       inputs,
                       engines[i]->get_output_names(graph),
                       {sail::Milliseconds(times.total_ms)},
                       {sail::Milliseconds(1e3 * batch / times.total_ms)}});
    }
  }
}
