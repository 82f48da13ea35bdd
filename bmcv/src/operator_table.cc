#include "bmcv/src/operator_table.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "bmcv_api_ext.h"

namespace bm::cv {
namespace {

constexpr const char* kFormatNames[] = {
    "YUV420P",       "YUV422P",       "YUV444P",       "NV12",          "NV21",        "NV16",
    "NV61",          "NV24",          "RGB_PLANAR",    "BGR_PLANAR",    "RGB_PACKED",  "BGR_PACKED",
    "RGBP_SEPARATE", "BGRP_SEPARATE", "GRAY",          "COMPRESSED",    "HSV_PLANAR",  "ARGB_PACKED",
    "ABGR_PACKED",   "YUV444_PACKED", "YVU444_PACKED", "YUV422_YUYV",   "YUV422_YVYU", "YUV422_UYVY",
    "YUV422_VYUY",   "RGBYP_PLANAR",  "HSV180_PACKED", "HSV256_PACKED", "BAYER",       "BAYER_RG8"};
constexpr const char* kTypeNames[] = {"FLOAT32",        "1N_BYTE", "4N_BYTE", "1N_BYTE_SIGNED",
                                      "4N_BYTE_SIGNED", "FP16",    "BF16"};

template <typename Values, size_t n>
std::string Names(Values values, const char* const (&names)[n]) {
  return absl::StrJoin(values, ", ", [&](std::string* text, int value) { text->append(names[value]); });
}

constexpr Operator kImageOperators[] = {
#define X(FUNCTION, FORMATS, TYPES, OUTPUT, TEST) takes::FUNCTION,
#define OTHER(FUNCTION, TAKES, TEST)
#include "bmcv/src/operators.inc"
#undef OTHER
#undef X
};

constexpr OtherFunction kOtherFunctions[] = {
#define X(FUNCTION, FORMATS, TYPES, OUTPUT, TEST)
#define OTHER(FUNCTION, TAKES, TEST) {#FUNCTION, TAKES, #TEST},
#include "bmcv/src/operators.inc"
#undef OTHER
#undef X
};

constexpr char kOtherChip[] = "a function of other chips", kNotBuilt[] = "not built";
constexpr MissingFunction kMissingFunctions[] = {
#define X(RESULT, NAME, PARAMETERS, REASON, ANSWER) {#NAME, REASON, #ANSWER},
#include "bmcv/src/not_built.inc"
#undef X
};

constexpr char kHead[] = R"(# Functions of BMCV

Written by `bazel run //bmcv:generate_table` from `bmcv/src/operators.inc`, which the functions' own checks read, and
`bmcv/src/not_built.inc`. What they compute: `bmcv_api_declarations.h` and [bmcv-operators.md](bmcv-operators.md).

## Operators on images

The formats and data types of inputs, each format with each type; other images are refused. Tests are those of `//bmcv`.

| function | formats | data types | output | test |
| --- | --- | --- | --- | --- |
)";
constexpr char kOtherHead[] = R"(
## Other functions

| function | takes | test |
| --- | --- | --- |
)";
constexpr char kMissingHead[] = R"(
## Functions that only answer

| function | reason | answer |
| --- | --- | --- |
)";

}  // namespace

absl::Span<const Operator> ImageOperators() { return kImageOperators; }
absl::Span<const OtherFunction> OtherFunctions() { return kOtherFunctions; }
absl::Span<const MissingFunction> MissingFunctions() { return kMissingFunctions; }

std::string OperatorDocument() {
  std::string text = kHead;
  for (const Operator& row : ImageOperators()) {
    absl::StrAppend(&text, "| ", row.function, " | ", Names(row.formats, kFormatNames), " | ",
                    Names(row.types, kTypeNames), " | ", row.output, " | ", row.test, " |\n");
  }
  text += kOtherHead;
  for (const OtherFunction& row : OtherFunctions()) {
    absl::StrAppend(&text, "| ", row.function, " | ", row.takes, " | ", row.test, " |\n");
  }
  text += kMissingHead;
  for (const MissingFunction& row : MissingFunctions()) {
    absl::StrAppend(&text, "| ", row.function, " | ", row.reason, " | ", row.answer, " |\n");
  }
  return text;
}

}  // namespace bm::cv
