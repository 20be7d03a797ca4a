#include "gs1/repair.h"

#include <gtest/gtest.h>

#include <functional>
#include <random>

#include "gs1/check_digit.h"
#include "gs1/interpretation.h"
#include "gs1/keyboard.h"
#include "gs1/model_number.h"

namespace packtrail::gs1 {
namespace {

const Date kToday = *Date::parse("2026-11-20");
constexpr std::string_view kCapitals = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
constexpr int kCases = 200;

// Codes as they stand on packs, from a seed.
class Codes {
 public:
  explicit Codes(unsigned seed) : random_(seed) {}

  std::size_t below(std::size_t n) {
    return std::uniform_int_distribution<std::size_t>(0, n - 1)(random_);
  }
  std::string of(std::string_view set, std::size_t size) {
    std::string text;
    for (std::size_t i = 0; i < size; ++i) text += set[below(set.size())];
    return text;
  }
  // A base unit of a made-up company, as medicine packs are.
  std::string gtin() {
    const std::string digits = (below(2) == 0 ? "0950" : "0952") + of("0123456789", 9);
    return digits + *check_digit(digits);
  }
  std::string serial() { return of(kCapitals, 8 + below(13)); }
  std::string serial_with_letters() { return "K" + of(kCapitals, 7 + below(12)) + "T"; }
  std::string lot() { return of("ABCDEFGH", 1) + of("0123456789", 3 + below(5)); }
  std::string expiry() {
    const auto two = [](std::size_t n) { return (n < 10 ? "0" : "") + std::to_string(n); };
    return two(27 + below(4)) + two(1 + below(12)) + two(1 + below(28));
  }

 private:
  std::mt19937 random_;
};

struct Pack {
  explicit Pack(Codes& codes)
      : gtin(codes.gtin()),
        serial(codes.serial_with_letters()),
        expiry(codes.expiry()),
        lot(codes.lot()) {}
  std::string gtin, serial, expiry, lot;

  [[nodiscard]] std::string raw(std::string_view gs = "\x1d") const {
    return "01" + gtin + "21" + serial + std::string(gs) + "17" + expiry + "10" + lot;
  }
  [[nodiscard]] std::string lot_first(std::string_view gs = "\x1d") const {
    return "01" + gtin + "17" + expiry + "10" + lot + std::string(gs) + "21" + serial;
  }
  [[nodiscard]] std::string round() const {
    return "(01)" + gtin + "(21)" + serial + "(17)" + expiry + "(10)" + lot;
  }
  [[nodiscard]] std::string link() const {
    return "https://example.com/01/" + gtin + "/10/" + lot + "/21/" + serial + "?17=" + expiry;
  }
};

std::string replaced_gtin(const Pack& pack, const std::string& gtin) {
  std::string text = pack.round();
  return text.replace(4, pack.gtin.size(), gtin);
}

struct Case {
  std::string sent;
  std::string arrived;
};
using Maker = std::function<Case(Codes&, int)>;

struct Score {
  int asked = 0;  // The damage is visible: refused, or readable with a suggestion.
  int cause_first = 0;
  int repaired_first = 0;
  int repaired_at_all = 0;
  std::string misses;
};

std::vector<Suggestion> suggestions_for(std::string_view text) {
  const auto found = interpret(text, {kToday, nullptr, {}});
  return found ? found->suggestions : found.error().suggestions;
}

Score score(DamageCause cause, const Maker& make) {
  Codes codes(20'261'120);
  Score score;
  for (int i = 0; i < kCases; ++i) {
    const Case one = make(codes, i);
    EXPECT_NE(one.sent, one.arrived);
    EXPECT_TRUE(recognise(one.sent)) << one.sent;
    ++score.asked;
    const auto suggestions = suggestions_for(one.arrived);
    if (!suggestions.empty() && suggestions[0].causes[0] == cause) {
      ++score.cause_first;
    } else {
      score.misses += one.arrived + " -> " +
                      (suggestions.empty() ? "nothing" : to_string(suggestions[0].causes[0])) +
                      "\n";
    }
    for (std::size_t n = 0; n < suggestions.size(); ++n) {
      EXPECT_TRUE(recognise(suggestions[n].repaired)) << suggestions[n].repaired;
      if (suggestions[n].repaired != one.sent) continue;
      ++score.repaired_at_all;
      if (n == 0) ++score.repaired_first;
    }
  }
  return score;
}

// The right cause first in at least 95 of 100, and the text that was sent among the suggestions.
void expect_found(DamageCause cause, const Maker& make, double repaired_share = 0.95) {
  const Score found = score(cause, make);
  EXPECT_GE(found.asked, 20);
  EXPECT_GE(found.cause_first, found.asked * 95 / 100) << to_string(cause) << "\n" << found.misses;
  EXPECT_GE(found.repaired_at_all, static_cast<int>(found.asked * repaired_share))
      << to_string(cause);
  ::testing::Test::RecordProperty(to_string(cause), found.cause_first);
}

TEST(Repair, LostSeparators) {
  expect_found(DamageCause::LostSeparator, [](Codes& codes, int i) {
    const Pack pack(codes);
    const std::string aim = i % 3 == 0 ? "]d2" : "";
    if (i % 2 == 0) return Case{aim + pack.raw(), aim + pack.raw("")};
    // With the lot in front the loss shows only where both do not fit one lot.
    Pack wide(codes);
    wide.lot = codes.of("ABCDEFGH", 6) + "7";
    wide.serial = codes.of("ABCDEFGHJK", 14);
    return Case{aim + wide.lot_first(), aim + wide.lot_first("")};
  });
}

TEST(Repair, VisibleSeparators) {
  expect_found(DamageCause::VisibleSeparator, [](Codes& codes, int i) {
    constexpr std::string_view kSpelled[] = {"<GS>",  "{GS}", "[GS]",    "^]",  "␝",
                                             "\\x1d", "%1D",  "\\u001d", "|",   "<FNC1>",
                                             "#",     "~",    "&#29;",   "\\F", "↔"};
    const Pack pack(codes);
    const std::string gs(kSpelled[static_cast<std::size_t>(i) % std::size(kSpelled)]);
    if (i % 2 == 0) return Case{pack.raw(), pack.raw(gs)};
    return Case{"]d2" + pack.lot_first(), "]d2" + pack.lot_first(gs)};
  });
}

TEST(Repair, CapsLock) {
  expect_found(DamageCause::CapsLock, [](Codes& codes, int i) {
    const Pack pack(codes);
    const auto swapped = [](std::string text) {
      for (char& c : text) {
        if (c >= 'a' && c <= 'z') {
          c = static_cast<char>(c - 32);
        } else if (c >= 'A' && c <= 'Z') {
          c = static_cast<char>(c + 32);
        }
      }
      return text;
    };
    constexpr std::string_view kAims[] = {"]d2", "]C1", "]Q3", "]e0", "]J1"};
    const std::string aim(kAims[static_cast<std::size_t>(i) % std::size(kAims)]);
    std::string sent = aim + pack.raw();
    if (i % 3 == 1) sent = pack.link();
    if (i % 3 == 2)
      sent = "urn:epc:id:sgtin:" + pack.gtin.substr(1, 11) + ".0" + pack.gtin.substr(12, 1) + "." +
             pack.serial;
    return Case{sent, swapped(sent)};
  });
}

TEST(Repair, KeyboardLayouts) {
  expect_found(DamageCause::KeyboardLayout, [](Codes& codes, int i) {
    const Pack pack(codes);
    const std::string sent = i % 3 == 0   ? pack.round()
                             : i % 3 == 1 ? pack.link()
                                          : "]d2" + pack.raw();
    // The layouts that move what these texts are made of; British moves none of it.
    const auto layouts = keyboard_layouts();
    const auto& layout = layouts[static_cast<std::size_t>(i) % (layouts.size() - 1)];
    return Case{sent, garble(sent, layout, WrongLayout::Host)};
  });
}

TEST(Repair, KeyboardLayoutsOfTheScanner) {
  expect_found(DamageCause::KeyboardLayout, [](Codes& codes, int i) {
    const Pack pack(codes);
    const auto& layout = keyboard_layouts()[static_cast<std::size_t>(i) % 2];
    const std::string sent = i % 2 == 0 ? pack.round() : pack.raw();
    return Case{sent, garble(sent, layout, WrongLayout::Scanner)};
  });
}

TEST(Repair, KeyboardLayoutAndLostSeparator) {
  Codes codes(7);
  for (int i = 0; i < 40; ++i) {
    const Pack pack(codes);
    const std::string arrived =
        garble("]d2" + pack.raw(""), keyboard_layouts()[static_cast<std::size_t>(i) % 2],
               WrongLayout::Host);
    const auto suggestions = suggestions_for(arrived);
    ASSERT_FALSE(suggestions.empty()) << arrived;
    EXPECT_EQ(suggestions[0].causes[0], DamageCause::KeyboardLayout);
  }
}

TEST(Repair, YzSwap) {
  expect_found(DamageCause::YzSwap, [](Codes& codes, int i) {
    // Only a check over letters can tell: a model number's pair, or a country.
    std::string sent;
    std::string arrived;
    do {
      if (i % 4 == 0) {
        constexpr std::string_view kCountries[] = {"NZ", "ZA", "CZ", "DZ", "KZ", "MZ", "TZ", "BZ"};
        sent = "(00)" +
               [&] {
                 const std::string digits = "1950" + codes.of("0123456789", 13);
                 return digits + *check_digit(digits);
               }() +
               "(4307)" + std::string(kCountries[codes.below(std::size(kCountries))]);
      } else {
        const std::string model = "9501234" + codes.of("YZABCDEFGH", 4 + codes.below(10)) + "YA";
        sent = "(8013)" + model + *check_pair(model);
      }
      arrived = sent;
      for (char& c : arrived) c = c == 'Y' ? 'Z' : c == 'Z' ? 'Y' : c;
    } while (recognise(arrived));
    return Case{sent, arrived};
  });
}

TEST(Repair, Blanks) {
  expect_found(DamageCause::Blanks, [](Codes& codes, int i) {
    constexpr std::string_view kBlanks[] = {
        " ", "\t", "\r", "\n", "\r\n", "\xC2\xA0", "\xE2\x80\x8B", "\xEF\xBB\xBF", "  "};
    const Pack pack(codes);
    const std::string blank(kBlanks[static_cast<std::size_t>(i) % std::size(kBlanks)]);
    std::string sent = i % 3 == 0 ? pack.round() : i % 3 == 1 ? pack.raw() : pack.link();
    std::string arrived = sent;
    arrived.insert(i % 5 == 0 ? arrived.size() : codes.below(arrived.size()), blank);
    return Case{sent, arrived};
  });
}

TEST(Repair, LettersForDigits) {
  expect_found(DamageCause::LetterForDigit, [](Codes& codes, int i) {
    const Pack pack(codes);
    std::string sent = i % 3 == 0 ? pack.raw() : i % 3 == 1 ? pack.round() : pack.gtin;
    std::string arrived = sent;
    const std::size_t end = sent.find(pack.gtin) + 14;  // AI and GTIN: digits alone.
    while (arrived == sent) {
      for (std::size_t at = 0; at < end; ++at) {
        if (codes.below(3) != 0) continue;
        if (arrived[at] == '0') arrived[at] = "Oo"[codes.below(2)];
        if (arrived[at] == '1') arrived[at] = "Il"[codes.below(2)];
      }
    }
    return Case{sent, arrived};
  });
}

TEST(Repair, EanGlued) {
  expect_found(DamageCause::EanGlued, [](Codes& codes, int i) {
    const Pack pack(codes);
    const std::string ean = pack.gtin.substr(1);
    if (i % 4 == 0) return Case{pack.raw(), ean + pack.raw()};
    if (i % 4 == 1) return Case{"]d2" + pack.raw(), "]d2" + pack.raw() + "]E0" + ean};
    if (i % 4 == 2) return Case{pack.lot_first(), pack.lot_first() + ean};
    return Case{pack.raw(), pack.raw() + ean};
  });
}

TEST(Repair, ScannedTwice) {
  expect_found(DamageCause::ScannedTwice, [](Codes& codes, int i) {
    const Pack pack(codes);
    const std::string sent = i % 2 == 0 ? "]d2" + pack.raw() : pack.link();
    return Case{sent, sent + (i % 3 == 0 ? "\r" : "") + sent};
  });
}

TEST(Repair, SymbologyIdentifiers) {
  expect_found(DamageCause::SymbologyIdentifier, [](Codes& codes, int i) {
    const Pack pack(codes);
    constexpr std::string_view kPlain[] = {"]d1", "]Q1", "]C0", "]J0"};
    if (i % 2 == 0) return Case{pack.raw(), std::string(kPlain[codes.below(4)]) + pack.raw()};
    constexpr std::string_view kAims[] = {"]d2", "]C1", "]Q3", "]e0", "]J1"};
    const std::string sent = std::string(kAims[codes.below(5)]) + pack.raw();
    return Case{sent, sent.substr(1)};
  });
}

TEST(Repair, GtinForms) {
  expect_found(DamageCause::GtinForm, [](Codes& codes, int i) {
    Pack pack(codes);
    const std::string ean = pack.gtin.substr(1);
    if (i % 3 == 0) return Case{pack.round(), replaced_gtin(pack, ean)};
    if (i % 3 == 1) {
      const std::string sent = pack.raw();
      return Case{sent, "01" + ean + sent.substr(16)};
    }
    // A case's indicator before a GTIN-13 whose check digit was kept.
    const std::string digits = "1" + ean.substr(0, 12);
    const std::string right = digits + *check_digit(digits);
    return Case{"(01)" + right, "(01)1" + ean};
  });
}

TEST(Repair, TransposedDigits) {
  expect_found(
      DamageCause::TransposedDigits,
      [](Codes& codes, int i) {
        Pack pack(codes);
        std::string wrong = pack.gtin;
        while (has_valid_check_digit(wrong)) {
          wrong = pack.gtin;
          const std::size_t at = 1 + codes.below(12);
          std::swap(wrong[at], wrong[at + 1]);
        }
        if (i % 3 == 0) return Case{pack.gtin, wrong};
        return Case{pack.round(), replaced_gtin(pack, wrong)};
      },
      0.9);
}

TEST(Repair, NeverOnCorrectInput) {
  Codes codes(42);
  constexpr std::string_view kCset82 =
      "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";
  for (int i = 0; i < 4000; ++i) {
    Pack pack(codes);
    const std::string_view set = i % 4 == 0 ? "0123456789" : i % 4 == 1 ? kCset82 : kCapitals;
    pack.serial = codes.of(set, 1 + codes.below(20));
    pack.lot = codes.of(set, 1 + codes.below(20));
    const std::string square = "[01]" + pack.gtin + "[21]" + pack.serial + "[10]" + pack.lot;
    for (const std::string& text :
         {pack.raw(), "]d2" + pack.raw(), pack.lot_first(), square, pack.gtin, pack.gtin.substr(1),
          "01" + pack.gtin + "21" + pack.serial, "01" + pack.gtin + "10" + pack.lot}) {
      const auto found = interpret(text, {kToday, nullptr, {}});
      ASSERT_TRUE(found) << text << found.error().error.to_text();
      EXPECT_TRUE(found->suggestions.empty())
          << text << " " << to_string(found->suggestions[0].causes[0]);
    }
  }
}

TEST(Repair, LongTextsAreLeftAlone) {
  const std::string head = "]D2010950600013435221";
  EXPECT_FALSE(suggest_repairs(head + "a", kToday).empty());
  const std::string at(kRepairTextMax, 'x');
  EXPECT_TRUE(suggest_repairs(at, kToday).empty());
  EXPECT_TRUE(suggest_repairs(at + "x", kToday).empty());
  // The longest that is still looked at: a text of blanks around a code.
  std::string blanks = "09506000134352";
  blanks.insert(0, kRepairTextMax - blanks.size(), ' ');
  EXPECT_EQ(suggest_repairs(blanks, kToday).size(), 1U);
  EXPECT_TRUE(suggest_repairs(" " + blanks, kToday).empty());
}

TEST(Keyboard, LayoutsAreUndone) {
  const std::string text = "]d201(21)ABCxyz/-_=?&;:<>+*'\"%!0123456789";
  for (const KeyboardLayout& layout : keyboard_layouts()) {
    EXPECT_EQ(ungarble(garble(text, layout, WrongLayout::Host), layout, WrongLayout::Host), text)
        << layout.name;
  }
  EXPECT_EQ(garble("]d2", keyboard_layouts()[0], WrongLayout::Host), "+d2");
  EXPECT_EQ(garble("01", keyboard_layouts()[1], WrongLayout::Host), "à&");
}

}  // namespace
}  // namespace packtrail::gs1
