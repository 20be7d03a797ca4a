#include "gs1/gtin_form.h"

#include <cstring>
#include <string>

#include "gs1/charset.h"

namespace packtrail::gs1 {

GtinForm form_of(const Gtin& gtin) {
  const std::size_t zeros = gtin.digits().find_first_not_of('0');
  if (zeros >= 6) return GtinForm::kGtin8;
  if (zeros >= 2) return GtinForm::kGtin12;
  return zeros == 1 ? GtinForm::kGtin13 : GtinForm::kGtin14;
}

std::string_view printed(const Gtin& gtin) {
  return gtin.digits().substr(Gtin::kSize - static_cast<std::size_t>(form_of(gtin)));
}

std::optional<std::array<char, 8>> upc_e(const Gtin& gtin) {
  if (form_of(gtin) != GtinForm::kGtin12) return std::nullopt;
  const std::string_view d = gtin.digits().substr(2);
  if (d[0] != '0') return std::nullopt;
  const auto zeros = [&](std::size_t from, std::size_t to) {
    return d.substr(from, to - from).find_first_not_of('0') == std::string_view::npos;
  };
  // GenSpecs 5.2.2.4.2, figure 3: which zeros are left out is told by the sixth digit.
  std::string six;
  if (d[3] <= '2' && zeros(4, 8)) {
    six = std::string(d.substr(1, 2)).append(d.substr(8, 3)).append(1, d[3]);
  } else if (zeros(4, 9)) {
    six = std::string(d.substr(1, 3)).append(d.substr(9, 2)).append(1, '3');
  } else if (zeros(5, 10)) {
    six = std::string(d.substr(1, 4)).append(1, d[10]).append(1, '4');
  } else if (zeros(6, 10) && d[10] >= '5') {
    six = std::string(d.substr(1, 5)).append(1, d[10]);
  } else {
    return std::nullopt;
  }
  std::array<char, 8> out;
  out[0] = '0';
  std::memcpy(out.data() + 1, six.data(), 6);
  out[7] = d[11];
  return out;
}

Result<Gtin> parse_upc_e(std::string_view e) {
  if (e.size() != 8 || find_outside(e, kDigit) != 8 || e[0] != '0') {
    return Error{.code = Errc::InvalidArgument,
                 .message = "the text is no UPC-E",
                 .field = "UPC-E",
                 .offset = e.size() == 8 ? find_outside(e, kDigit) % 8 : std::size_t{0},
                 .length = 0,
                 .rule = "0, six digits and the check digit",
                 .remedy = "give the eight digits under the symbol"};
  }
  std::string body = "000";  // To 14 digits, and number system 0.
  const std::string_view six = e.substr(1, 6);
  switch (six[5]) {
    case '0':
    case '1':
    case '2':
      body.append(six.substr(0, 2)).append(1, six[5]).append("0000").append(six.substr(2, 3));
      break;
    case '3':
      body.append(six.substr(0, 3)).append("00000").append(six.substr(3, 2));
      break;
    case '4':
      body.append(six.substr(0, 4)).append("00000").append(1, six[4]);
      break;
    default:
      body.append(six.substr(0, 5)).append("0000").append(1, six[5]);
      break;
  }
  return Gtin::parse(body.append(1, e[7]));
}

}  // namespace packtrail::gs1
