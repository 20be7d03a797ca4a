#include "numbering/pool.h"

#include <algorithm>
#include <limits>

#include "base/crypto.h"
#include "gs1/charset.h"

namespace packtrail::numbering {
namespace {

Error pool_error(std::string field, std::string message, std::string rule, std::string remedy,
                 Errc code = Errc::InvalidArgument) {
  return Error{.code = code,
               .message = std::move(message),
               .field = std::move(field),
               .rule = std::move(rule),
               .remedy = std::move(remedy)};
}

bool is_name(std::string_view text, std::size_t size_max) {
  if (text.empty() || text.size() > size_max) return false;
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return c != '~' && gs1::is_in(c, gs1::kUriUnreserved); });
}

void append(Bytes& out, std::string_view text) { out.insert(out.end(), text.begin(), text.end()); }

}  // namespace

Result<Pool> Pool::create(PoolSpec spec) {
  if (!is_name(spec.id.value(), kPoolIdSizeMax)) {
    return pool_error("pool.id", "the pool id is not usable", "1 to 64 of A-Z a-z 0-9 . _ -",
                      "choose another id");
  }
  if (!is_name(spec.key_id.value(), kKeyIdSizeMax)) {
    return pool_error("pool.key_id", "the key id is not usable", "1 to 64 of A-Z a-z 0-9 . _ -",
                      "name the master key");
  }
  if (spec.format_version != kSerialFormatVersion) {
    return pool_error("pool.format_version",
                      "format version " + std::to_string(spec.format_version) + " is not known",
                      "version 1", "use a program that knows it");
  }
  if (spec.length < SerialCipher::kLengthMin || spec.length > SerialCipher::kLengthMax) {
    return pool_error(
        "pool.length", "serial numbers have " + std::to_string(spec.length) + " characters",
        "2 to 20 characters (EU 2016/161 Art. 4(b)(ii), GS1 AI 21)", "choose another length");
  }
  if (spec.planned_quantity == 0) {
    return pool_error("pool.planned_quantity", "the planned quantity is 0", "at least 1 pack",
                      "give the number of packs that this GTIN will ever have");
  }
  if (spec.rules.prefix.size() + SerialCipher::kLengthMin > spec.length) {
    return pool_error("pool.prefix", "the prefix leaves fewer than 2 characters to number with",
                      "at least 2 characters behind the prefix", "choose longer serial numbers");
  }
  auto filter = std::make_shared<const SerialFilter>(
      PACKTRAIL_TRY(SerialFilter::create(spec.alphabet, spec.length, spec.rules)));
  if (filter->share() * static_cast<double>(kExcludedShareMax) < 1) {
    return pool_error("pool.first_characters",
                      "the rules exclude more than 3 of 4 serial numbers of the form",
                      "at least 1 of 4 passes, so that skipping stays cheap",
                      "use a smaller alphabet or a prefix instead");
  }
  const std::uint64_t space = filter->usable();
  if (filter->space() < kPoolSpaceMin) {
    return pool_error("pool.length",
                      "the format has only " + std::to_string(filter->space()) + " serial numbers",
                      "at least 10^13 (resistance of FF1 against distinguishing attacks)",
                      "choose longer serial numbers or a larger alphabet");
  }
  if (space / kGuessFactor < spec.planned_quantity) {
    return pool_error("pool.planned_quantity",
                      std::to_string(spec.planned_quantity) + " packs in " + std::to_string(space) +
                          " serial numbers are guessed too easily",
                      "chance of a guess below 1 in 10,000 (EU 2016/161 Art. 4(c))",
                      "choose longer serial numbers or a larger alphabet");
  }
  if (space / kRefuseOccupancy < spec.planned_quantity) {
    return pool_error("pool.planned_quantity",
                      "the planned quantity is larger than the pool's safe size of " +
                          std::to_string(space / kRefuseOccupancy),
                      "at most 1 of 100,000 serial numbers is ever issued",
                      "choose longer serial numbers or a larger alphabet");
  }
  return Pool(std::move(spec), std::move(filter));
}

Status Pool::check_allocation(std::uint64_t issued, std::uint64_t count) const {
  if (count == 0) {
    return pool_error("quantity", "no number is asked for", "at least 1", "give a quantity");
  }
  const std::uint64_t safe = safe_size();
  if (issued > safe || count > safe - issued) {
    return pool_error(
        "quantity",
        "pool " + spec_.id.value() + " may issue " +
            std::to_string(issued > safe ? 0 : safe - issued) + " more numbers, not " +
            std::to_string(count),
        "at most 1 of 100,000 serial numbers is ever issued; safe size " + std::to_string(safe),
        "create a pool with longer serial numbers", Errc::ResourceExhausted);
  }
  return {};
}

Result<SerialCipher> Pool::cipher(const MasterKey& key, const KeyCheckValue& expected) const {
  if (!(KeyCheckValue::of(key) == expected)) {
    return pool_error(
        "pool.key_id",
        "the master key " + spec_.key_id.value() + " is not the one this pool was made with",
        "the key check value must agree", "bring back the right master key",
        Errc::FailedPrecondition);
  }
  Bytes info;
  append(info, "packtrail/ff1/v1");
  append(info, spec_.gtin.digits());
  for (int shift = 24; shift >= 0; shift -= 8) {
    info.push_back(static_cast<std::uint8_t>(spec_.epoch >> shift));
  }
  Bytes derived =
      hkdf_sha256(key.reveal(), as_bytes("packtrail/serial-numbers"), info, SerialCipher::kKeySize);
  Bytes tweak;
  append(tweak, spec_.gtin.digits());
  append(tweak, spec_.id.value());
  tweak.push_back(spec_.format_version);
  auto cipher = SerialCipher::create(derived, tweak, spec_.alphabet,
                                     spec_.length - spec_.rules.prefix.size());
  wipe(derived);
  return cipher;
}

Result<PoolCodec> Pool::codec(const MasterKey& key, const KeyCheckValue& expected) const {
  return PoolCodec(PACKTRAIL_TRY(cipher(key, expected)), filter_, spec_.rules.prefix);
}

std::uint64_t SsccSeries::capacity() const { return gs1::Sscc::serial_references(prefix); }

std::uint64_t SsccSeries::remaining() const { return next >= capacity() ? 0 : capacity() - next; }

Result<gs1::Sscc> SsccSeries::peek(std::uint64_t ahead) const {
  if (ahead >= remaining()) {
    return pool_error("SSCC series",
                      "company prefix " + std::string(prefix.digits()) + " with extension digit " +
                          std::to_string(extension) + " is used up",
                      std::to_string(capacity()) + " serial references",
                      "continue with another extension digit", Errc::ResourceExhausted);
  }
  return gs1::Sscc::make(prefix, extension, next + ahead);
}

}  // namespace packtrail::numbering
