// The headers agree with the tables: this program's other sources, generated from the rows, are static assertions; what
// is left for run time is here.
#include "gtest/gtest.h"

// Of the generated sources: writes ones into every bit field of the header and compares the bytes.
bool BitFieldsOf_bmlib_runtime_h();

namespace {

TEST(AbiTest, BitFieldsLieWhereTheTablesSay) { EXPECT_TRUE(BitFieldsOf_bmlib_runtime_h()); }

}  // namespace
