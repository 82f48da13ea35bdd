// A program of a customer: SAIL's headers in both spellings, and what their include tree brings along.
#include <sail/tensor.h>

#include "cvwrapper.h"
#include "encoder.h"
#include "engine.h"
#include "inireader.hpp"
#include "spdlog/fmt/fmt.h"
#include "spdlog/spdlog.h"

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const string usage = "model {} reads a picture of {} bytes";
  sail::Engine engine(argv[1], 0, sail::SYSIO);
  sail::Handle handle = engine.get_handle();
  sail::Bmcv bmcv(handle);
  sail::Decoder decoder(argv[2]);
  sail::BMImage image = decoder.read(handle);
  spdlog::info(usage.c_str(), argv[1], image.width());
  cout << fmt::format("{}", fmt::join(engine.get_graph_names(), ",")) << endl;
  engine.process(engine.get_graph_names()[0]);
  INIReader reader(argv[3]);
  if (reader.ParseError() != 0 || reader.GetInteger("Summary", "num", -1) != 3 ||
      reader.Get("summary", "none", "x") != "x") {
    return 1;
  }
  return image.width() == 96 ? 0 : 1;
}
