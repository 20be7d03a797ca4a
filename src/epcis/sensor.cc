#include "epcis/sensor.h"

#include <algorithm>
#include <array>

#include "epcis/cbv.h"
#include "epcis/check.h"

namespace packtrail::epcis {
namespace {

// Ascending.
constexpr std::array<std::string_view, 72> kMeasurementTypes = {"AbsoluteHumidity",
                                                                "AbsorbedDose",
                                                                "AbsorbedDoseRate",
                                                                "Acceleration",
                                                                "Altitude",
                                                                "AmountOfSubstance",
                                                                "AmountOfSubstancePerUnitVolume",
                                                                "Angle",
                                                                "AngularAcceleration",
                                                                "AngularMomentum",
                                                                "AngularVelocity",
                                                                "Area",
                                                                "Capacitance",
                                                                "Conductance",
                                                                "Conductivity",
                                                                "Count",
                                                                "Density",
                                                                "Dimensionless",
                                                                "DoseEquivalent",
                                                                "DoseEquivalentRate",
                                                                "DynamicViscosity",
                                                                "ElectricCharge",
                                                                "ElectricCurrent",
                                                                "ElectricCurrentDensity",
                                                                "ElectricFieldStrength",
                                                                "Energy",
                                                                "Exposure",
                                                                "Force",
                                                                "Frequency",
                                                                "Illuminance",
                                                                "Inductance",
                                                                "Irradiance",
                                                                "KinematicViscosity",
                                                                "Length",
                                                                "LinearMomentum",
                                                                "Luminance",
                                                                "LuminousFlux",
                                                                "LuminousIntensity",
                                                                "MagneticFlux",
                                                                "MagneticFluxDensity",
                                                                "MagneticVectorPotential",
                                                                "Mass",
                                                                "MassConcentration",
                                                                "MassFlowRate",
                                                                "MassPerAreaTime",
                                                                "MemoryCapacity",
                                                                "MolalityOfSolute",
                                                                "MolarEnergy",
                                                                "MolarMass",
                                                                "MolarVolume",
                                                                "Power",
                                                                "Pressure",
                                                                "RadiantFlux",
                                                                "RadiantIntensity",
                                                                "Radioactivity",
                                                                "RelativeHumidity",
                                                                "Resistance",
                                                                "Resistivity",
                                                                "SolidAngle",
                                                                "SpecificVolume",
                                                                "Speed",
                                                                "SurfaceDensity",
                                                                "SurfaceTension",
                                                                "Temperature",
                                                                "Time",
                                                                "Torque",
                                                                "Voltage",
                                                                "Volume",
                                                                "VolumeFlowRate",
                                                                "VolumeFraction",
                                                                "VolumetricFlux",
                                                                "Wavenumber"};
constexpr std::array<std::string_view, 14> kComponents = {"altitude",
                                                          "axial_distance",
                                                          "azimuth",
                                                          "easting",
                                                          "elevation_angle",
                                                          "height",
                                                          "latitude",
                                                          "longitude",
                                                          "northing",
                                                          "polar_angle",
                                                          "spherical_radius",
                                                          "x",
                                                          "y",
                                                          "z"};

using Kind = ExtensionField::Kind;

// What a standard field of a sensor element holds.
enum class Holds : std::uint8_t {
  Uri,
  Time,
  Number,
  Text,
  Bool,
  HexBinary,
  MeasurementType,
  Alert,
  Component
};

struct Field {
  std::string_view name;
  Holds holds;
};

constexpr Field kMetadataFields[] = {{"time", Holds::Time},
                                     {"startTime", Holds::Time},
                                     {"endTime", Holds::Time},
                                     {"deviceID", Holds::Uri},
                                     {"deviceMetadata", Holds::Uri},
                                     {"rawData", Holds::Uri},
                                     {"dataProcessingMethod", Holds::Uri},
                                     {"bizRules", Holds::Uri}};

constexpr Field kReportFields[] = {{"type", Holds::MeasurementType},
                                   {"exception", Holds::Alert},
                                   {"deviceID", Holds::Uri},
                                   {"deviceMetadata", Holds::Uri},
                                   {"rawData", Holds::Uri},
                                   {"dataProcessingMethod", Holds::Uri},
                                   {"bizRules", Holds::Uri},
                                   {"time", Holds::Time},
                                   {"microorganism", Holds::Uri},
                                   {"chemicalSubstance", Holds::Uri},
                                   {"coordinateReferenceSystem", Holds::Uri},
                                   {"value", Holds::Number},
                                   {"component", Holds::Component},
                                   {"stringValue", Holds::Text},
                                   {"booleanValue", Holds::Bool},
                                   {"hexBinaryValue", Holds::HexBinary},
                                   {"uriValue", Holds::Uri},
                                   {"minValue", Holds::Number},
                                   {"maxValue", Holds::Number},
                                   {"meanValue", Holds::Number},
                                   {"sDev", Holds::Number},
                                   {"percRank", Holds::Number},
                                   {"percValue", Holds::Number},
                                   {"uom", Holds::Text}};

Error refuse(std::string_view pointer, std::string_view name, std::string message,
             std::string rule) {
  std::string field(pointer);
  if (!name.empty()) field.append("/").append(name);
  return Error{.message = std::move(message), .field = std::move(field), .rule = std::move(rule)};
}

bool is_hex(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789abcdefABCDEF") == text.npos;
}

bool holds(const ExtensionField& field, Holds what) {
  if (what == Holds::Number) return field.kind == Kind::Number && is_json_number(field.text);
  if (what == Holds::Bool) return field.kind == Kind::Bool;
  if (field.kind != Kind::Text) return false;
  switch (what) {
    case Holds::Uri:
      return is_uri(field.text);
    case Holds::Time:
      return UtcTime::parse(field.text).has_value();
    case Holds::HexBinary:
      return is_hex(field.text);
    case Holds::MeasurementType:
      return is_measurement_type(field.text) || is_uri(field.text);
    case Holds::Alert:
      return field.text == "ALARM_CONDITION" || field.text == "ERROR_CONDITION" ||
             is_uri(field.text);
    case Holds::Component:
      return is_component(field.text) || is_uri(field.text);
    case Holds::Text:
    case Holds::Number:
    case Holds::Bool:
      break;
  }
  return true;
}

std::string_view expected(Holds what) {
  switch (what) {
    case Holds::Uri:
      return "a URI";
    case Holds::Time:
      return "a time with a time zone";
    case Holds::Number:
      return "a number";
    case Holds::Text:
      return "a text";
    case Holds::Bool:
      return "true or false";
    case Holds::HexBinary:
      return "hexadecimal digits";
    case Holds::MeasurementType:
      return "a measurement type of the GS1 Web Vocabulary or a URI";
    case Holds::Alert:
      return "ALARM_CONDITION, ERROR_CONDITION or a URI";
    case Holds::Component:
      return "a CBV component or a URI";
  }
  return {};
}

// A standard name has no namespace; user fields are prefixed or URIs.
bool is_user_field(const ExtensionField& field) {
  return !field.prefix.empty() || field.local_name.find(':') != std::string::npos;
}

Status check_fields(const ExtensionField& object, std::span<const Field> known,
                    std::string_view pointer, const char* rule) {
  for (const ExtensionField& field : object.children) {
    if (is_user_field(field)) continue;
    const auto found = std::find_if(known.begin(), known.end(), [&](const Field& candidate) {
      return candidate.name == field.local_name;
    });
    if (found == known.end()) {
      return refuse(pointer, field.local_name, "'" + field.local_name + "' is not known here",
                    rule);
    }
    if (!holds(field, found->holds)) {
      return refuse(pointer, field.local_name, "must be " + std::string(expected(found->holds)),
                    rule);
    }
  }
  return {};
}

}  // namespace

bool is_measurement_type(std::string_view word) {
  return std::binary_search(kMeasurementTypes.begin(), kMeasurementTypes.end(), word);
}

bool is_component(std::string_view word) {
  return std::binary_search(kComponents.begin(), kComponents.end(), word);
}

Status check_sensor_element(const ExtensionField& element, std::string_view pointer) {
  constexpr const char* kElementRule = "EPCIS 2.0 section 7.3 (sensorElement)";
  constexpr const char* kMetadataRule = "EPCIS 2.0 section 7.3 (sensorMetadata)";
  constexpr const char* kReportRule = "EPCIS 2.0 section 7.3 (sensorReport)";
  if (element.kind != Kind::Object) {
    return refuse(pointer, {}, "a sensor element must be an object", kElementRule);
  }
  const ExtensionField* reports = nullptr;
  for (const ExtensionField& field : element.children) {
    if (is_user_field(field)) continue;
    std::string inner(pointer);
    inner.append("/").append(field.local_name);
    if (field.local_name == "sensorMetadata") {
      if (field.kind != Kind::Object) {
        return refuse(inner, {}, "must be an object", kMetadataRule);
      }
      PACKTRAIL_TRY(check_fields(field, kMetadataFields, inner, kMetadataRule));
    } else if (field.local_name == "sensorReport") {
      if (field.kind != Kind::Array) return refuse(inner, {}, "must be a list", kReportRule);
      reports = &field;
      for (std::size_t i = 0; i < field.children.size(); ++i) {
        const ExtensionField& report = field.children[i];
        const std::string at = inner + "/" + std::to_string(i);
        if (report.kind != Kind::Object) {
          return refuse(at, {}, "a sensor report must be an object", kReportRule);
        }
        PACKTRAIL_TRY(check_fields(report, kReportFields, at, kReportRule));
        const bool typed = std::any_of(
            report.children.begin(), report.children.end(),
            [](const ExtensionField& f) { return f.prefix.empty() && f.local_name == "type"; });
        if (!typed) return refuse(at, "type", "a sensor report must have a type", kReportRule);
      }
    } else {
      return refuse(inner, {}, "'" + field.local_name + "' is not known here", kElementRule);
    }
  }
  if (reports == nullptr || reports->children.empty()) {
    return refuse(pointer, "sensorReport", "a sensor element must have at least one sensorReport",
                  kElementRule);
  }
  return {};
}

}  // namespace packtrail::epcis
