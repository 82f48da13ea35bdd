#include "bmcv/src/linear.h"

#include "bmcv/kernels/scale_to.h"

namespace bm::cv {
namespace {

template <typename Source, typename Target>
void PlainRow(const RowKernels& /*kernels*/, const uint8_t* in, Linear linear, uint8_t* out, int count) {
  ScaleRow(reinterpret_cast<const Source*>(in), linear.alpha, linear.beta, reinterpret_cast<Target*>(out), count);
}

void FloatRow(const RowKernels& kernels, const uint8_t* in, Linear linear, uint8_t* out, int count) {
  kernels.scale_to_float(in, linear.alpha, linear.beta, reinterpret_cast<float*>(out), count);
}
void ByteRow(const RowKernels& kernels, const uint8_t* in, Linear linear, uint8_t* out, int count) {
  kernels.scale_to_byte(in, linear.alpha, linear.beta, out, count);
}
void SignedByteRow(const RowKernels& kernels, const uint8_t* in, Linear linear, uint8_t* out, int count) {
  kernels.scale_to_signed_byte(in, linear.alpha, linear.beta, reinterpret_cast<int8_t*>(out), count);
}

struct Row {
  bm_image_data_format_ext input, output;
  LinearRow* function;
};
constexpr Row kRows[] = {{DATA_TYPE_EXT_1N_BYTE, DATA_TYPE_EXT_FLOAT32, FloatRow},
                         {DATA_TYPE_EXT_1N_BYTE, DATA_TYPE_EXT_1N_BYTE, ByteRow},
                         {DATA_TYPE_EXT_1N_BYTE, DATA_TYPE_EXT_1N_BYTE_SIGNED, SignedByteRow},
                         {DATA_TYPE_EXT_1N_BYTE_SIGNED, DATA_TYPE_EXT_1N_BYTE_SIGNED, PlainRow<int8_t, int8_t>},
                         {DATA_TYPE_EXT_FLOAT32, DATA_TYPE_EXT_FLOAT32, PlainRow<float, float>}};

}  // namespace

Linear LinearOf(const bmcv_convert_to_attr& attributes, int plane) {
  const Linear planes[] = {{attributes.alpha_0, attributes.beta_0},
                           {attributes.alpha_1, attributes.beta_1},
                           {attributes.alpha_2, attributes.beta_2}};
  return planes[plane];
}

LinearRow* LinearRowFor(bm_image_data_format_ext input, bm_image_data_format_ext output) {
  for (const Row& row : kRows) {
    if (row.input == input && row.output == output) return row.function;
  }
  return nullptr;
}

}  // namespace bm::cv
