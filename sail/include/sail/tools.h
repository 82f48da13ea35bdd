// Measuring a model. Both print a table on stdout and run the model LOOPNUM times (an environment variable, 10
// without).
#ifndef SAIL_TOOLS_H_
#define SAIL_TOOLS_H_

#include <string>
#include <vector>

// On device 0: net_name, in_node, in_shape, out_node, out_shape, npu_time (the chip's, estimated) and total_time, mean
// milliseconds of a run. SailEngineError for a model that cannot be loaded.
void model_dryrun(std::string bmodel_path);

// On every device at once: net_name, tpu_id, batch, in_node, out_node, total_time(ms) of a run, throughput(ips).
void multi_tpu_perf(std::string bmodel_path, std::vector<int> tpu_ids);

#endif  // SAIL_TOOLS_H_
