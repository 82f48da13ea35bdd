// The sources of testing/idioms.* compile in every language that programs use; here a program's own function of a name
// of ours is called.
#include "gtest/gtest.h"

int CallsOfOwnDecode();

namespace {

TEST(IdiomsTest, AProgramsOwnFunctionIsPreferred) { EXPECT_EQ(CallsOfOwnDecode(), 1); }

}  // namespace
