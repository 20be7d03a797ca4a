// symbology/grade/grade.h - the print quality of a GS1 DataMatrix as a verifier grades it.
//
// ISO/IEC 15415 (editions 2011 and 2024) for printed symbols and ISO/IEC 29158 for direct marks,
// with the fixed pattern damage of ISO/IEC 16022, annex M. A camera is no verifier: unless its
// reflectance, light and geometry are calibrated, every grade is an estimate, and the report says
// so. Which numbers come from where: docs/user/grading.md.
//
// Thread safety: one Grader per thread; grade() makes its own. Cost: about 2 ms for a 24x24 symbol
// in 220 x 220 pixels.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>

#include "base/result.h"
#include "symbology/grade/report.h"
#include "symbology/image.h"

namespace packtrail::symbology {

// Which reflectance two grey values stand for, from a calibrated card under the same light.
struct Calibration {
  double grey_white = 255;
  double grey_black = 0;
  double reflectance_white = 1;  // 0..1.
  double reflectance_black = 0;
};

struct GradeOptions {
  Edition edition = Edition::Iso15415_2011;
  // Of the aperture, in mil (1/1000 inch), 1..200. Needs the scale: x_dimension_mm or
  // pixels_per_mm. Without this or without a scale 0.8 of a module is used. Not for ISO/IEC 29158,
  // which tries 0.5 and 0.8 of a module.
  std::optional<double> aperture_mil;
  std::optional<double> x_dimension_mm;  // 0.05..10, what a module should measure.
  std::optional<double> pixels_per_mm;   // 0.5..2000.
  int wavelength_nm = 660;               // 300..1100, for the result's text.
  std::string light = "45Q";             // Angle and sides, for the text; 45Q is left out of it.
  std::optional<Calibration> calibration;
};

class Grader {
 public:
  Grader();
  ~Grader();
  Grader(Grader&&) noexcept;
  Grader& operator=(Grader&&) noexcept;

  // One symbol in one or more pictures (1..kPicturesMax); the overall grade is the mean.
  // A symbol that is found but does not decode has grade 0. Fails with InvalidArgument when a
  // picture shows another symbol than those before it, with NotFound when a picture shows none,
  // with FailedPrecondition for symbols that are not graded yet (QR, GS1-128, other than ECC 200),
  // with InvalidArgument for options out of range and pictures that check_image refuses.
  static constexpr std::size_t kPicturesMax = 64;
  Result<GradeReport> grade(std::span<const GreyImage> pictures, const GradeOptions& options);

 private:
  class Work;
  std::unique_ptr<Work> work_;
};

// As Grader::grade with one picture.
Result<GradeReport> grade(const GreyImage& picture, const GradeOptions& options = {});

}  // namespace packtrail::symbology
