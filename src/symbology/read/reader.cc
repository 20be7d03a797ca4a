#include "symbology/read/reader.h"

#define ZX_USE_UTF8 1
#include <ZXing/ReadBarcode.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <span>
#include <string_view>
#include <utility>

#include "gs1/element_string.h"
#include "symbology/read/blank.h"
#include "symbology/read/filters.h"
#include "symbology/read/locator.h"
#include "symbology/read/matrix_decoder.h"
#include "symbology/read/qr_bits.h"
#include "symbology/read/regions.h"
#include "symbology/read/second_opinion.h"

namespace packtrail::symbology {
namespace {

constexpr std::size_t kWorkPixelsMax = std::size_t{1} << 22;  // Larger pictures are halved first.
// An answer alone counts when chance gives it with at most 2^-36 per attempt, that is less than
// once in a century of a line's pictures; with GS1 syntax and check digits on top less is enough.
constexpr float kEvidenceMin = 36;
constexpr float kEvidenceGs1Min = 20;
// Small symbols (up to 14 x 14 modules: 16 digits) have few check codewords, and the picture
// decoder does not say how many it needed.
constexpr std::size_t kShortData = 16;
constexpr float kSmallModule = 3.5F;  // Pixels: below, the locator's own blur costs too much.
constexpr std::size_t kEnlargedPixelsMax = std::size_t{400} * 400;
constexpr int kForeignMax = 4;  // Foreign symbols that are passed over in one picture.

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

const char* to_string(Outcome outcome) {
  switch (outcome) {
    case Outcome::Read:
      return "read";
    case Outcome::Foreign:
      return "foreign";
    case Outcome::Disagreement:
      return "disagreement";
    case Outcome::Nothing:
      return "nothing";
    case Outcome::OutOfBudget:
      return "out_of_budget";
  }
  return "unknown";
}

namespace {

bool is_gs1_valid(const Symbol& symbol) {
  const std::string& id = symbol.identifier;
  if (id != "]d2" && id != "]C1" && id != "]Q3") return false;
  const std::string_view raw(reinterpret_cast<const char*>(symbol.data.data()), symbol.data.size());
  const auto elements = gs1::ElementString::parse_raw(raw);
  return elements.has_value() && !elements->empty();
}

// ITF has no check of its own; on cases it carries a GTIN-14, whose last digit is one.
bool is_gtin14(const Bytes& data) {
  if (data.size() != 14) return false;
  int sum = 0;
  for (std::size_t i = 0; i < 14; ++i) {
    if (data[i] < '0' || data[i] > '9') return false;
    sum += (data[i] - '0') * (i % 2 == 0 ? 3 : 1);
  }
  return sum % 10 == 0;
}

// The library's own reading of QR with FNC1 loses what follows a %: the answer is taken from the
// data codewords, and there is none when they cannot be read.
bool read_fnc1_again(const ZXing::Result& result, Symbol& symbol) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  const ZXing::ByteArray& codewords = result.rawBytes();
#pragma GCC diagnostic pop
  const std::string level = result.ecLevel();
  auto content = read_qr_bits({codewords.data(), codewords.size()}, level.empty() ? ' ' : level[0]);
  if (!content || content->fnc1 == Fnc1::None || content->data.empty()) return false;
  symbol.identifier = content->fnc1 == Fnc1::First ? "]Q3" : "]Q5";
  if (content->has_eci) ++symbol.identifier.back();
  symbol.data = std::move(content->data);
  return true;
}

ZXing::BarcodeFormats formats_of(const ReaderOptions& options) {
  using ZXing::BarcodeFormat;
  ZXing::BarcodeFormats formats = BarcodeFormat::DataMatrix;
  if (options.symbols == SymbolSet::AllPrinted) {
    return formats | BarcodeFormat::Code128 | BarcodeFormat::QRCode | BarcodeFormat::ITF;
  }
  for (const std::string& id : options.allowed) {
    if (id.size() < 2) continue;
    if (id[1] == 'C') formats |= BarcodeFormat::Code128;
    if (id[1] == 'Q') formats |= BarcodeFormat::QRCode;
    if (id[1] == 'I') formats |= BarcodeFormat::ITF;
  }
  return formats;
}

float module_pixels(const GridFit& fit) {
  const Point across = {fit.corners[1].x - fit.corners[0].x, fit.corners[1].y - fit.corners[0].y};
  return std::hypot(across.x, across.y) / static_cast<float>(std::max(fit.columns, 1));
}

BitMatrix mirrored(const BitMatrix& in) {  // At the diagonal through the corner of the L.
  BitMatrix out(in.height(), in.width());
  for (int y = 0; y < in.height(); ++y) {
    for (int x = 0; x < in.width(); ++x) {
      out.set(in.height() - 1 - y, in.width() - 1 - x, in.get(x, y));
    }
  }
  return out;
}

}  // namespace

class SymbolReader::Ladder {
 public:
  explicit Ladder(const ReaderOptions& options) : options_(options) {
    scene_.setFormats(formats_of(options)).setValidateITFCheckSum(false);
  }

  void limit(std::uint64_t pixels_max, std::int64_t time_ns_max) {
    options_.pixels_max = pixels_max;
    options_.time_ns_max = time_ns_max;
  }

  ReadReport inspect(const GreyImage& picture) {
    attempts_ = 0;
    pixels_ = 0;
    out_of_budget_ = false;
    disagreement_ = false;
    started_ns_ = options_.clock != nullptr ? options_.clock->monotonic_ns() : 0;
    ReadReport report;
    const ToneRange tones = tone_range(picture);
    if (tones.lightest - tones.darkest >= kContrastMin) {
      const GreyImage* base = &picture;
      GreyImage beside;
      for (int foreign = 0; foreign <= kForeignMax; ++foreign) {
        ReadResult symbol = search(*base);
        if (!symbol) break;
        if (is_linear(*symbol)) symbol->corners = linear_outline(*base, symbol->corners);
        if (is_allowed(symbol->identifier)) {
          report.outcome = Outcome::Read;
          report.symbol = std::move(symbol);
          break;
        }
        if (base != &beside) {
          beside = picture;
          base = &beside;
        }
        blank(beside, symbol->corners);
        report.outcome = Outcome::Foreign;
        if (!report.symbol) report.symbol = std::move(symbol);
      }
    }
    report.attempts = attempts_;
    report.pixels = pixels_;
    if (report.outcome == Outcome::Nothing && disagreement_) {
      report.outcome = Outcome::Disagreement;
    } else if (report.outcome == Outcome::Nothing && out_of_budget_) {
      report.outcome = Outcome::OutOfBudget;
    }
    return report;
  }

 private:
  [[nodiscard]] bool is_allowed(const std::string& identifier) const {
    return options_.allowed.empty() || std::find(options_.allowed.begin(), options_.allowed.end(),
                                                 identifier) != options_.allowed.end();
  }

  // Whether a step over so many pixels may still be taken; once no, always no.
  bool spend(std::size_t pixels) {
    if (out_of_budget_) return false;
    if ((options_.pixels_max != 0 && pixels_ + pixels > options_.pixels_max) ||
        attempts_ >= options_.attempts_max ||
        (options_.clock != nullptr &&
         options_.clock->monotonic_ns() - started_ns_ >= options_.time_ns_max)) {
      out_of_budget_ = true;
      return false;
    }
    pixels_ += pixels;
    return true;
  }

  ReadResult search(const GreyImage& picture) {
    inverted_ = false;
    weak_.clear();
    if (auto symbol = climb(picture)) return symbol;
    if (auto symbol = confirmed(picture)) return symbol;
    if (!options_.try_inverted || out_of_budget_ || disagreement_) return std::nullopt;
    inverted_ = true;
    weak_.clear();
    if (!spend(picture.pixels.size())) return std::nullopt;
    GreyImage negative;
    invert(picture, negative);
    return climb(negative);
  }

  // A weak DataMatrix answer that no other rung repeated: libdmtx is asked about its place. The
  // same answer counts; another one is a disagreement; none leaves it at no answer.
  ReadResult confirmed(const GreyImage& picture) {
    if (weak_.empty() || disagreement_ || !weak_[0].identifier.starts_with("]d"))
      return std::nullopt;
    Symbol symbol = weak_[0];
    const auto [left, right] = std::minmax_element(symbol.corners.begin(), symbol.corners.end(),
                                                   [](Point a, Point b) { return a.x < b.x; });
    const auto [top, bottom] = std::minmax_element(symbol.corners.begin(), symbol.corners.end(),
                                                   [](Point a, Point b) { return a.y < b.y; });
    const int margin = 8 + static_cast<int>(0.1F * (right->x - left->x));
    Point origin{};
    const GreyImage part = crop(picture,
                                {static_cast<int>(left->x), static_cast<int>(top->y),
                                 static_cast<int>(right->x), static_cast<int>(bottom->y)},
                                margin, origin);
    if (!spend(part.pixels.size())) return std::nullopt;
    ++attempts_;
    const auto opinion = second_opinion(part);
    if (!opinion) return std::nullopt;
    if (opinion->data != symbol.data || opinion->is_gs1 != (symbol.identifier == "]d2")) {
      disagreement_ = true;
      return std::nullopt;
    }
    symbol.attempts = attempts_;
    return symbol;
  }

  ReadResult climb(const GreyImage& picture) {
    const GreyImage* base = &picture;
    Placement placement;
    GreyImage smaller, next;
    while (base->pixels.size() > kWorkPixelsMax) {
      // The decoder downscales by itself as it sees fit, so the full picture gets its one chance.
      if (base == &picture) {
        if (auto symbol = decode(picture, Rung::Raw, {})) return symbol;
      }
      if (!spend(base->pixels.size())) return std::nullopt;
      half_size(*base, next);
      std::swap(smaller, next);
      base = &smaller;
      placement.scale /= 2;
    }
    if (auto symbol = rectified(*base, placement)) return symbol;
    if (small_modules_ && base->pixels.size() <= kEnlargedPixelsMax && spend(base->pixels.size()) &&
        enlarge(*base, 2, a_)) {
      const Placement larger{placement.scale * 2, placement.shift * 2};
      if (auto symbol = rectified(a_, larger, Rung::Enlarged)) return symbol;
    }
    for (std::size_t i = 0; i < kLadder.size() && !out_of_budget_ && !disagreement_; ++i) {
      if (i == kCheapRungs) {
        if (inverted_) return std::nullopt;  // Light on dark is rare.
        if (auto symbol = rectified_again(placement)) return symbol;
      }
      if (auto symbol = try_rung(*base, kLadder[i], placement)) return symbol;
    }
    return std::nullopt;
  }

  ReadResult rectified(const GreyImage& picture, const Placement& placement,
                       Rung rung = Rung::Rectified) {
    if (!spend(picture.pixels.size())) return std::nullopt;
    rung_ = rung;
    if (const auto clean = locator_.locate_clean(picture); !clean.empty()) {
      if (auto symbol = read_fit(clean[0], Sampling::Centres, placement, false)) return symbol;
    }
    const auto drafts = locator_.locate(picture);
    small_modules_ = drafts.empty() || module_pixels(drafts[0]) < kSmallModule;
    if (drafts.empty()) return std::nullopt;
    if (auto symbol = read_fit(drafts[0], Sampling::Sharpened, placement, false)) return symbol;
    for (const GridFit& fit : locator_.settle()) {
      for (const Sampling sampling : {Sampling::Sharpened, Sampling::Equalised}) {
        if (auto symbol = read_fit(fit, sampling, placement, sampling == Sampling::Equalised)) {
          return symbol;
        }
      }
    }
    return std::nullopt;
  }

  // What rectified() leaves for when the cheap rungs have failed too.
  ReadResult rectified_again(const Placement& placement) {
    rung_ = Rung::Rectified;
    for (const GridFit& fit : locator_.refit()) {
      for (const Sampling sampling : {Sampling::Equalised, Sampling::Registered}) {
        if (auto symbol = read_fit(fit, sampling, placement, true)) return symbol;
      }
    }
    return std::nullopt;
  }

  // `erase`: when plain correction fails, give up the most doubtful codewords, ever more of them.
  ReadResult read_fit(const GridFit& fit, Sampling sampling, const Placement& placement,
                      bool erase) {
    const auto modules = static_cast<std::size_t>(fit.columns) * static_cast<std::size_t>(fit.rows);
    if (!spend(modules)) return std::nullopt;
    const BitMatrix symbol = locator_.sample(fit, sampling);
    ++attempts_;
    if (fit.columns >= fit.rows) {
      if (auto answer = accept_fit(matrix_.decode(symbol), fit, placement, false)) return answer;
    }
    if (fit.columns <= fit.rows) {
      if (auto answer = accept_fit(matrix_.decode(mirrored(symbol)), fit, placement, true)) {
        return answer;
      }
    }
    if (!erase || fit.columns < fit.rows) return std::nullopt;
    const Ecc200Size* size = find_ecc200_size(fit.columns, fit.rows);
    const auto doubts = locator_.doubts();
    for (const int quarters : {1, 2, 3}) {
      if (!spend(modules)) return std::nullopt;
      ++attempts_;
      const int erasures = size->check_codewords * quarters / 4;
      if (auto answer =
              accept_fit(matrix_.decode(symbol, doubts, erasures), fit, placement, false)) {
        return answer;
      }
    }
    return std::nullopt;
  }

  ReadResult accept_fit(std::optional<MatrixReading> reading, const GridFit& fit,
                        const Placement& placement, bool mirrored) {
    if (!reading) return std::nullopt;
    Symbol symbol;
    symbol.mirrored = mirrored;
    symbol.identifier = std::move(reading->identifier);
    symbol.data = std::move(reading->data);
    symbol.rung = rung_;
    symbol.columns = std::max(fit.columns, fit.rows);
    symbol.rows = std::min(fit.columns, fit.rows);
    symbol.corrected = reading->corrected + reading->erased;
    for (std::size_t i = 0; i < 4; ++i) {
      symbol.corners[i] = {(fit.corners[i].x - placement.shift) / placement.scale,
                           (fit.corners[i].y - placement.shift) / placement.scale};
    }
    const float evidence = reading->evidence - std::log2(static_cast<float>(attempts_));
    const bool strong =
        evidence >= kEvidenceMin || (evidence >= kEvidenceGs1Min && is_gs1_valid(symbol));
    return accept(std::move(symbol), strong);
  }

  // A strong answer counts at once, unless a weak one said otherwise; a weak one when it comes
  // again from another rung.
  ReadResult accept(Symbol symbol, bool strong) {
    symbol.inverted = inverted_;
    symbol.attempts = attempts_;
    bool again = false;
    for (const Symbol& other : weak_) {
      if (other.data != symbol.data || other.identifier != symbol.identifier) {
        if (strong) continue;  // Chance hits differ from each other and from what is there.
        disagreement_ = true;
        return std::nullopt;
      }
      again = again || other.rung != symbol.rung;
    }
    if (strong || again) return symbol;
    weak_.push_back(std::move(symbol));
    return std::nullopt;
  }

  ReadResult try_rung(const GreyImage& in, Rung rung, Placement placement) {
    if (rung != Rung::Raw && !spend(in.pixels.size())) return std::nullopt;
    switch (rung) {
      case Rung::Rectified:
      case Rung::Raw:
        return decode(in, rung, placement);
      case Rung::Normalised:
        normalise(in, 0.005F, a_);
        return decode(a_, rung, placement);
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
        return sharpened(rung, placement);
      case Rung::UnsharpMoreOtsu:
        unsharp(in, 3.0F, 5.0F, a_);
        return sharpened(rung, placement);
      case Rung::OpenOtsu:
      case Rung::CloseOtsu:
        return morphed(in, rung, placement);
      case Rung::Enlarged: {
        const int factor = in.pixels.size() <= 160 * 160 ? 4 : 2;
        if (in.pixels.size() > 640 * 480 || !enlarge(in, factor, a_)) return std::nullopt;
        placement.scale *= static_cast<float>(factor);
        placement.shift *= static_cast<float>(factor);
        if (auto symbol = rectified(a_, placement, rung)) return symbol;
        return decode(a_, rung, placement);
      }
      case Rung::Padded: {
        const int border = std::max(std::min(in.width, in.height) / 8, 8);
        const std::uint8_t threshold = otsu_threshold(in);
        binarise(in, threshold, b_);
        if (!pad(b_, border, 255, a_)) return std::nullopt;
        placement.shift += static_cast<float>(border);
        return decode(a_, rung, placement);
      }
    }
    return std::nullopt;
  }

  ReadResult threshold_and_decode(Rung rung, const Placement& placement) {
    binarise(a_, otsu_threshold(a_), b_);
    return decode(b_, rung, placement);
  }

  // The module grid sees more than a threshold does: 0.6 modules of blur need both.
  ReadResult sharpened(Rung rung, const Placement& placement) {
    if (auto symbol = threshold_and_decode(rung, placement)) return symbol;
    return rectified(a_, placement, rung);
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
    return decode(a_, rung, placement);
  }

  // The one place where the third-party decoder is called, and where what it may throw ends.
  ReadResult decode(const GreyImage& picture, Rung rung, const Placement& placement) {
    if (!spend(picture.pixels.size())) return std::nullopt;
    ++attempts_;
    Symbol symbol;
    try {
      const ZXing::Result result = ZXing::ReadBarcode(
          {picture.pixels.data(), picture.width, picture.height, ZXing::ImageFormat::Lum}, scene_);
      if (!result.isValid() || result.bytes().empty()) return std::nullopt;
      symbol.identifier = result.symbologyIdentifier();
      // GS1 data in the rectangular extension: GS1 has one identifier for every DataMatrix.
      if (symbol.identifier == "]d8") symbol.identifier = "]d2";
      symbol.data.assign(result.bytes().begin(), result.bytes().end());
      if (symbol.identifier >= "]Q3" && symbol.identifier <= "]Q6" &&
          !read_fnc1_again(result, symbol)) {
        return std::nullopt;
      }
      symbol.corners = corners_of(result, placement);
      symbol.mirrored = result.isMirrored();
    } catch (const std::exception&) {
      return std::nullopt;  // The picture defeats this rung; the next one may do better.
    }
    symbol.rung = rung;
    bool strong = symbol.data.size() > kShortData || is_gs1_valid(symbol);
    if (symbol.identifier.starts_with("]C")) strong = is_gs1_valid(symbol);
    if (symbol.identifier.starts_with("]I")) {
      if (!is_gtin14(symbol.data)) return std::nullopt;
      symbol.identifier = "]I1";  // The check digit was verified and is part of the data.
      strong = false;
    }
    return accept(std::move(symbol), strong);
  }

  ReaderOptions options_;
  ZXing::DecodeHints scene_;
  Locator locator_;
  MatrixDecoder matrix_;
  std::vector<Symbol> weak_;  // Answers that need a second opinion.
  GreyImage a_;
  GreyImage b_;
  Rung rung_ = Rung::Rectified;
  int attempts_ = 0;
  std::uint64_t pixels_ = 0;
  std::int64_t started_ns_ = 0;
  bool inverted_ = false;
  bool small_modules_ = false;
  bool out_of_budget_ = false;
  bool disagreement_ = false;
};

SymbolReader::SymbolReader(const ReaderOptions& options)
    : ladder_(std::make_unique<Ladder>(options)) {}
SymbolReader::~SymbolReader() = default;
SymbolReader::SymbolReader(SymbolReader&&) noexcept = default;
SymbolReader& SymbolReader::operator=(SymbolReader&&) noexcept = default;

ReadResult SymbolReader::read(const GreyImage& picture) {
  ReadReport report = inspect(picture);
  if (report.outcome != Outcome::Read) return std::nullopt;
  return std::move(report.symbol);
}

void SymbolReader::limit(std::uint64_t pixels_max, std::int64_t time_ns_max) {
  ladder_->limit(pixels_max, time_ns_max);
}

ReadReport SymbolReader::inspect(const GreyImage& picture) {
  if (!check_image(picture)) return {};
  return ladder_->inspect(picture);
}

}  // namespace packtrail::symbology
