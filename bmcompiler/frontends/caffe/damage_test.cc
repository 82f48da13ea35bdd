// Damaged prototxts and caffemodels: a graph or a status that names the file, never a crash. BM_DAMAGE_SEEDS raises the
// number of seeds (2000).
#include <cstdlib>
#include <random>
#include <string>

#include "absl/strings/match.h"
#include "base/testing/read_limits.h"
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

class CaffeDamageTest : public ::testing::Test {
 protected:
  // A refusal names one of the files.
  void Check(const std::string& prototxt, const std::string& caffemodel) {
    reads_.Read(prototxt.size() + caffemodel.size(), [&] {
      const absl::StatusOr<graph::Graph> graph = ParseCaffe(prototxt, caffemodel, {}, "a.prototxt", "b.caffemodel");
      if (graph.ok()) return;
      const absl::string_view message = graph.status().message();
      EXPECT_TRUE(absl::StrContains(message, "a.prototxt") || absl::StrContains(message, "b.caffemodel")) << message;
    });
  }

 private:
  bm::testing::ManyReads reads_;
};

TEST_F(CaffeDamageTest, EveryPrefixIsReadOrRefused) {
  const std::string prototxt = testing::kSmallPrototxt, caffemodel = testing::SmallCaffemodel();
  ASSERT_TRUE(ParseCaffe(prototxt, caffemodel, {}).ok()) << ParseCaffe(prototxt, caffemodel, {}).status();
  for (size_t size = 0; size < prototxt.size(); size += 3) Check(prototxt.substr(0, size), caffemodel);
  for (size_t size = 0; size < caffemodel.size(); size += 3) Check(prototxt, caffemodel.substr(0, size));
}

TEST_F(CaffeDamageTest, EveryBitOfTheFirstBytesMayFlip) {
  const std::string prototxt = testing::kSmallPrototxt, caffemodel = testing::SmallCaffemodel();
  for (size_t bit = 0; bit < 256 * 8; ++bit) {
    const auto mask = static_cast<char>(1 << bit % 8);
    std::string text = prototxt, weights = caffemodel;
    text.at(bit / 8) = static_cast<char>(text.at(bit / 8) ^ mask);
    weights.at(bit / 8) = static_cast<char>(weights.at(bit / 8) ^ mask);
    Check(text, caffemodel);
    Check(prototxt, weights);
  }
}

TEST_F(CaffeDamageTest, DamagedPrototxts) {
  const std::string caffemodel = testing::SmallCaffemodel();
  for (int seed = 0; seed < Seeds(); ++seed) {
    std::mt19937 random(seed);
    Check(Damaged(testing::kSmallPrototxt, &random), caffemodel);
  }
}

TEST_F(CaffeDamageTest, DamagedCaffemodels) {
  const std::string caffemodel = testing::SmallCaffemodel();
  for (int seed = 0; seed < Seeds(); ++seed) {
    std::mt19937 random(seed);
    Check(testing::kSmallPrototxt, Damaged(caffemodel, &random));
  }
}

}  // namespace
}  // namespace bm::caffe
