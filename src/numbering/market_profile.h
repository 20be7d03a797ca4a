// numbering/market_profile.h - the shape of a market's serial numbers, as data.
//
// A profile is a TOML file under packs/formats/ (docs/formats/market-profile.md). It says who makes
// the numbers, their characters and length, what they may not look like, and which data elements
// come with a number that somebody else makes.
//
// Thread safety: values. Cost: parsing is milliseconds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "gs1/element_string.h"
#include "gs1/serial.h"
#include "numbering/alphabet.h"
#include "numbering/pool.h"
#include "numbering/serial_rules.h"

namespace packtrail::numbering {

inline constexpr std::size_t kProfileSizeMax = 64 * 1024;  // Bytes of a file.
inline constexpr std::size_t kCompanionsMax = 8;

struct MarketProfile {
  enum class Issuer : std::uint8_t {
    Owner,      // Pools of our own make the numbers.
    Elsewhere,  // A regulator or partner makes them; they are imported, never generated.
  };
  // A data element that comes with each imported number and goes onto its label.
  struct Companion {
    std::string ai;        // 2 to 4 digits.
    std::size_t size = 0;  // Characters.
  };

  std::string name;    // "eu/1": name and version, as pools record it.
  std::string title;   // For people.
  std::string market;  // ISO 3166-1 alpha-2, "EU", or "*" for any.
  Issuer issuer = Issuer::Owner;
  Alphabet alphabet = Alphabet::unambiguous();
  std::size_t length = 0;                      // Of a pool that asks for none.
  std::size_t length_min = 0, length_max = 0;  // What a pool may ask for, and imports may have.
  SerialRules rules;
  std::vector<Companion> companions;
  std::string source;  // Where the shape is laid down, or that it is a habit.

  // Errors name the file's line and key.
  static Result<MarketProfile> parse(std::string_view toml, std::string_view file_name);

  // Puts alphabet, length (0: the profile's), rules, format and market into a pool's
  // specification. FailedPrecondition when the numbers are made elsewhere, InvalidArgument when the
  // market does not allow the length.
  Status apply(PoolSpec& spec, std::size_t wanted_length) const;
  // Whether a number made elsewhere has this shape; the error names what is wrong.
  Status check(const gs1::SerialNumber& serial) const;
  // Whether what comes with such a number is all there, in its size; more may be. Field: tail.
  Status check_companions(const gs1::ElementString& tail) const;
};

// The files under packs/formats/ as they were when the program was built, by name.
struct ProfileFile {
  std::string_view name;  // "eu".
  std::string_view text;
};
[[nodiscard]] std::span<const ProfileFile> builtin_profile_files();
// All of them, parsed. By name without version: NotFound lists the names there are.
[[nodiscard]] const std::vector<MarketProfile>& builtin_profiles();
Result<MarketProfile> builtin_profile(std::string_view name);

}  // namespace packtrail::numbering
