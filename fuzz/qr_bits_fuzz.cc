// rooms: symbology_read
//
// Any bytes as the data codewords of a QR symbol; the first chooses the error correction level.
// What is read is never longer than the densest mode allows: ten bits for three digits.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "symbology/read/qr_bits.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const char level = "LMQHX"[data[0] % 5];
  const auto content = packtrail::symbology::read_qr_bits({data + 1, size - 1}, level);
  if (content && content->data.size() * 10 > (size - 1) * 8 * 3 + 30) std::abort();
  return 0;
}
