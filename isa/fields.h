// Descriptor fields as tables: which bits, and what unused ones hold.
//
//   BdcFields fields(words);            // a view of decoded words
//   fields.Get(BdcField::kRes0N);
//   BdcFields fresh = BdcFields::Defaults();
//   fresh.Set(BdcField::kRes0N, 4);
#ifndef ISA_FIELDS_H_
#define ISA_FIELDS_H_

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>

#include "absl/types/span.h"
#include "base/check.h"

namespace bm::isa {

struct FieldRow {
  const char* name;
  int start;  // absolute bit, bit 0 = lowest bit of word 0
  int width;  // 1..64
  uint64_t default_value;
};

enum class BdcField {
#define X(enumerator, name, start, width, default_value) enumerator,
#include "isa/bdc_fields.inc"
#undef X
};
enum class GdmaField {
#define X(enumerator, name, start, width, default_value) enumerator,
#include "isa/gdma_fields.inc"
#undef X
};
enum class GdeField {
#define X(enumerator, name, start, width, default_value) enumerator,
#include "isa/gde_fields.inc"
#undef X
};
enum class CdmaField {
#define X(enumerator, name, start, width, default_value) enumerator,
#include "isa/cdma_fields.inc"
#undef X
};

inline constexpr FieldRow kBdcFields[] = {
#define X(enumerator, name, start, width, default_value) {name, start, width, default_value},
#include "isa/bdc_fields.inc"
#undef X
};
inline constexpr FieldRow kGdmaFields[] = {
#define X(enumerator, name, start, width, default_value) {name, start, width, default_value},
#include "isa/gdma_fields.inc"
#undef X
};
inline constexpr FieldRow kGdeFields[] = {
#define X(enumerator, name, start, width, default_value) {name, start, width, default_value},
#include "isa/gde_fields.inc"
#undef X
};
inline constexpr FieldRow kCdmaFields[] = {
#define X(enumerator, name, start, width, default_value) {name, start, width, default_value},
#include "isa/cdma_fields.inc"
#undef X
};

// The words of one descriptor, read and written by field.
template <typename Field, const FieldRow* kRows, size_t kRowCount, size_t kWords>
class Descriptor {
 public:
  using Words = std::array<uint32_t, kWords>;

  explicit Descriptor(const Words& words) : words_(words) {}

  // Every field at its default.
  static Descriptor Defaults() {
    Descriptor descriptor{Words{}};
    for (size_t i = 0; i < kRowCount; ++i) descriptor.SetRow(kRows[i], kRows[i].default_value);
    return descriptor;
  }

  static absl::Span<const FieldRow> Rows() { return {kRows, kRowCount}; }

  uint64_t Get64(Field field) const { return GetRow(kRows[static_cast<int>(field)]); }
  uint32_t Get(Field field) const { return static_cast<uint32_t>(Get64(field)); }
  bool IsSet(Field field) const { return Get64(field) != 0; }
  // `value` fits the field (an invariant of ours).
  void Set(Field field, uint64_t value) { SetRow(kRows[static_cast<int>(field)], value); }

  const Words& words() const { return words_; }

 private:
  uint64_t GetRow(const FieldRow& row) const {
    uint64_t value = 0;
    for (int done = 0; done < row.width;) {
      const int bit = row.start + done;
      const int take = std::min(32 - bit % 32, row.width - done);
      const uint64_t mask = (uint64_t{1} << take) - 1;
      value |= (words_[bit / 32] >> (bit % 32) & mask) << done;
      done += take;
    }
    return value;
  }

  void SetRow(const FieldRow& row, uint64_t value) {
    BM_CHECK(row.width == 64 || value >> row.width == 0, row.name);
    for (int done = 0; done < row.width;) {
      const int bit = row.start + done;
      const int take = std::min(32 - bit % 32, row.width - done);
      const auto mask = static_cast<uint32_t>(((uint64_t{1} << take) - 1) << (bit % 32));
      uint32_t& word = words_[bit / 32];
      word = (word & ~mask) | (static_cast<uint32_t>(value >> done << (bit % 32)) & mask);
      done += take;
    }
  }

  Words words_;
};

using BdcFields = Descriptor<BdcField, kBdcFields, std::size(kBdcFields), 32>;
using GdmaFields = Descriptor<GdmaField, kGdmaFields, std::size(kGdmaFields), 32>;
using GdeFields = Descriptor<GdeField, kGdeFields, std::size(kGdeFields), 10>;
using CdmaFields = Descriptor<CdmaField, kCdmaFields, std::size(kCdmaFields), 45>;

}  // namespace bm::isa

#endif  // ISA_FIELDS_H_
