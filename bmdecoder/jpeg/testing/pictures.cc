#include "bmdecoder/jpeg/testing/pictures.h"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <random>

// After <cstdio>, which it needs.
#include <jpeglib.h>

namespace bm::decoder::testing {

Picture::Picture(const JpegInfo& info, ChromaLayout layout)
    : info(info),
      layout(layout),
      geometry(JpegGeometry::Create(info.width, info.height, info.sampling, layout).value()),
      memory(geometry.total, 0xCD) {}

uint8_t& Picture::At(int component, int x, int y) {
  const Planes planes = geometry.At(memory.data());
  if (component == 0 || layout == ChromaLayout::kSeparate) {
    return planes[component].data[static_cast<size_t>(y) * planes[component].stride + static_cast<size_t>(x)];
  }
  const size_t second = (component == 1) == (layout == ChromaLayout::kCbCr) ? 0 : 1;
  return planes[1].data[static_cast<size_t>(y) * planes[1].stride + 2 * static_cast<size_t>(x) + second];
}

Picture Waves(const JpegInfo& info, ChromaLayout layout, unsigned seed) {
  Picture picture(info, layout);
  std::mt19937 random(seed);
  for (int c = 0; c < (info.sampling == Sampling::k400 ? 1 : 3); ++c) {
    const int width = c == 0 ? info.width : ChromaWidth(info.sampling, info.width);
    const int height = c == 0 ? info.height : ChromaHeight(info.sampling, info.height);
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) {
        const double wave = std::sin((x + 3 * c + seed % 7) * 0.13) * 60 + std::cos((y - 5 * c) * 0.11) * 50;
        picture.At(c, x, y) = static_cast<uint8_t>(128 + wave + static_cast<int>(random() % 5) - 2);
      }
    }
  }
  return picture;
}

std::vector<uint8_t> ForeignJpeg(int width, int height, const ForeignKind& kind) {
  Picture picture = Waves({width, height, Sampling::k444}, ChromaLayout::kSeparate, 1);
  jpeg_compress_struct info = {};
  jpeg_error_mgr errors;
  info.err = jpeg_std_error(&errors);
  jpeg_create_compress(&info);
  unsigned char* buffer = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&info, &buffer, &size);
  info.image_width = static_cast<JDIMENSION>(width);
  info.image_height = static_cast<JDIMENSION>(height);
  info.input_components = 3;
  info.in_color_space = kind.rgb ? JCS_RGB : JCS_YCbCr;
  jpeg_set_defaults(&info);
  jpeg_set_colorspace(&info, kind.rgb ? JCS_RGB : JCS_YCbCr);
  jpeg_set_quality(&info, 90, TRUE);
  info.comp_info[0].h_samp_factor = kind.h;
  info.comp_info[0].v_samp_factor = kind.v;
  for (int c = 1; c < 3; ++c) {
    info.comp_info[c].h_samp_factor = kind.chroma_h;
    info.comp_info[c].v_samp_factor = kind.chroma_v;
  }
  if (kind.progressive) jpeg_simple_progression(&info);
  info.arith_code = kind.arithmetic ? TRUE : FALSE;
  jpeg_start_compress(&info, TRUE);
  std::vector<uint8_t> row(static_cast<size_t>(width) * 3);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (int c = 0; c < 3; ++c) row[static_cast<size_t>(3 * x + c)] = picture.At(c, x, y);
    }
    JSAMPROW rows[] = {row.data()};
    jpeg_write_scanlines(&info, rows, 1);
  }
  jpeg_finish_compress(&info);
  jpeg_destroy_compress(&info);
  std::vector<uint8_t> file(buffer, buffer + size);
  std::free(buffer);
  return file;
}

std::vector<uint8_t> StockYcc(const std::vector<uint8_t>& file) {
  jpeg_decompress_struct info = {};
  jpeg_error_mgr errors;
  info.err = jpeg_std_error(&errors);
  jpeg_create_decompress(&info);
  jpeg_mem_src(&info, file.data(), file.size());
  jpeg_read_header(&info, TRUE);
  info.out_color_space = info.jpeg_color_space;
  info.do_fancy_upsampling = FALSE;
  jpeg_start_decompress(&info);
  const size_t stride = size_t{info.output_width} * static_cast<size_t>(info.output_components);
  std::vector<uint8_t> pixels(stride * info.output_height);
  while (info.output_scanline < info.output_height) {
    JSAMPROW row = pixels.data() + info.output_scanline * stride;
    jpeg_read_scanlines(&info, &row, 1);
  }
  jpeg_finish_decompress(&info);
  jpeg_destroy_decompress(&info);
  return pixels;
}

void StockPlanes(const uint8_t* file, size_t bytes, std::array<std::vector<uint8_t>, 3>* planes) {
  constexpr unsigned kLines = 2 * DCTSIZE;
  jpeg_decompress_struct info = {};
  jpeg_error_mgr errors;
  info.err = jpeg_std_error(&errors);
  jpeg_create_decompress(&info);
  jpeg_mem_src(&info, file, bytes);
  jpeg_read_header(&info, TRUE);
  info.raw_data_out = TRUE;
  info.out_color_space = JCS_YCbCr;
  jpeg_start_decompress(&info);
  const size_t stride = (info.output_width + kLines - 1) / kLines * kLines;
  for (std::vector<uint8_t>& plane : *planes) plane.resize(stride * (info.output_height + kLines));
  while (info.output_scanline < info.output_height) {
    JSAMPROW rows[3][kLines];
    JSAMPARRAY components[] = {rows[0], rows[1], rows[2]};
    for (unsigned i = 0; i < kLines; ++i) {
      const size_t luma = info.output_scanline + i, chroma = info.output_scanline / 2 + i % DCTSIZE;
      rows[0][i] = (*planes)[0].data() + luma * stride;
      for (int c = 1; c < 3; ++c) rows[c][i] = (*planes)[c].data() + chroma * (stride / 2);
    }
    jpeg_read_raw_data(&info, components, kLines);
  }
  jpeg_finish_decompress(&info);
  jpeg_destroy_decompress(&info);
}

}  // namespace bm::decoder::testing
