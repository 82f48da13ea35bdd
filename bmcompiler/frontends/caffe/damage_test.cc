// Damaged prototxts and caffemodels: a graph or a status with text, never a crash. BM_DAMAGE_SEEDS raises the number of
// seeds (2000).
#include <cstdlib>
#include <random>
#include <string>

#include "bmcompiler/frontends/caffe/caffe.h"
#include "bmcompiler/frontends/caffe/testing/small_net.h"
#include "gtest/gtest.h"

namespace bm::caffe {
namespace {

int Seeds() {
  const char* text = std::getenv("BM_DAMAGE_SEEDS");
  return text == nullptr ? 2000 : std::atoi(text);
}

// Flips bits, cuts, repeats or overwrites, one to four times.
std::string Damaged(std::string bytes, std::mt19937* random) {
  const int changes = 1 + static_cast<int>((*random)() % 4);
  for (int i = 0; i < changes && !bytes.empty(); ++i) {
    const size_t at = (*random)() % bytes.size();
    switch ((*random)() % 4) {
      case 0:
        bytes[at] = static_cast<char>(bytes[at] ^ (1 << (*random)() % 8));
        break;
      case 1:
        bytes.resize(at);
        break;
      case 2:
        bytes.insert(at, bytes.substr((*random)() % bytes.size(), (*random)() % 40));
        break;
      default:
        bytes[at] = static_cast<char>((*random)());
    }
  }
  return bytes;
}

void Check(const std::string& prototxt, const std::string& caffemodel) {
  const absl::StatusOr<graph::Graph> graph = ParseCaffe(prototxt, caffemodel, {});
  if (!graph.ok()) {
    EXPECT_FALSE(graph.status().message().empty());
  }
}

TEST(CaffeDamageTest, EveryPrefixIsReadOrRefused) {
  const std::string prototxt = testing::kSmallPrototxt, caffemodel = testing::SmallCaffemodel();
  ASSERT_TRUE(ParseCaffe(prototxt, caffemodel, {}).ok()) << ParseCaffe(prototxt, caffemodel, {}).status();
  for (size_t size = 0; size < prototxt.size(); size += 3) Check(prototxt.substr(0, size), caffemodel);
  for (size_t size = 0; size < caffemodel.size(); size += 3) Check(prototxt, caffemodel.substr(0, size));
}

TEST(CaffeDamageTest, DamagedPrototxts) {
  const std::string caffemodel = testing::SmallCaffemodel();
  for (int seed = 0; seed < Seeds(); ++seed) {
    std::mt19937 random(seed);
    Check(Damaged(testing::kSmallPrototxt, &random), caffemodel);
  }
}

TEST(CaffeDamageTest, DamagedCaffemodels) {
  const std::string caffemodel = testing::SmallCaffemodel();
  for (int seed = 0; seed < Seeds(); ++seed) {
    std::mt19937 random(seed);
    Check(testing::kSmallPrototxt, Damaged(caffemodel, &random));
  }
}

}  // namespace
}  // namespace bm::caffe
