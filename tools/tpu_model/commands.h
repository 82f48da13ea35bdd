// The commands of tpu_model.
#ifndef TOOLS_TPU_MODEL_COMMANDS_H_
#define TOOLS_TPU_MODEL_COMMANDS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"

namespace bm::tools {

// True for the name of a command ("--info").
bool IsTpuModelCommand(const std::string& name);

// Runs the command line without the program name: results on stdout, files where the command says. INVALID_ARGUMENT
// for an unknown command or a wrong number of arguments; otherwise what reading, changing or writing answers.
absl::Status RunTpuModel(const std::vector<std::string>& arguments);

// One line per command.
std::string TpuModelUsage();

}  // namespace bm::tools

#endif  // TOOLS_TPU_MODEL_COMMANDS_H_
