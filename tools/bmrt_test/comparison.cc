#include "tools/bmrt_test/comparison.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace bm::tools {
namespace {

constexpr int kMostDifferences = 30;
constexpr double kWarnOnly = 10000;
constexpr double kWarnAccuracy = 0.01;
constexpr size_t kPreviewValues = 16;

template <typename T>
T Load(absl::Span<const uint8_t> bytes, size_t index) {
  T value;
  std::memcpy(&value, bytes.data() + index * sizeof(T), sizeof(T));
  return value;
}

float FromHalf(uint16_t bits) {
  const int exponent = bits >> 10 & 31;
  const int fraction = bits & 1023;
  const float sign = bits >> 15 != 0 ? -1.0f : 1.0f;
  if (exponent == 31) return fraction != 0 ? NAN : sign * INFINITY;
  if (exponent == 0) return sign * std::ldexp(static_cast<float>(fraction), -24);
  return sign * std::ldexp(static_cast<float>(fraction + 1024), exponent - 25);
}

float FromBfloat(uint16_t bits) {
  const uint32_t wide = uint32_t{bits} << 16;
  float value;
  std::memcpy(&value, &wide, sizeof(value));
  return value;
}

// Element `index` as a double, which holds every type exactly.
double Value(bm_data_type_t type, absl::Span<const uint8_t> bytes, size_t index) {
  switch (type) {
    case BM_FLOAT32:
      return Load<float>(bytes, index);
    case BM_FLOAT16:
      return FromHalf(Load<uint16_t>(bytes, index));
    case BM_BFLOAT16:
      return FromBfloat(Load<uint16_t>(bytes, index));
    case BM_INT8:
      return Load<int8_t>(bytes, index);
    case BM_INT16:
      return Load<int16_t>(bytes, index);
    case BM_UINT16:
      return Load<uint16_t>(bytes, index);
    case BM_INT32:
      return Load<int32_t>(bytes, index);
    case BM_UINT32:
      return Load<uint32_t>(bytes, index);
    default:  // UINT8 and packed 4-bit pairs
      return Load<uint8_t>(bytes, index);
  }
}

size_t ElementBytes(bm_data_type_t type) {
  switch (type) {
    case BM_FLOAT32:
    case BM_INT32:
    case BM_UINT32:
      return 4;
    case BM_FLOAT16:
    case BM_BFLOAT16:
    case BM_INT16:
    case BM_UINT16:
      return 2;
    default:
      return 1;
  }
}

bool IsFloat(bm_data_type_t type) { return type == BM_FLOAT32 || type == BM_FLOAT16 || type == BM_BFLOAT16; }

bool FloatsDiffer(double expected, double got, double accuracy) {
  const double larger = std::max(std::fabs(expected), std::fabs(got));
  const double smaller = std::min(std::fabs(expected), std::fabs(got));
  if (larger <= 1) return std::fabs(expected - got) > accuracy;
  return smaller < 1e-20 || std::fabs(expected - got) / smaller > accuracy;
}

}  // namespace

Verdict Compare(bm_data_type_t type, absl::Span<const uint8_t> expected, absl::Span<const uint8_t> got,
                const Tolerance& tolerance) {
  Verdict verdict;
  const bool warns_only = IsFloat(type) && tolerance.accuracy_f == kWarnOnly;
  const double accuracy_f = warns_only ? kWarnAccuracy : tolerance.accuracy_f;
  const double accuracy_i = ElementBytes(type) == 1 ? static_cast<double>(tolerance.accuracy_i) : 0;
  const size_t count = std::min(expected.size(), got.size()) / ElementBytes(type);
  int differences = 0;
  for (size_t i = 0; i < count; ++i) {
    const double e = Value(type, expected, i);
    const double g = Value(type, got, i);
    const bool is_new_nan = IsFloat(type) && std::isnan(g) && !std::isnan(e);
    const bool differs = IsFloat(type) ? is_new_nan || FloatsDiffer(e, g, accuracy_f) : std::fabs(e - g) > accuracy_i;
    if (!differs) continue;
    verdict.is_equal = warns_only && !is_new_nan;
    absl::StrAppendFormat(&verdict.report, "index %d: expected %g, got %g\n", i, e, g);
    const bool stops_at_first = is_new_nan || (!IsFloat(type) && ElementBytes(type) > 1);
    if (++differences > kMostDifferences || stops_at_first) break;
  }
  return verdict;
}

std::string Preview(bm_data_type_t type, absl::Span<const uint8_t> bytes) {
  if (type != BM_FLOAT32 && type != BM_INT32) return "";
  const size_t count = bytes.size() / 4;
  std::string text = "< ";
  for (size_t i = 0; i < std::min(count, kPreviewValues); ++i) absl::StrAppend(&text, Value(type, bytes, i), " ");
  return count > kPreviewValues ? absl::StrCat(text, "... > len=", count) : text + ">";
}

std::string ValuesText(bm_data_type_t type, absl::Span<const uint8_t> bytes) {
  std::string text;
  for (size_t i = 0; i < bytes.size() / ElementBytes(type); ++i) absl::StrAppend(&text, Value(type, bytes, i), "\n");
  return text;
}

}  // namespace bm::tools
