// An empty model, written and read again by the vendor's classes.
#include <cstdio>
#include <vector>

#include "bmodel.hpp"

int main() {
  bmodel::ModelGen generator;
  generator.AddChip("BM1684");
  std::vector<uint8_t> buffer(generator.Finish());
  generator.Save(buffer.data());
  bmodel::ModelCtx model(buffer.data(), buffer.size());
  if (!model) return 1;
  std::printf("%s\n", model.model()->chip()->c_str());
  return 0;
}
