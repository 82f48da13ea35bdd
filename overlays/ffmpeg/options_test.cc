// The document names every option that the codecs take.
#include "overlays/ffmpeg/src/options.h"

#include <set>
#include <string>

#include "base/file.h"
#include "base/testing/status_matchers.h"
#include "gtest/gtest.h"

namespace bm::ffmpeg {
namespace {

TEST(OptionsTest, TheDocumentNamesThemAll) {
  ASSERT_OK_AND_ASSIGN(const std::string document, ReadFile("docs/reference/ffmpeg-view.md"));
  for (const AVClass* options : {&kVideoDecoderClass, &kJpegDecoderClass, &kVideoEncoderClass, &kJpegEncoderClass}) {
    std::set<std::string> names;
    for (const AVOption* option = options->option; option->name != nullptr; ++option) {
      if (option->type == AV_OPT_TYPE_CONST) continue;
      EXPECT_TRUE(names.insert(option->name).second) << option->name;
      EXPECT_NE(document.find(std::string("`") + option->name + "`"), std::string::npos) << option->name;
    }
    EXPECT_GE(names.size(), 4u);
  }
}

}  // namespace
}  // namespace bm::ffmpeg
