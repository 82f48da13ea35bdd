/* The names of an old link line: the decoder, the encoder and the JPEG unit answer. */
#include <bm_jpeg_interface.h>
#include <bm_vpudec_interface.h>
#include <bm_vpuenc_interface.h>
#include <string.h>

int main(void) {
  BmJpuFramebufferSizes sizes;
  BMVidDecParam param;
  BMVidCodHandle decoder = NULL;
  memset(&param, 0, sizeof(param));
  if (bm_jpu_calc_framebuffer_sizes(100, 50, 0, BM_JPU_IMAGE_FORMAT_NV12, &sizes) != BM_JPU_DEC_RETURN_CODE_OK)
    return 1;
  if (sizes.total_size != 128 * 64 * 3 / 2) return 2;
  if (bmvpu_dec_create(&decoder, param) != 0) return 3;
  if (bmvpu_dec_get_status(decoder) != BMDEC_UNINIT) return 4;
  if (bmvpu_dec_delete(decoder) != 0) return 5;
  return bmvpu_enc_get_core_idx(0) == 4 ? 0 : 6;
}
