#include "overlays/opencv/src/exif.h"

#include <cstring>
#include <optional>

namespace bm::opencv {
namespace {

using Bytes = absl::Span<const uint8_t>;

constexpr uint8_t kMarker = 0xFF, kStartOfScan = 0xDA, kApp1 = 0xE1;
constexpr char kIdentifier[] = "Exif\0";  // and the 0 that ends it: six bytes
constexpr size_t kEntryBytes = 12;
constexpr uint32_t kOrientationTag = 0x0112;
constexpr int kUpright = 1, kMostOrientations = 8;

std::optional<uint32_t> Number(Bytes bytes, size_t at, size_t count, bool is_big_endian) {
  if (at > bytes.size() || count > bytes.size() - at) return std::nullopt;
  uint32_t value = 0;
  for (size_t i = 0; i < count; ++i) value = value << 8 | bytes[is_big_endian ? at + i : at + count - 1 - i];
  return value;
}

// The first directory of a TIFF file, which is what follows the identifier.
int OrientationOf(Bytes tiff) {
  if (tiff.size() < 8 || (tiff[0] != 'M' && tiff[0] != 'I')) return kUpright;
  const bool is_big = tiff[0] == 'M';
  const std::optional<uint32_t> directory = Number(tiff, 4, 4, is_big);
  const std::optional<uint32_t> entries = Number(tiff, *directory, 2, is_big);
  for (size_t i = 0; entries && i < *entries; ++i) {
    const size_t at = *directory + 2 + i * kEntryBytes;
    const std::optional<uint32_t> tag = Number(tiff, at, 2, is_big), value = Number(tiff, at + 8, 2, is_big);
    if (!tag || !value) break;
    if (*tag == kOrientationTag)
      return *value >= 1 && *value <= kMostOrientations ? static_cast<int>(*value) : kUpright;
  }
  return kUpright;
}

}  // namespace

int ExifOrientation(Bytes jpeg) {
  size_t at = 2;
  while (at + 4 <= jpeg.size() && jpeg[at] == kMarker && jpeg[at + 1] != kStartOfScan) {
    const size_t length = *Number(jpeg, at + 2, 2, true);
    if (length < 2 || length > jpeg.size() - at - 2) break;
    const Bytes segment = jpeg.subspan(at + 4, length - 2);
    if (jpeg[at + 1] == kApp1 && segment.size() > sizeof(kIdentifier) - 1 &&
        std::memcmp(segment.data(), kIdentifier, sizeof(kIdentifier)) == 0) {
      return OrientationOf(segment.subspan(sizeof(kIdentifier)));
    }
    at += 2 + length;
  }
  return kUpright;
}

}  // namespace bm::opencv
