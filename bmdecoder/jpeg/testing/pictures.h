// Pictures for the tests of the JPEG core, and JPEG files of kinds that the core does not write.
#ifndef BMDECODER_JPEG_TESTING_PICTURES_H_
#define BMDECODER_JPEG_TESTING_PICTURES_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "bmdecoder/jpeg/jpeg.h"

namespace bm::decoder::testing {

// A picture in memory of the chip's geometry; bytes outside the picture are 0xCD.
struct Picture {
  Picture(const JpegInfo& info, ChromaLayout layout);

  ConstPlanes samples() const { return AsConst(geometry.At(const_cast<uint8_t*>(memory.data()))); }
  Planes planes() { return geometry.At(memory.data()); }
  // Component 0 to 2 at a sample of that component.
  uint8_t& At(int component, int x, int y);

  JpegInfo info;
  ChromaLayout layout;
  JpegGeometry geometry;
  std::vector<uint8_t> memory;
};

// Waves that differ by component, with a little noise that depends on `seed`.
Picture Waves(const JpegInfo& info, ChromaLayout layout, unsigned seed);

// Sampling factors as the file stores them, of luma and of both chroma components.
struct ForeignKind {
  int h = 2, v = 2;
  int chroma_h = 1, chroma_v = 1;
  bool progressive = false;
  bool arithmetic = false;
  // RGB without conversion.
  bool rgb = false;
};
// Encodes the 4:4:4 waves with libjpeg's own conversion, quality 90.
std::vector<uint8_t> ForeignJpeg(int width, int height, const ForeignKind& kind);

// Decodes with libjpeg into packed Y, Cb, Cr (or Y) without smoothing chroma.
std::vector<uint8_t> StockYcc(const std::vector<uint8_t>& file);

// Decodes a 4:2:0 file with libjpeg into three planes, which grow as needed: for benchmarks.
void StockPlanes(const uint8_t* file, size_t bytes, std::array<std::vector<uint8_t>, 3>* planes);

}  // namespace bm::decoder::testing

#endif  // BMDECODER_JPEG_TESTING_PICTURES_H_
