#include "isa/gde.h"

#include <algorithm>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "isa/fields.h"

namespace bm::isa {

using F = GdeField;

bool operator==(const GdeCommand& a, const GdeCommand& b) {
  return std::tie(a.input, a.output, a.index, a.count, a.element) ==
         std::tie(b.input, b.output, b.index, b.count, b.element);
}

absl::StatusOr<GdeCommand> DecodeGde(absl::Span<const uint32_t> words) {
  GdeWords copy;
  if (words.size() != copy.size()) {
    return absl::InvalidArgumentError(absl::StrCat("a GDE command of ", words.size(), " words; it has ", copy.size()));
  }
  std::copy(words.begin(), words.end(), copy.begin());
  const GdeFields f(copy);
  const uint32_t type = f.Get(F::kType);
  if (type > static_cast<uint32_t>(GdeElement::kQuadWord)) {
    return absl::InvalidArgumentError(absl::StrCat("field TYPE has the undefined value ", type));
  }
  return GdeCommand{f.Get64(F::kInAddr), f.Get64(F::kOutAddr), f.Get64(F::kIndexAddr), f.Get(F::kLen),
                    static_cast<GdeElement>(type)};
}

GdeWords EncodeGde(const GdeCommand& command) {
  GdeFields f = GdeFields::Defaults();
  f.Set(F::kInAddr, command.input);
  f.Set(F::kOutAddr, command.output);
  f.Set(F::kIndexAddr, command.index);
  f.Set(F::kLen, command.count);
  f.Set(F::kType, static_cast<uint64_t>(command.element));
  return f.words();
}

std::string Disassemble(const GdeCommand& command) {
  return absl::StrFormat("gde  gather.%d  0x%x = 0x%x[0x%x] count %d", BytesOf(command.element), command.output,
                         command.input, command.index, command.count);
}

}  // namespace bm::isa
