#include "numbering/pool_codec.h"

#include <algorithm>
#include <array>

namespace packtrail::numbering {

using gs1::SerialNumber;

SerialNumber PoolCodec::with_prefix(const SerialNumber& rest) const {
  std::array<char, SerialNumber::kSizeMax> text{};
  char* const behind = std::copy(prefix_.begin(), prefix_.end(), text.data());
  const std::string_view tail = rest.text();
  std::copy(tail.begin(), tail.end(), behind);
  return SerialNumber::of_valid(text, prefix_.size() + tail.size());
}

SerialNumber PoolCodec::encode(std::uint64_t counter) const {
  const SerialNumber rest = cipher_.encode(counter);
  return prefix_.empty() ? rest : with_prefix(rest);
}

void PoolCodec::encode(std::uint64_t first, std::span<SerialNumber> out) const {
  cipher_.encode(first, out);
  if (prefix_.empty()) return;
  for (SerialNumber& serial : out) serial = with_prefix(serial);
}

std::optional<std::uint64_t> PoolCodec::decode(const SerialNumber& serial) const {
  const std::string_view text = serial.text();
  if (text.size() != length()) return std::nullopt;
  if (prefix_.empty()) {
    const auto counter = cipher_.decode(serial);
    return counter && admits(serial) ? counter : std::nullopt;
  }
  if (!text.starts_with(prefix_) || !admits(serial)) return std::nullopt;
  const auto rest = SerialNumber::try_parse(text.substr(prefix_.size()));
  return rest ? cipher_.decode(*rest) : std::nullopt;
}

}  // namespace packtrail::numbering
