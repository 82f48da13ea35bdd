// SAIL's headers agree with the tables: this program's other sources, generated from the rows, are static assertions.
// What is left for run time: every class and function of the headers is in the library, or says that it is not built.
#include "algokit.h"
#include "cvwrapper.h"
#include "decoder_multi.h"
#include "decoder_rawstream.h"
#include "gtest/gtest.h"
#include "perf.h"

namespace sail {
namespace {

template <typename Body>
std::string NotBuilt(Body body) {
  try {
    body();
  } catch (const NotSupport& error) {
    return error.what();
  }
  return "built";
}

TEST(ClassesTest, WhatIsNotBuiltNamesItself) {
  std::vector<std::string> names = {"a.jpg"};
  EXPECT_EQ(NotBuilt([&] { DecoderImages(names, 0, 5); }),
            "sail::DecoderImages::DecoderImages is not built; docs/status/sail.md lists what is");
  EXPECT_NE(NotBuilt([] { Decoder_RawStream(0, "h264"); }), "built");
  EXPECT_NE(NotBuilt([] { Perf("a.bmodel", {0}, 5); }), "built");
  EXPECT_NE(NotBuilt([] { bytetrack_tracker_controller(); }), "built");
  EXPECT_NE(NotBuilt([] {
              Handle handle(0);
              Tensor tensor(std::vector<int>{4});
              Bmcv(handle).stft(tensor, tensor, true, true, 4, 2, 0, 0);
            }),
            "built");
}

}  // namespace
}  // namespace sail
