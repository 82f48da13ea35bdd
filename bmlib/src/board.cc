// The board around the chip: cards, clocks that follow the load, boot loaders, product number. A simulated card is a
// board of one chip.
#include <cstdio>
#include <cstring>
#include <string>

#include "absl/strings/str_cat.h"
#include "bmlib/src/handle.h"
#include "bmlib/src/version.h"

namespace {

using bm::driver::Card;
using bm::lib::AtEdge;
using bm::lib::FromHandle;
using bm::lib::kRuntimeTag;
using bm::lib::NotNull;

// What an SoC cannot answer.
absl::Status IsPcie(const Card& card) {
  return card.is_soc() ? absl::UnimplementedError("an SoC is no board on a PCIe bus") : absl::OkStatus();
}

absl::Status IsPcie() {
  ASSIGN_OR_RETURN(const Card* const card, Card::Get(0));
  return IsPcie(*card);
}

// The card behind a handle of a PCIe board.
absl::StatusOr<Card*> PcieCard(bm_handle_t handle) {
  ASSIGN_OR_RETURN(bm_context * context, FromHandle(handle));
  RETURN_IF_ERROR(IsPcie(context->card()));
  return &context->card();
}

}  // namespace

extern "C" {

bm_status_t bm_get_card_id(bm_handle_t handle, unsigned int* card_id) {
  return AtEdge(kRuntimeTag, __func__, [&]() -> absl::Status {
    ASSIGN_OR_RETURN(const Card* const card, PcieCard(handle));
    RETURN_IF_ERROR(NotNull(card_id, "card_id"));
    *card_id = static_cast<unsigned>(card->index());
    return absl::OkStatus();
  });
}

bm_status_t bm_get_card_num(unsigned int* card_num) {
  return AtEdge(kRuntimeTag, __func__, [&]() -> absl::Status {
    RETURN_IF_ERROR(IsPcie());
    RETURN_IF_ERROR(NotNull(card_num, "card_num"));
    *card_num = static_cast<unsigned>(Card::Count());
    return absl::OkStatus();
  });
}

bm_status_t bm_get_chip_num_from_card(unsigned int card_id, unsigned int* chip_num, unsigned int* dev_start_index) {
  return AtEdge(kRuntimeTag, __func__, [&]() -> absl::Status {
    RETURN_IF_ERROR(IsPcie());
    RETURN_IF_ERROR(NotNull(chip_num, "chip_num"));
    RETURN_IF_ERROR(NotNull(dev_start_index, "dev_start_index"));
    if (card_id >= static_cast<unsigned>(Card::Count())) {
      return absl::NotFoundError(absl::StrCat("card ", card_id, "; there are ", Card::Count(), ", counted from 0"));
    }
    *chip_num = 1;
    *dev_start_index = card_id;
    return absl::OkStatus();
  });
}

bm_status_t bm_get_dynfreq_status(bm_handle_t handle, int* dynfreq_status) {
  return AtEdge(kRuntimeTag, __func__, [&]() -> absl::Status {
    ASSIGN_OR_RETURN(Card* const card, PcieCard(handle));
    RETURN_IF_ERROR(NotNull(dynfreq_status, "dynfreq_status"));
    *dynfreq_status = card->has_dynamic_frequency() ? 1 : 0;
    return absl::OkStatus();
  });
}

bm_status_t bm_change_dynfreq_status(bm_handle_t handle, int new_status) {
  return AtEdge(kRuntimeTag, __func__, [&]() -> absl::Status {
    ASSIGN_OR_RETURN(Card* const card, PcieCard(handle));
    if (new_status != 0 && new_status != 1) {
      return absl::InvalidArgumentError(absl::StrCat("the status ", new_status, "; 0 is off and 1 is on"));
    }
    card->set_dynamic_frequency(new_status == 1);
    return absl::OkStatus();
  });
}

bm_status_t bm_get_boot_loader_version(bm_handle_t handle, boot_loader_version* boot_loader_version) {
  return AtEdge(kRuntimeTag, __func__, [&]() -> absl::Status {
    RETURN_IF_ERROR(FromHandle(handle).status());
    RETURN_IF_ERROR(NotNull(boot_loader_version, "boot_loader_version"));
    // The caller's buffers have 64, 64, 64 and 80 bytes.
    char* const targets[] = {boot_loader_version->bl1_version, boot_loader_version->bl2_version,
                             boot_loader_version->bl31_version, boot_loader_version->uboot_version};
    for (const char* target : targets) RETURN_IF_ERROR(NotNull(target, "a buffer of boot_loader_version"));
    for (char* target : targets) std::strcpy(target, "simulated " BM_PROJECT_VERSION);
    return absl::OkStatus();
  });
}

bm_status_t bm_get_product_sn(char* sn) {
  return AtEdge(kRuntimeTag, __func__, [&]() -> absl::Status {
    ASSIGN_OR_RETURN(const Card* const card, Card::Get(0));
    if (!card->is_soc()) return absl::UnimplementedError("a PCIe card has no product number; bm_get_sn has its own");
    RETURN_IF_ERROR(NotNull(sn, "sn"));
    const std::string number = card->serial_number();
    std::memcpy(sn, number.c_str(), number.size() + 1);
    return absl::OkStatus();
  });
}

// Accepted and never called: the vendor's driver has nothing to tell it either.
void bmlib_set_api_dbg_callback(bmlib_api_dbg_callback) {}

void show_md5(unsigned char md5[]) {
  if (md5 == nullptr) return;
  for (int i = 0; i < MD5SUM_LEN; ++i) std::printf("%02x", md5[i]);
  std::printf("\n");
}

}  // extern "C"
