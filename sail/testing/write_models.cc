// write_models ADD COPY: writes the two models of SAIL's tests.
#include <iostream>

#include "bmodel/writer.h"
#include "sail/testing/models.h"

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: write_models ADD.bmodel COPY.bmodel\n";
    return 1;
  }
  for (const absl::Status& status : {bm::bmodel::WriteModelFile(sail::testing::AddModel().model, argv[1]),
                                     bm::bmodel::WriteModelFile(sail::testing::CopyModel().model, argv[2])}) {
    if (!status.ok()) {
      std::cerr << status << '\n';
      return 1;
    }
  }
}
