#include "isa/manual_tables.h"

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/status_macros.h"
#include "isa/bdc.h"
#include "isa/bdc_ops.h"
#include "isa/fields.h"

namespace bm::isa {
namespace {

// ---- Descriptor fields ----

std::string FieldTable(absl::Span<const FieldRow> rows) {
  std::string table = "| bits | field | default |\n| --- | --- | --- |\n";
  for (const FieldRow& row : rows) {
    const std::string bits =
        row.width == 1 ? absl::StrCat(row.start) : absl::StrCat(row.start, "..", row.start + row.width - 1);
    const std::string value =
        row.default_value < 10 ? absl::StrCat(row.default_value) : absl::StrFormat("0x%X", row.default_value);
    absl::StrAppend(&table, "| ", bits, " | ", row.name, " | ", value, " |\n");
  }
  return table;
}

std::string BdcFieldTable() { return FieldTable(BdcFields::Rows()); }
std::string GdmaFieldTable() { return FieldTable(GdmaFields::Rows()); }
std::string GdeFieldTable() { return FieldTable(GdeFields::Rows()); }
std::string CdmaFieldTable() { return FieldTable(CdmaFields::Rows()); }

// ---- Operations: what the decoder says when it is asked ----

constexpr Precision kPrecisions[] = {Precision::kFp32, Precision::kInt32, Precision::kInt16, Precision::kInt8};

// A descriptor of defaults that asks for this operation.
BdcFields Probe(const BdcOpRow& row, Precision a, Precision b, Precision result) {
  BdcFields fields = BdcFields::Defaults();
  fields.Set(BdcField::kTskTyp, static_cast<uint64_t>(row.task));
  fields.Set(BdcField::kTskEuTyp, row.eu == kNoEu ? 0 : static_cast<uint64_t>(row.eu));
  fields.Set(BdcField::kTskOpdNum, 2);
  const bool is_select = row.eu == Eu::kSelectGreater || row.eu == Eu::kSelectEqual;
  fields.Set(BdcField::kOptOpd2Const, is_select ? 1 : 0);
  fields.Set(BdcField::kOptOpd0Sign, 1);
  fields.Set(BdcField::kOptOpd0Prec, static_cast<uint64_t>(a));
  fields.Set(BdcField::kOptOpd1Prec, static_cast<uint64_t>(b));
  fields.Set(BdcField::kOptRes0Prec, static_cast<uint64_t>(result));
  return fields;
}

// The precisions that a decoded operation works in: "i8 i8" and "i16".
struct Widths {
  std::string operands;
  std::string result;
};
Widths WidthsOf(const BdcOp& op) {
  if (const auto* arithmetic = std::get_if<TensorArithmetic>(&op)) {
    const std::string a = Name(arithmetic->a.precision);
    const std::string operands = arithmetic->eu == Eu::kCopy ? a : absl::StrCat(a, " ", Name(arithmetic->b.precision));
    return {operands, Name(arithmetic->result.precision)};
  }
  if (const auto* fc = std::get_if<FullyConnected>(&op)) {
    return {absl::StrCat(Name(fc->left.precision), " ", Name(fc->right.precision)), Name(fc->result.precision)};
  }
  return {Name(PrecisionOf(op)), ""};
}

std::string PrecisionsOf(const BdcOpRow& row) {
  std::vector<std::string> order;
  std::map<std::string, std::vector<std::string>> results;
  for (const Precision a : kPrecisions) {
    for (const Precision b : kPrecisions) {
      for (const Precision result : kPrecisions) {
        const absl::StatusOr<BdcCommand> command = DecodeBdc(Probe(row, a, b, result).words());
        if (!command.ok()) continue;
        const Widths widths = WidthsOf(command->op);
        std::vector<std::string>& known = results[widths.operands];
        if (known.empty()) order.push_back(widths.operands);
        if (std::find(known.begin(), known.end(), widths.result) == known.end()) known.push_back(widths.result);
      }
    }
  }
  std::vector<std::string> texts;
  for (const std::string& operands : order) {
    const std::string result = absl::StrJoin(results[operands], "/");
    texts.push_back(result.empty() ? operands : absl::StrCat(operands, " → ", result));
  }
  return absl::StrJoin(texts, ", ");
}

std::string OperationTable() {
  std::string table = "| task | EU | operation | precisions |\n| --- | --- | --- | --- |\n";
  for (const BdcOpRow& row : BdcOpTable()) {
    const std::string eu = row.eu == kNoEu ? "any" : absl::StrCat(static_cast<int>(row.eu));
    absl::StrAppend(&table, "| ", static_cast<int>(row.task), " | ", eu, " | ", row.mnemonic, " | ", PrecisionsOf(row),
                    " |\n");
  }
  return table;
}

// ---- Which fields an operation reads: those whose change changes what is decoded ----

constexpr int kProbes = 60;
constexpr int kAttempts = 100 * kProbes;  // random content that is refused does not count as a probe

// Refusals differ where their texts do, commands where their meaning does.
bool IsSame(const absl::StatusOr<BdcCommand>& a, const absl::StatusOr<BdcCommand>& b) {
  if (a.ok() && b.ok()) return *a == *b;
  return a.status() == b.status();
}

bool Contains(absl::Span<const BdcField> fields, BdcField field) {
  return std::find(fields.begin(), fields.end(), field) != fields.end();
}

// Content that makes a field count: flags of both kinds, operand counts 2 and 3, stride modes 0 and 3, sizes and
// addresses large and small.
uint64_t RandomValue(int width, std::mt19937_64* random) {
  const bool coin = (*random)() % 2 == 0;
  if (width == 1) return coin ? 1 : 0;
  if (width == 2) return coin ? 2 : 3;
  if (width == 3) return coin ? 0 : 3;
  return coin ? (*random)() % 2 : (*random)() >> (64 - width);
}

BdcFields RandomContent(BdcFields fields, std::mt19937_64* random) {
  constexpr BdcField kKept[] = {BdcField::kTskTyp,      BdcField::kTskEuTyp,    BdcField::kOptOpd0Prec,
                                BdcField::kOptOpd1Prec, BdcField::kOptRes0Prec, BdcField::kRes0HShift,
                                BdcField::kRes0WShift,  BdcField::kOpd0HShift,  BdcField::kOpd0WShift,
                                BdcField::kOpd1HShift,  BdcField::kOpd1WShift};
  for (size_t i = 0; i < BdcFields::Rows().size(); ++i) {
    const auto field = static_cast<BdcField>(i);
    if (!Contains(kKept, field)) fields.Set(field, RandomValue(BdcFields::Rows()[i].width, random));
  }
  return fields;
}

// Adds the fields in which a change of `base` shows.
void AddFieldsRead(const BdcFields& base, std::set<size_t>* read) {
  const absl::StatusOr<BdcCommand> expected = DecodeBdc(base.words());
  for (size_t i = 0; i < BdcFields::Rows().size(); ++i) {
    if (read->count(i) != 0) continue;
    const auto field = static_cast<BdcField>(i);
    BdcFields changed = base;
    changed.Set(field, base.Get64(field) ^ 1);
    if (!IsSame(DecodeBdc(changed.words()), expected)) read->insert(i);
  }
}

// Adds the fields that the operation reads in these precisions; none where they do not exist.
void AddFieldsRead(const BdcOpRow& row, Precision operands, Precision result, std::set<size_t>* read) {
  const BdcFields probe = Probe(row, operands, operands, result);
  if (!DecodeBdc(probe.words()).ok()) return;
  std::mt19937_64 random(1684);
  int probes = 0;
  for (int attempt = 0; attempt < kAttempts && probes < kProbes; ++attempt) {
    const BdcFields base = RandomContent(probe, &random);
    if (!DecodeBdc(base.words()).ok()) continue;
    AddFieldsRead(base, read);
    ++probes;
  }
}

std::set<size_t> FieldsRead(const BdcOpRow& row) {
  // Fields of every command, and two that decoding keeps although they change nothing.
  constexpr BdcField kLeftOut[] = {BdcField::kCmdEnd,   BdcField::kCmdIdTpu,  BdcField::kCmdIdGdma, BdcField::kTskTyp,
                                   BdcField::kTskEuTyp, BdcField::kOpd0DnPad, BdcField::kOpd0RtPad};
  std::set<size_t> read;
  for (const Precision operands : kPrecisions) {
    for (const Precision result : kPrecisions) AddFieldsRead(row, operands, result, &read);
  }
  for (const BdcField field : kLeftOut) read.erase(static_cast<size_t>(field));
  return read;
}

// "OPD0_N, OPD0_C, OPD0_H" as "OPD0_{N,C,H}".
std::string JoinNames(const std::set<size_t>& fields) {
  std::vector<std::pair<std::string, std::vector<std::string>>> stems;
  for (const size_t field : fields) {
    const std::string name = BdcFields::Rows()[field].name;
    const size_t cut = name.rfind('_');
    const std::string stem = name.substr(0, cut);
    if (stems.empty() || stems.back().first != stem) stems.push_back({stem, {}});
    stems.back().second.push_back(name.substr(cut + 1));
  }
  return absl::StrJoin(stems, ", ", [](std::string* out, const auto& stem) {
    const std::string ends = absl::StrJoin(stem.second, ",");
    absl::StrAppend(out, stem.first, "_", stem.second.size() == 1 ? ends : absl::StrCat("{", ends, "}"));
  });
}

std::string FieldUseTable() {
  std::vector<std::pair<std::string, std::string>> lines;  // operations, fields
  for (const BdcOpRow& row : BdcOpTable()) {
    const std::string fields = JoinNames(FieldsRead(row));
    const auto same = std::find_if(lines.begin(), lines.end(), [&](const auto& line) { return line.second == fields; });
    if (same == lines.end()) {
      lines.push_back({row.mnemonic, fields});
    } else {
      absl::StrAppend(&same->first, ", ", row.mnemonic);
    }
  }
  std::string table = "| operations | fields |\n| --- | --- |\n";
  for (const auto& [operations, fields] : lines) absl::StrAppend(&table, "| ", operations, " | ", fields, " |\n");
  return table;
}

// ---- Cycle model ----

std::string CycleTable() {
  std::string table = "| constant | value | meaning |\n| --- | --- | --- |\n";
#define CYCLE(name, value, meaning) \
  absl::StrAppend(&table, "| ", #name, " | ", absl::StrFormat("%g", double{value}), " | ", meaning, " |\n");
#include "isa/cycles.inc"
  return table;
}

std::string SmallChannelTable() {
  std::string table =
      "| step | 1-4 channels | 5-8 | 9-12 | 13-16 | 17-20 | 21-24 | 25-28 |\n"
      "| --- | --- | --- | --- | --- | --- | --- | --- |\n";
#define SMALL_IC(stride, ...) \
  absl::StrAppend(&table, "| ", stride, " | ", absl::StrJoin(std::vector<double>{__VA_ARGS__}, " | "), " |\n");
#include "isa/cycles.inc"
  return table;
}

struct TableRow {
  const char* name;
  std::string (*make)();
};
constexpr TableRow kTables[] = {
    {"bdc_fields", BdcFieldTable},   {"bdc_operations", OperationTable}, {"bdc_field_use", FieldUseTable},
    {"gdma_fields", GdmaFieldTable}, {"gde_fields", GdeFieldTable},      {"cdma_fields", CdmaFieldTable},
    {"cycles", CycleTable},          {"small_ic", SmallChannelTable},
};

absl::StatusOr<std::string> MakeTable(absl::string_view name) {
  for (const TableRow& row : kTables) {
    if (name == row.name) return row.make();
  }
  return absl::NotFoundError(absl::StrCat("the manual asks for the table \"", name, "\", which does not exist"));
}

}  // namespace

absl::StatusOr<std::string> RenderManual(absl::string_view manual) {
  std::string rendered =
      "<!-- Made by `bazel run //isa:generate_docs` from isa/manual.md and the tables in isa/. Edit those. -->\n\n";
  for (absl::string_view line : absl::StrSplit(absl::StripSuffix(manual, "\n"), '\n')) {
    absl::string_view name = line;
    if (absl::ConsumePrefix(&name, "<!-- table: ") && absl::ConsumeSuffix(&name, " -->")) {
      ASSIGN_OR_RETURN(const std::string table, MakeTable(name));
      absl::StrAppend(&rendered, table);
    } else {
      absl::StrAppend(&rendered, line, "\n");
    }
  }
  return rendered;
}

}  // namespace bm::isa
