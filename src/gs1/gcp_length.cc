#include "gs1/gcp_length.h"

#include <algorithm>
#include <string>

#include "gs1/charset.h"
#include "gs1/epc_shape.h"

namespace packtrail::gs1 {
namespace {

// "12" and "012" must differ, so the size stands above the (at most 40-bit) number.
std::uint64_t key_of(std::string_view prefix) {
  std::uint64_t number = 0;
  for (const char c : prefix) number = number * 10 + static_cast<std::uint64_t>(c - '0');
  return static_cast<std::uint64_t>(prefix.size()) << 48 | number;
}

}  // namespace

Status GcpLengthTable::add(std::string_view prefix, std::size_t gcp_length) {
  if (prefix.empty() || prefix.size() > kPrefixMax ||
      find_outside(prefix, kDigit) != prefix.size()) {
    return Error{.code = Errc::InvalidArgument,
                 .message = "prefix '" + std::string(prefix.substr(0, 32)) + "' is not usable",
                 .field = "prefix",
                 .rule = "1 to 12 digits",
                 .remedy = "give the leading digits of the company prefix"};
  }
  if (gcp_length != 0 && (gcp_length < 4 || gcp_length > 12)) {
    return Error{.code = Errc::InvalidArgument,
                 .message = "company prefix length is " + std::to_string(gcp_length),
                 .field = "gcpLength",
                 .rule = "4 to 12, or 0 for no company prefix",
                 .remedy = "correct the length"};
  }
  const auto length = static_cast<std::uint8_t>(gcp_length);
  const auto [at, inserted] = lengths_.emplace(key_of(prefix), length);
  if (!inserted && at->second != length) {
    return Error{.code = Errc::AlreadyExists,
                 .message = "prefix " + std::string(prefix) + " already has length " +
                            std::to_string(at->second),
                 .field = "prefix",
                 .rule = "one length per prefix",
                 .remedy = "remove one of the two entries"};
  }
  return {};
}

std::optional<std::size_t> GcpLengthTable::length_for(std::string_view digits) const {
  const std::size_t most = std::min({kPrefixMax, digits.size(), find_outside(digits, kDigit)});
  for (std::size_t size = most; size > 0; --size) {
    const auto found = lengths_.find(key_of(digits.substr(0, size)));
    if (found == lengths_.end()) continue;
    if (found->second == 0) return std::nullopt;
    return found->second;
  }
  return base_ ? base_->length_for(digits) : std::nullopt;
}

std::optional<std::size_t> GcpLengthTable::length_for(const Epc& value) const {
  const auto parts = parts_of(value);
  if (!parts) return std::nullopt;
  return length_for(parts->body());
}

Result<std::string> to_urn(const Epc& value, const GcpLengthTable& table) {
  if (const auto* other = std::get_if<OtherUri>(&value)) return other->text();
  const auto length = table.length_for(value);
  if (!length) {
    return Error{.code = Errc::NotFound,
                 .message = "the length of the company prefix is not known for " + to_hri(value),
                 .field = "EPC",
                 .rule = "an EPC URN splits the key after the company prefix (TDS 6.3)",
                 .remedy =
                     "load GS1's GCP length list or set the company's prefix, or write a "
                     "Digital Link"};
  }
  return to_urn(value, std::max(*length, kUrnGcpMin));
}

}  // namespace packtrail::gs1
