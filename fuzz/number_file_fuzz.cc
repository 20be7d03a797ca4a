// rooms: numbering
//
// Any bytes as a number file. The first byte chooses format and how the bytes are cut. Whatever
// the cut, the same numbers and faults must come out; every number keeps the rules.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "numbering/number_file.h"

namespace {

using packtrail::Status;
using packtrail::numbering::ForeignNumber;
using packtrail::numbering::NumberFile;
using packtrail::numbering::NumberFormat;

struct Seen {
  std::vector<std::string> numbers;
  std::uint64_t faults = 0;
  bool ok = false;
  friend bool operator==(const Seen&, const Seen&) = default;
};

Seen read(NumberFormat format, std::string_view text, std::size_t step) {
  Seen seen;
  NumberFile file(format, {.gtin = *packtrail::gs1::Gtin::parse("09506000134352")},
                  [&](const ForeignNumber& number) {
                    seen.numbers.push_back(std::string(number.serial.text()) + number.tail);
                    return Status{};
                  });
  Status status;
  while (!text.empty() && status) {
    status = file.feed(text.substr(0, step));
    text.remove_prefix(step < text.size() ? step : text.size());
  }
  if (status) status = file.finish();
  seen.ok = status.has_value();
  seen.faults = file.fault_count();
  if (file.numbers() != seen.numbers.size()) std::abort();
  return seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0 || size > 65'536) return 0;
  const auto format = static_cast<NumberFormat>(data[0] % 3);
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const Seen whole = read(format, text, text.size() + 1);
  const Seen cut = read(format, text, 1 + data[0] / 3);
  // A text that is no XML at its end may be judged at another byte when it comes in pieces.
  if (whole.ok != cut.ok || (whole.ok && whole != cut)) std::abort();
  return 0;
}
