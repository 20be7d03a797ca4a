#include "symbology/read/reader.h"

#define ZX_USE_UTF8 1
#include <ZXing/ReadBarcode.h>

#include <algorithm>
#include <exception>
#include <span>
#include <utility>

#include "symbology/raster.h"
#include "symbology/read/filters.h"
#include "symbology/read/locator.h"

namespace packtrail::symbology {
namespace {

constexpr std::size_t kWorkPixelsMax = std::size_t{1} << 22;  // Larger pictures are halved first.
constexpr int kRectifiedPixels = 2;                           // Per module, for the decoder.
constexpr int kRectifiedQuiet = 2;

// By cost and likelihood on line pictures; the locator comes before all of these.
constexpr std::array<Rung, 12> kLadder = {
    Rung::Raw,        Rung::BlurOtsu,     Rung::Normalised, Rung::UnsharpOtsu,
    Rung::HalfOtsu,   Rung::BlurMoreOtsu, Rung::Enlarged,   Rung::UnsharpMoreOtsu,
    Rung::MedianOtsu, Rung::OpenOtsu,     Rung::CloseOtsu,  Rung::Padded};

constexpr std::size_t kCheapRungs = 3;  // Of kLadder.
// A picture whose grey levels span less than this shows nothing.
constexpr int kContrastMin = 4;

// How a prepared picture lies on the one that was handed in: original = (prepared - shift) / scale.
struct Placement {
  float scale = 1;
  float shift = 0;
};

std::array<Point, 4> corners_of(const ZXing::Result& result, const Placement& placement) {
  std::array<Point, 4> out{};
  for (std::size_t i = 0; i < 4; ++i) {
    const auto corner = result.position()[i];
    out[i] = {(static_cast<float>(corner.x) + 0.5F - placement.shift) / placement.scale,
              (static_cast<float>(corner.y) + 0.5F - placement.shift) / placement.scale};
  }
  return out;
}

}  // namespace

const char* to_string(Rung rung) {
  switch (rung) {
    case Rung::Rectified:
      return "rectified";
    case Rung::Raw:
      return "raw";
    case Rung::Normalised:
      return "normalised";
    case Rung::BlurOtsu:
      return "blur_otsu";
    case Rung::BlurMoreOtsu:
      return "blur_more_otsu";
    case Rung::HalfOtsu:
      return "half_otsu";
    case Rung::MedianOtsu:
      return "median_otsu";
    case Rung::UnsharpOtsu:
      return "unsharp_otsu";
    case Rung::UnsharpMoreOtsu:
      return "unsharp_more_otsu";
    case Rung::OpenOtsu:
      return "open_otsu";
    case Rung::CloseOtsu:
      return "close_otsu";
    case Rung::Enlarged:
      return "enlarged";
    case Rung::Padded:
      return "padded";
  }
  return "unknown";
}

class SymbolReader::Ladder {
 public:
  explicit Ladder(const ReaderOptions& options) : options_(options) {
    const auto formats = options.symbols == SymbolSet::DataMatrix
                             ? ZXing::BarcodeFormats(ZXing::BarcodeFormat::DataMatrix)
                             : ZXing::BarcodeFormat::DataMatrix | ZXing::BarcodeFormat::Code128 |
                                   ZXing::BarcodeFormat::QRCode;
    scene_.setFormats(formats);
    pure_.setFormats(ZXing::BarcodeFormat::DataMatrix)
        .setIsPure(true)
        .setTryDownscale(false)
        .setTryRotate(false)
        .setBinarizer(ZXing::Binarizer::BoolCast);
  }

  ReadResult read(const GreyImage& picture) {
    attempts_ = 0;
    inverted_ = false;
    const auto [darkest, lightest] =
        std::minmax_element(picture.pixels.begin(), picture.pixels.end());
    if (*lightest - *darkest < kContrastMin) return std::nullopt;
    if (auto symbol = climb(picture)) return symbol;
    if (!options_.try_inverted || attempts_ >= options_.attempts_max) return std::nullopt;
    inverted_ = true;
    GreyImage negative;
    invert(picture, negative);
    return climb(negative);
  }

 private:
  ReadResult climb(const GreyImage& picture) {
    const GreyImage* base = &picture;
    Placement placement;
    GreyImage smaller, next;
    while (base->pixels.size() > kWorkPixelsMax) {
      // The decoder downscales by itself as it sees fit, so the full picture gets its one chance.
      if (base == &picture) {
        if (auto symbol = decode(picture, scene_, Rung::Raw, {})) return symbol;
      }
      half_size(*base, next);
      std::swap(smaller, next);
      base = &smaller;
      placement.scale /= 2;
    }
    if (auto symbol = rectified(*base, placement)) return symbol;
    for (std::size_t i = 0; i < kLadder.size() && attempts_ < options_.attempts_max; ++i) {
      if (i == kCheapRungs) {
        if (inverted_) return std::nullopt;  // Light on dark is rare.
        if (auto symbol = rectified_again(placement)) return symbol;
      }
      if (auto symbol = try_rung(*base, kLadder[i], placement)) return symbol;
    }
    return std::nullopt;
  }

  ReadResult rectified(const GreyImage& picture, const Placement& placement) {
    for (const GridFit& fit : locator_.locate(picture)) {
      for (const Sampling sampling : {Sampling::Sharpened, Sampling::Equalised}) {
        if (auto symbol = read_fit(fit, sampling, placement)) return symbol;
      }
    }
    return std::nullopt;
  }

  // What rectified() leaves for when the cheap rungs have failed too.
  ReadResult rectified_again(const Placement& placement) {
    for (const GridFit& fit : locator_.refit()) {
      for (const Sampling sampling : {Sampling::Equalised, Sampling::Registered}) {
        if (auto symbol = read_fit(fit, sampling, placement)) return symbol;
      }
    }
    return std::nullopt;
  }

  ReadResult read_fit(const GridFit& fit, Sampling sampling, const Placement& placement) {
    if (attempts_ >= options_.attempts_max) return std::nullopt;
    const auto drawn =
        render_pixels(locator_.sample(fit, sampling), kRectifiedPixels, kRectifiedQuiet);
    if (!drawn) return std::nullopt;
    auto symbol = decode(*drawn, pure_, Rung::Rectified, placement);
    if (!symbol) return std::nullopt;
    for (std::size_t i = 0; i < 4; ++i) {
      symbol->corners[i] = {fit.corners[i].x / placement.scale, fit.corners[i].y / placement.scale};
    }
    return symbol;
  }

  ReadResult try_rung(const GreyImage& in, Rung rung, Placement placement) {
    switch (rung) {
      case Rung::Rectified:
      case Rung::Raw:
        return decode(in, scene_, rung, placement);
      case Rung::Normalised:
        normalise(in, 0.005F, a_);
        return decode(a_, scene_, rung, placement);
      case Rung::BlurOtsu:
      case Rung::BlurMoreOtsu:
        gaussian_blur(in, rung == Rung::BlurOtsu ? 1.2F : 2.0F, a_);
        return threshold_and_decode(rung, placement);
      case Rung::HalfOtsu:
        half_size(in, a_);
        placement.scale /= 2;
        return threshold_and_decode(rung, placement);
      case Rung::MedianOtsu:
        median5(in, a_);
        return threshold_and_decode(rung, placement);
      case Rung::UnsharpOtsu:
        unsharp(in, 4.0F, 2.5F, a_);
        return threshold_and_decode(rung, placement);
      case Rung::UnsharpMoreOtsu:
        unsharp(in, 3.0F, 5.0F, a_);
        return threshold_and_decode(rung, placement);
      case Rung::OpenOtsu:
      case Rung::CloseOtsu:
        return morphed(in, rung, placement);
      case Rung::Enlarged: {
        const int factor = in.pixels.size() <= 160 * 160 ? 4 : 2;
        if (in.pixels.size() > 640 * 480 || !enlarge(in, factor, a_)) return std::nullopt;
        placement.scale *= static_cast<float>(factor);
        placement.shift *= static_cast<float>(factor);
        return decode(a_, scene_, rung, placement);
      }
      case Rung::Padded: {
        const int border = std::max(std::min(in.width, in.height) / 8, 8);
        const std::uint8_t threshold = otsu_threshold(in);
        binarise(in, threshold, b_);
        if (!pad(b_, border, 255, a_)) return std::nullopt;
        placement.shift += static_cast<float>(border);
        return decode(a_, scene_, rung, placement);
      }
    }
    return std::nullopt;
  }

  ReadResult threshold_and_decode(Rung rung, const Placement& placement) {
    binarise(a_, otsu_threshold(a_), b_);
    return decode(b_, scene_, rung, placement);
  }

  ReadResult morphed(const GreyImage& in, Rung rung, const Placement& placement) {
    binarise(in, otsu_threshold(in), a_);
    if (rung == Rung::OpenOtsu) {  // Dark parts: first shrink, then grow.
      dilate_light(a_, 4, b_);
      erode_light(b_, 4, a_);
    } else {
      erode_light(a_, 3, b_);
      dilate_light(b_, 3, a_);
    }
    return decode(a_, scene_, rung, placement);
  }

  // The one place where the third-party decoder is called, and where what it may throw ends.
  ReadResult decode(const GreyImage& picture, const ZXing::DecodeHints& hints, Rung rung,
                    const Placement& placement) {
    ++attempts_;
    try {
      const ZXing::Result result = ZXing::ReadBarcode(
          {picture.pixels.data(), picture.width, picture.height, ZXing::ImageFormat::Lum}, hints);
      if (!result.isValid() || result.bytes().empty()) return std::nullopt;
      Symbol symbol;
      symbol.identifier = result.symbologyIdentifier();
      symbol.data.assign(result.bytes().begin(), result.bytes().end());
      symbol.rung = rung;
      symbol.inverted = inverted_;
      symbol.attempts = attempts_;
      symbol.corners = corners_of(result, placement);
      return symbol;
    } catch (const std::exception&) {
      return std::nullopt;  // The picture defeats this rung; the next one may do better.
    }
  }

  ReaderOptions options_;
  ZXing::DecodeHints scene_;
  ZXing::DecodeHints pure_;
  Locator locator_;
  GreyImage a_;
  GreyImage b_;
  int attempts_ = 0;
  bool inverted_ = false;
};

SymbolReader::SymbolReader(const ReaderOptions& options)
    : ladder_(std::make_unique<Ladder>(options)) {}
SymbolReader::~SymbolReader() = default;
SymbolReader::SymbolReader(SymbolReader&&) noexcept = default;
SymbolReader& SymbolReader::operator=(SymbolReader&&) noexcept = default;

ReadResult SymbolReader::read(const GreyImage& picture) {
  if (!check_image(picture)) return std::nullopt;
  return ladder_->read(picture);
}

}  // namespace packtrail::symbology
