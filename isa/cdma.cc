#include "isa/cdma.h"

#include <algorithm>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "isa/fields.h"

namespace bm::isa {

using F = CdmaField;

bool operator==(const CdmaCommand& a, const CdmaCommand& b) {
  return std::tie(a.id, a.wait_bdc, a.wait_gdma, a.is_last, a.source, a.target, a.bytes) ==
         std::tie(b.id, b.wait_bdc, b.wait_gdma, b.is_last, b.source, b.target, b.bytes);
}

absl::StatusOr<CdmaCommand> DecodeCdma(absl::Span<const uint32_t> words) {
  CdmaWords copy;
  if (words.size() != copy.size()) {
    return absl::InvalidArgumentError(absl::StrCat("a CDMA command of ", words.size(), " words; it has ", copy.size()));
  }
  std::copy(words.begin(), words.end(), copy.begin());
  const CdmaFields f(copy);
  if (f.IsSet(F::kMiscEn)) {
    return absl::UnimplementedError("field MISC_EN = 1: sorting is not simulated");
  }
  CdmaCommand command;
  command.id = static_cast<uint16_t>(f.Get(F::kCmdId));
  command.wait_bdc = static_cast<uint16_t>(f.Get(F::kEng0SyncId));
  command.wait_gdma = static_cast<uint16_t>(f.Get(F::kEng1SyncId));
  command.is_last = f.IsSet(F::kDesEnd);
  command.source = f.Get64(F::kSrcAddr);
  command.target = f.Get64(F::kDstAddr);
  command.bytes = f.Get(F::kAmount);
  return command;
}

CdmaWords EncodeCdma(const CdmaCommand& command) {
  CdmaFields f = CdmaFields::Defaults();
  f.Set(F::kDesValid, 1);
  f.Set(F::kCmdId, command.id);
  f.Set(F::kEng0SyncId, command.wait_bdc);
  f.Set(F::kEng1SyncId, command.wait_gdma);
  f.Set(F::kDesEnd, command.is_last ? 1 : 0);
  f.Set(F::kSrcAddr, command.source);
  f.Set(F::kDstAddr, command.target);
  f.Set(F::kAmount, command.bytes);
  return f.words();
}

std::string Disassemble(const CdmaCommand& command) {
  return absl::StrFormat("cdma %d wait %d,%d  copy  0x%x = 0x%x bytes %d%s", command.id, command.wait_bdc,
                         command.wait_gdma, command.target, command.source, command.bytes,
                         command.is_last ? " end" : "");
}

}  // namespace bm::isa
