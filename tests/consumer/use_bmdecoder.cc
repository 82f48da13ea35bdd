// A JPEG picture into device memory and out of it again; bytes that are no video end a decoder without a frame.
#include <chrono>
#include <cstdio>
#include <thread>
#include <vector>

#include "bm_jpeg_interface.h"
#include "bm_vpudec_interface.h"
#include "bm_vpuenc_interface.h"

namespace {

int Write(void* context, const uint8_t* data, uint32_t size, BmJpuEncodedFrame*) {
  static_cast<std::vector<uint8_t>*>(context)->assign(data, data + size);
  return 1;
}

bool JpegThereAndBack() {
  bm_jpu_enc_load(0);
  bm_jpu_dec_load(0);
  bm_handle_t handle = bm_jpu_enc_get_bm_handle(0);
  bm_device_mem_t memory;
  if (bm_malloc_device_byte(handle, &memory, 64 * 64) != BM_SUCCESS) return false;
  bm_memset_device(handle, 0x50505050, memory);
  BmJpuJPEGEncoder* encoder = nullptr;
  BmJpuJPEGDecoder* decoder = nullptr;
  BmJpuDecOpenParams open_params = {};
  bm_jpu_jpeg_enc_open(&encoder, 0, 0, 0);
  bm_jpu_jpeg_dec_open(&decoder, &open_params, 0);
  BmJpuFramebuffer buffer = {};
  buffer.dma_buffer = &memory;
  buffer.y_stride = 64;
  std::vector<uint8_t> file;
  BmJpuJPEGEncParams params = {};
  params.frame_width = params.frame_height = 64;
  params.quality_factor = 90;
  params.image_format = BM_JPU_IMAGE_FORMAT_GRAY;
  params.write_output_data = Write;
  params.output_buffer_context = &file;
  BmJpuJPEGDecInfo info = {};
  const bool done = bm_jpu_jpeg_enc_encode(encoder, &buffer, &params, nullptr, nullptr) == 0 &&
                    bm_jpu_jpeg_dec_decode(decoder, file.data(), file.size(), 0, 0) == 0 &&
                    bm_jpu_jpeg_dec_get_info(decoder, &info) == 0 && info.actual_frame_width == 64;
  bm_jpu_jpeg_dec_close(decoder);
  bm_jpu_jpeg_enc_close(encoder);
  bm_free_device(handle, memory);
  bm_jpu_dec_unload(0);
  bm_jpu_enc_unload(0);
  std::printf("%zu bytes of JPEG\n", file.size());
  return done;
}

bool NoVideo() {
  BMVidCodHandle decoder = nullptr;
  BMVidDecParam param = {};
  if (bmvpu_dec_create(&decoder, param) != 0) return false;
  unsigned char bytes[100] = {};
  BMVidStream stream = {};
  stream.buf = bytes;
  stream.length = sizeof(bytes);
  bool done = bmvpu_dec_decode(decoder, stream) == 0 && bmvpu_dec_flush(decoder) == 0;
  while (done && bmvpu_dec_get_status(decoder) != BMDEC_STOP) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  BMVidFrame frame;
  done = done && bmvpu_dec_get_output(decoder, &frame) != 0;
  return bmvpu_dec_delete(decoder) == 0 && done;
}

}  // namespace

int main() { return JpegThereAndBack() && NoVideo() && bmvpu_enc_get_core_idx(0) == 4 ? 0 : 1; }
