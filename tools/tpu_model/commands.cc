#include "tools/tpu_model/commands.h"

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <optional>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/checked_math.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "bmlib/src/version.h"
#include "bmodel/reader.h"
#include "bmodel/writer.h"
#include "tools/tpu_model/info_text.h"
#include "tools/tpu_model/rearrange.h"
#include "tools/tpu_model/trace.h"

namespace bm::tools {
namespace {

using bmodel::ModelFile;

// Arguments of one command, "-o name" taken out.
struct Arguments {
  std::vector<std::string> words;
  std::string output;  // empty where there is no -o
};

void Print(const std::string& text) { std::fwrite(text.data(), 1, text.size(), stdout); }

absl::StatusOr<uint64_t> ParseNumber(const std::string& text) {
  uint64_t value;
  const bool is_hex = text.size() > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
  if (is_hex ? absl::SimpleHexAtoi(text, &value) : absl::SimpleAtoi(text, &value)) return value;
  return absl::InvalidArgumentError(absl::StrCat("\"", text, "\" is no number (decimal or 0x...)"));
}

absl::StatusOr<std::vector<ModelFile>> OpenAll(const std::vector<std::string>& paths) {
  std::vector<ModelFile> files;
  for (const std::string& path : paths) {
    ASSIGN_OR_RETURN(ModelFile file, ModelFile::Open(path));
    files.push_back(std::move(file));
  }
  return files;
}

std::vector<const bmodel::Model*> ModelsOf(const std::vector<ModelFile>& files) {
  std::vector<const bmodel::Model*> models;
  for (const ModelFile& file : files) models.push_back(&file.model());
  return models;
}

absl::Status Info(const Arguments& arguments) {
  ASSIGN_OR_RETURN(const ModelFile file, ModelFile::Open(arguments.words[0]));
  Print(InfoText(file.model()));
  return absl::OkStatus();
}

absl::Status PrintTables(const Arguments& arguments) {
  ASSIGN_OR_RETURN(const ModelFile file, ModelFile::Open(arguments.words[0]));
  ASSIGN_OR_RETURN(const std::string text, TableText(file));
  Print(text);
  return absl::OkStatus();
}

absl::Status Weight(const Arguments& arguments) {
  ASSIGN_OR_RETURN(const ModelFile file, ModelFile::Open(arguments.words[0]));
  Print(WeightText(file.model()));
  return absl::OkStatus();
}

absl::Status UpdateWeight(const Arguments& arguments) {
  const std::vector<std::string>& words = arguments.words;
  ASSIGN_OR_RETURN(const uint64_t target_offset, ParseNumber(words[2]));
  ASSIGN_OR_RETURN(const uint64_t source_offset, ParseNumber(words[5]));
  ASSIGN_OR_RETURN(const MappedFile target_bytes, MappedFile::Open(words[0]));
  ASSIGN_OR_RETURN(const ModelFile target, ModelFile::Parse(target_bytes.bytes(), words[0]));
  ASSIGN_OR_RETURN(const ModelFile source, ModelFile::Open(words[3]));
  ASSIGN_OR_RETURN(
      const std::vector<uint8_t> updated,
      ReplaceWeight(target_bytes.bytes(), target, {words[1], target_offset}, source, {words[4], source_offset}));
  return WriteFile(words[0], updated);
}

absl::Status ExtractAll(const Arguments& arguments) {
  ASSIGN_OR_RETURN(const ModelFile file, ModelFile::Open(arguments.words[0]));
  for (const Extract& extract : ExtractStages(file.model())) {
    Print(absl::StrCat("Generate file [", extract.file_name, "] ......\n"));
    RETURN_IF_ERROR(WriteModelFile(extract.model, extract.file_name));
  }
  Print("Success: all files have been generated!\n");
  return absl::OkStatus();
}

absl::Status CombineFiles(const Arguments& arguments) {
  ASSIGN_OR_RETURN(const std::vector<ModelFile> files, OpenAll(arguments.words));
  std::vector<std::vector<Origin>> origins;
  ASSIGN_OR_RETURN(const bmodel::Model combined, Combine(ModelsOf(files), &origins));
  const std::string output = arguments.output.empty() ? "bm_combined.bmodel" : arguments.output;
  RETURN_IF_ERROR(WriteModelFile(combined, output));
  Print(absl::StrCat("Success: combined to [", output, "].\n"));
  return absl::OkStatus();
}

// Reference data of one directory, cut into the pieces of its stages: pieces[net][stage].
using Pieces = std::vector<std::vector<std::string>>;

absl::StatusOr<Pieces> CutReference(const std::string& path, const bmodel::Model& model,
                                    absl::StatusOr<uint64_t> (*bytes_of)(const bmodel::Stage&)) {
  ASSIGN_OR_RETURN(const std::string data, ReadFile(path));
  Pieces pieces;
  uint64_t offset = 0;
  for (const bmodel::Net& net : model.nets) {
    std::vector<std::string>& stages = pieces.emplace_back();
    for (const bmodel::Stage& stage : net.stages) {
      ASSIGN_OR_RETURN(const uint64_t bytes, bytes_of(stage));
      const absl::Status inside = CheckRange(offset, bytes, data.size());
      if (!inside.ok()) return absl::DataLossError(absl::StrCat(path, ": net ", net.name, ": ", inside.message()));
      stages.push_back(data.substr(offset, bytes));
      offset += bytes;
    }
  }
  return pieces;
}

absl::StatusOr<std::string> JoinReference(const std::vector<std::string>& directories,
                                          const std::vector<ModelFile>& files,
                                          const std::vector<std::vector<Origin>>& origins, const char* name,
                                          absl::StatusOr<uint64_t> (*bytes_of)(const bmodel::Stage&)) {
  std::vector<Pieces> of_file;
  for (size_t i = 0; i < files.size(); ++i) {
    ASSIGN_OR_RETURN(Pieces pieces, CutReference(absl::StrCat(directories[i], "/", name), files[i].model(), bytes_of));
    of_file.push_back(std::move(pieces));
  }
  std::string joined;
  for (const std::vector<Origin>& stages : origins) {
    for (const Origin& origin : stages) joined += of_file[origin.file][origin.net][origin.stage];
  }
  return joined;
}

absl::Status CombineDirectories(const Arguments& arguments) {
  std::vector<std::string> paths;
  for (const std::string& directory : arguments.words) paths.push_back(directory + "/compilation.bmodel");
  ASSIGN_OR_RETURN(const std::vector<ModelFile> files, OpenAll(paths));
  std::vector<std::vector<Origin>> origins;
  ASSIGN_OR_RETURN(const bmodel::Model combined, Combine(ModelsOf(files), &origins));
  const std::string output = arguments.output.empty() ? "bm_combined" : arguments.output;
  constexpr char kInputs[] = "input_ref_data.dat", kOutputs[] = "output_ref_data.dat";
  ASSIGN_OR_RETURN(const std::string inputs, JoinReference(arguments.words, files, origins, kInputs, InputBytes));
  ASSIGN_OR_RETURN(const std::string outputs, JoinReference(arguments.words, files, origins, kOutputs, OutputBytes));
  RETURN_IF_ERROR(MakeDirectory(output));
  RETURN_IF_ERROR(WriteModelFile(combined, output + "/compilation.bmodel"));
  RETURN_IF_ERROR(WriteFile(absl::StrCat(output, "/", kInputs), inputs));
  RETURN_IF_ERROR(WriteFile(absl::StrCat(output, "/", kOutputs), outputs));
  Print(absl::StrCat("Success: combined to [", output, "].\n"));
  return absl::OkStatus();
}

absl::Status Dump(const Arguments& arguments) {
  ASSIGN_OR_RETURN(const ModelFile file, ModelFile::Open(arguments.words[0]));
  ASSIGN_OR_RETURN(const uint64_t start, ParseNumber(arguments.words[1]));
  ASSIGN_OR_RETURN(const uint64_t size, ParseNumber(arguments.words[2]));
  RETURN_IF_ERROR(CheckRange(start, size, file.binary().size()));
  RETURN_IF_ERROR(WriteFile(arguments.words[3], file.binary().subspan(start, size)));
  Print(absl::StrCat("save file[", arguments.words[3], "] success\n"));
  return absl::OkStatus();
}

absl::Status KernelDump(const Arguments& arguments) {
  ASSIGN_OR_RETURN(const ModelFile file, ModelFile::Open(arguments.words[0]));
  const std::optional<bmodel::Module>& module = file.model().kernel_module;
  if (!module.has_value()) return absl::NotFoundError(absl::StrCat(file.name(), " has no kernel module"));
  const std::string output = arguments.output.empty() ? module->file_name : arguments.output;
  RETURN_IF_ERROR(WriteFile(output, module->bytes));
  Print(absl::StrCat("save file[", output, "] success\n"));
  return absl::OkStatus();
}

// Embeds the file of words[1] as a module of the model of words[0].
absl::Status UpdateModule(const Arguments& arguments, std::optional<bmodel::Module> bmodel::Model::*module) {
  ASSIGN_OR_RETURN(const MappedFile library, MappedFile::Open(arguments.words[1]));
  ASSIGN_OR_RETURN(const ModelFile file, ModelFile::Open(arguments.words[0]));
  bmodel::Model model = file.model();
  const std::string& path = arguments.words[1];
  model.*module = bmodel::Module{path.substr(path.rfind('/') + 1), library.bytes()};
  return WriteModelFile(model, arguments.words[0]);
}

absl::Status KernelUpdate(const Arguments& arguments) { return UpdateModule(arguments, &bmodel::Model::kernel_module); }

absl::Status CpuopUpdate(const Arguments& arguments) { return UpdateModule(arguments, &bmodel::Model::cpuop_module); }

// The stage number behind file and net, `otherwise` where there is none.
absl::StatusOr<int> StageArgument(const Arguments& arguments, int otherwise) {
  if (arguments.words.size() <= 2) return otherwise;
  ASSIGN_OR_RETURN(const uint64_t number, ParseNumber(arguments.words[2]));
  return CheckedCast<int>(number);
}

absl::Status Disassemble(const Arguments& arguments) {
  ASSIGN_OR_RETURN(const ModelFile file, ModelFile::Open(arguments.words[0]));
  const std::string net = arguments.words.size() > 1 ? arguments.words[1] : "";
  ASSIGN_OR_RETURN(const int stage, StageArgument(arguments, -1));
  ASSIGN_OR_RETURN(const std::string text, DisassemblyText(file.model(), net, stage));
  Print(text);
  return absl::OkStatus();
}

absl::Status Trace(const Arguments& arguments) {
  ASSIGN_OR_RETURN(const ModelFile file, ModelFile::Open(arguments.words[0]));
  const std::vector<bmodel::Net>& nets = file.model().nets;
  const auto net = arguments.words.size() > 1
                       ? std::find_if(nets.begin(), nets.end(),
                                      [&](const bmodel::Net& each) { return each.name == arguments.words[1]; })
                       : nets.begin();
  ASSIGN_OR_RETURN(const int stage, StageArgument(arguments, 0));
  if (net == nets.end() || static_cast<size_t>(stage) >= net->stages.size()) {
    const std::string name = arguments.words.size() > 1 ? arguments.words[1] : "";
    return absl::NotFoundError(absl::StrCat(file.name(), ": no net [", name, "] with stage ", stage));
  }
  ASSIGN_OR_RETURN(const StageTrace trace, TraceOf(net->stages[static_cast<size_t>(stage)]));
  const std::string output = arguments.output.empty() ? "trace.json" : arguments.output;
  RETURN_IF_ERROR(WriteFile(output, trace.json));
  Print(
      absl::StrCat("net \"", net->name, "\", stage ", stage, ": ", trace.summary, "save file[", output, "] success\n"));
  return absl::OkStatus();
}

absl::Status Version(const Arguments&) {
  Print("tpu_model " BM_PROJECT_VERSION "\n");
  return absl::OkStatus();
}

constexpr size_t kAnyNumber = ~size_t{0};

struct CommandRow {
  const char* name;
  const char* arguments;
  const char* effect;
  size_t least;
  size_t most;
  absl::Status (*run)(const Arguments&);
};

constexpr CommandRow kCommands[] = {
    {"--info", "F", "show brief model information", 1, 1, Info},
    {"--print", "F", "show all tables of the model", 1, 1, PrintTables},
    {"--weight", "F", "show where the weights of each operation lie", 1, 1, Weight},
    {"--update_weight", "dstF dstNet dstOffset srcF srcNet srcOffset", "copy the weights of one operation", 6, 6,
     UpdateWeight},
    {"--extract", "F", "write each stage of each net as a file of its own", 1, 1, ExtractAll},
    {"--combine", "F1 .. Fn [-o out]", "combine files", 1, kAnyNumber, CombineFiles},
    {"--combine_dir", "D1 .. Dn [-o dir]", "combine context directories", 1, kAnyNumber, CombineDirectories},
    {"--dump", "F start size out", "save bytes of the binary section", 4, 4, Dump},
    {"--kernel_dump", "F [-o name]", "save the embedded firmware", 1, 1, KernelDump},
    {"--kernel_update", "F library", "embed firmware", 2, 2, KernelUpdate},
    {"--custom_ap_update", "F library", "embed a library of CPU operations", 2, 2, CpuopUpdate},
    {"--disassemble", "F [net] [stage]", "show the commands of a net", 1, 3, Disassemble},
    {"--trace", "F [net] [stage] [-o name]", "save the estimated times of a stage's commands for Perfetto", 1, 3,
     Trace},
    {"--version", "", "show the version of this program", 0, 0, Version},
};

absl::StatusOr<Arguments> Separate(const std::vector<std::string>& arguments) {
  Arguments separated;
  for (size_t i = 1; i < arguments.size(); ++i) {
    if (arguments[i] != "-o") {
      separated.words.push_back(arguments[i]);
    } else if (++i < arguments.size()) {
      separated.output = arguments[i];
    } else {
      return absl::InvalidArgumentError("-o needs a name behind it");
    }
  }
  return separated;
}

}  // namespace

std::string TpuModelUsage() {
  std::string text = "Usage: tpu_model <command> ...\n";
  for (const CommandRow& row : kCommands) {
    absl::StrAppendFormat(&text, "  %s %s\n      %s\n", row.name, row.arguments, row.effect);
  }
  return text;
}

bool IsTpuModelCommand(const std::string& name) {
  return std::any_of(std::begin(kCommands), std::end(kCommands),
                     [&](const CommandRow& row) { return name == row.name; });
}

absl::Status RunTpuModel(const std::vector<std::string>& arguments) {
  if (arguments.empty()) return absl::InvalidArgumentError("no command is given");
  for (const CommandRow& row : kCommands) {
    if (arguments[0] != row.name) continue;
    ASSIGN_OR_RETURN(const Arguments separated, Separate(arguments));
    if (separated.words.size() < row.least || separated.words.size() > row.most) {
      return absl::InvalidArgumentError(
          absl::StrCat(row.name, " is given ", separated.words.size(), " arguments, it takes: ", row.arguments));
    }
    return row.run(separated);
  }
  return absl::InvalidArgumentError(absl::StrCat("unknown command ", arguments[0]));
}

}  // namespace bm::tools
