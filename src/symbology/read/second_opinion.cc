#include "symbology/read/second_opinion.h"

#include <dmtx.h>

#include <memory>
#include <vector>

namespace packtrail::symbology {
namespace {

constexpr int kRegionsMax = 16;  // Places that look like a finder pattern to libdmtx.

struct DestroyImage {
  void operator()(DmtxImage* image) const { dmtxImageDestroy(&image); }
};
struct DestroyDecode {
  void operator()(DmtxDecode* decode) const { dmtxDecodeDestroy(&decode); }
};
struct DestroyRegion {
  void operator()(DmtxRegion* region) const { dmtxRegionDestroy(&region); }
};
struct DestroyMessage {
  void operator()(DmtxMessage* message) const { dmtxMessageDestroy(&message); }
};

}  // namespace

std::optional<Opinion> second_opinion(const GreyImage& picture) {
  if (!check_image(picture) || picture.pixels.size() > kOpinionPixelsMax) return std::nullopt;
  std::vector<std::uint8_t> pixels = picture.pixels;  // The library takes them without const.
  const std::unique_ptr<DmtxImage, DestroyImage> image(
      dmtxImageCreate(pixels.data(), picture.width, picture.height, DmtxPack8bppK));
  if (!image) return std::nullopt;
  const std::unique_ptr<DmtxDecode, DestroyDecode> decode(dmtxDecodeCreate(image.get(), 1));
  if (!decode) return std::nullopt;
  dmtxDecodeSetProp(decode.get(), DmtxPropFnc1, 0x1D);
  for (int i = 0; i < kRegionsMax; ++i) {
    const std::unique_ptr<DmtxRegion, DestroyRegion> region(
        dmtxRegionFindNext(decode.get(), nullptr));
    if (!region) return std::nullopt;
    const std::unique_ptr<DmtxMessage, DestroyMessage> message(
        dmtxDecodeMatrixRegion(decode.get(), region.get(), DmtxUndefined));
    if (!message || message->outputIdx < 1) continue;
    Opinion opinion;
    opinion.data.assign(message->output, message->output + message->outputIdx);
    // A leading GS is all that tells a GS1 symbol.
    if (opinion.data.front() == 0x1D) {
      opinion.is_gs1 = true;
      opinion.data.erase(opinion.data.begin());
    }
    return opinion;
  }
  return std::nullopt;
}

}  // namespace packtrail::symbology
