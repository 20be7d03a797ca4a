#include "gs1/interpretation.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>

#include "gs1/ai_sample.h"
#include "gs1/check_digit.h"
#include "gs1/epc_bits.h"
#include "gs1/epc_testing.h"

namespace packtrail::gs1 {
namespace {

const Date kToday = *Date::parse("2026-11-20");
const InterpretationOptions kPlain{kToday, nullptr, {}};

const Form& form(const Interpretation& found, FormKind kind) {
  return found.forms[static_cast<std::size_t>(kind)];
}

bool warns(const Interpretation& found, std::string_view code) {
  return std::any_of(found.warnings.begin(), found.warnings.end(),
                     [&](const Warning& warning) { return warning.code == code; });
}

struct SyntaxCase {
  const char* text;
  Syntax syntax;
};
TEST(Interpretation, RecognisesEverySyntax) {
  const SyntaxCase cases[] = {
      {"010950600013435221ABC\x1d"
       "17271231",
       Syntax::RawElementString},
      {"\x1d"
       "0109506000134352",
       Syntax::RawElementString},
      {"]d2010950600013435221ABC", Syntax::AimElementString},
      {"(01)09506000134352", Syntax::RoundBrackets},
      {"[01]09506000134352[21]A(1)", Syntax::SquareBrackets},
      {"https://example.com/x/01/09506000134352", Syntax::DigitalLink},
      {"urn:epc:id:sgtin:95060001343.05.123456789", Syntax::EpcUrn},
      {"urn:epc:class:lgtin:95060001343.05.LOT", Syntax::EpcClassUrn},
      {"urn:epc:idpat:sgtin:95060001343.05.*", Syntax::EpcPattern},
      {"urn:epc:tag:sgtin-96:3.0614141.812345.6789", Syntax::EpcTagUrn},
      {"urn:epc:raw:96.x3074257BF7194E4000001A85", Syntax::EpcRawUrn},
      {"3066C4409047E140075BCD15", Syntax::EpcBinary},
      {"fb342cde795211411234538566cb0afc4000", Syntax::EpcBinary},
      {"09506000134352", Syntax::PlainKey},
      {"9506000134352", Syntax::PlainKey},
      {"95012346", Syntax::PlainKey},
      {"095201234567891235", Syntax::PlainKey},
      {"]E09506000134352", Syntax::PlainKey},
  };
  for (const SyntaxCase& one : cases) {
    const auto found = interpret(one.text, kPlain);
    ASSERT_TRUE(found) << one.text << " " << found.error().error.to_text();
    EXPECT_EQ(found->syntax, one.syntax) << one.text << " " << to_string(found->syntax);
    EXPECT_FALSE(found->keys.empty()) << one.text;
    EXPECT_EQ(found->forms.size(), kFormKindCount);
  }
}

TEST(Interpretation, BrokenTagsAreNoElementStrings) {
  const auto broken = interpret("303C257BF7194E4000001A85", kPlain);
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().error.field, "EPC tag");
  EXPECT_NE(broken.error().error.message.find("partition"), std::string::npos);
  EXPECT_TRUE(interpret("307BFFFFF7194E4000001A85", kPlain).error().suggestions.empty());
  EXPECT_NE(broken.error().error.remedy.find("(30)"), std::string::npos);
  const auto cut = interpret("3034257BF7194E4000001A8", kPlain);
  ASSERT_FALSE(cut);
  EXPECT_EQ(cut.error().error.field, "EPC tag");
  EXPECT_NE(cut.error().error.message.find("96 bits"), std::string::npos);

  // An ITIP-110 with piece 1 of 2, then 100 of 2: bits 58 to 64 hold the piece.
  const auto itip = parse_epc("urn:epc:id:itip:9521141.012345.01.02.981");
  ASSERT_TRUE(itip);
  std::string hex = *to_epc_hex({itip->value, EpcCoding::kItip110, 1, 7, {}, false});
  ASSERT_EQ(hex.size(), 28U);
  auto bits = *EpcBits::from_hex(hex);
  EpcBits changed;
  changed.put(*bits.take(58), 58);
  changed.put(100, 7);
  ASSERT_EQ(bits.take(7), Wide{1});
  changed.put(*bits.take(47), 47);
  hex = changed.to_hex();
  ASSERT_EQ(hex.substr(0, 3), "403");
  const auto pieces = interpret(hex, kPlain);
  ASSERT_FALSE(pieces);
  EXPECT_EQ(pieces.error().error.field, "EPC tag");
  EXPECT_NE(pieces.error().error.message.find("piece at bit 58 (7 bits)"), std::string::npos)
      << pieces.error().error.message;
  // A route of hexadecimal digits beside its SSCC is no tag.
  EXPECT_TRUE(interpret("(00)095201234567891235(403)" + hex.substr(3), kPlain));
  // Nor is what no header begins, and an AI whose value is wrong keeps its own error.
  EXPECT_EQ(interpret("310300075A1234", kPlain).error().error.field, "3103");
}

TEST(Interpretation, WarnsOfDaysThatDoNotExistInTheirCentury) {
  const InterpretationOptions late{*Date::parse("2099-01-01"), nullptr, {}};
  const auto found = interpret("(01)09521234543213(17)000229", late);
  ASSERT_TRUE(found);
  EXPECT_TRUE(warns(*found, "no_such_day"));
  EXPECT_EQ(found->elements[1].meaning, "");
  EXPECT_FALSE(warns(*interpret("(01)09521234543213(17)000229", kPlain), "no_such_day"));
  EXPECT_FALSE(warns(*interpret("(01)09521234543213(17)000228", late), "no_such_day"));
  EXPECT_TRUE(warns(*interpret("(01)09521234543213(7007)990101000229", late), "no_such_day"));
}

TEST(Interpretation, MixedSchemesAreToldAndMended) {
  for (const std::string_view scheme : {"Https", "hTTPS", "Http", "HttpS"}) {
    const bool safe = scheme.size() == 5;
    const auto found = interpret(std::string(scheme) + "://id.gs1.org/01/09506000134352", kPlain);
    ASSERT_FALSE(found) << scheme;
    EXPECT_EQ(found.error().error.field, "Digital Link");
    EXPECT_EQ(found.error().error.offset, 0U);
    EXPECT_EQ(found.error().error.length, scheme.size());
    ASSERT_EQ(found.error().suggestions.size(), 1U) << scheme;
    EXPECT_EQ(found.error().suggestions[0].causes.front(), DamageCause::SchemeCase);
    EXPECT_EQ(found.error().suggestions[0].repaired,
              std::string(safe ? "https" : "http") + "://id.gs1.org/01/09506000134352");
  }
  EXPECT_EQ(mixed_scheme_size("https://a"), 0U);
  EXPECT_EQ(mixed_scheme_size("HTTP://a"), 0U);
  EXPECT_EQ(mixed_scheme_size("Https:/a"), 0U);
  EXPECT_EQ(mixed_scheme_size("Ht"), 0U);
  EXPECT_EQ(mixed_scheme_size("Hxtps://a"), 0U);
}

TEST(Interpretation, ReadsGermanNumbersAlone) {
  const auto key = [](const Interpretation& found, std::string_view kind) -> std::string {
    for (const InterpretedKey& one : found.keys) {
      if (one.kind == kind) return one.value;
    }
    return "";
  };
  for (const auto& [text, syntax] :
       {std::pair("110375286414", Syntax::PlainPpn), std::pair("03752864", Syntax::PlainPzn)}) {
    const auto found = interpret(text, kPlain);
    ASSERT_TRUE(found) << text << found.error().error.to_text();
    EXPECT_EQ(found->syntax, syntax);
    EXPECT_EQ(key(*found, "PPN"), "110375286414");
    EXPECT_EQ(key(*found, "PZN"), "03752864");
    EXPECT_EQ(key(*found, "NTIN"), Pzn::parse("03752864")->ntin().digits());
    EXPECT_TRUE(form(*found, FormKind::Mh10Message).possible);
  }
  // With a wrong check digit they are the GTINs that their sizes make of them.
  EXPECT_EQ(interpret("03752865", kPlain).error().error.field, "GTIN");
  EXPECT_FALSE(interpret("110375286415", kPlain));
  // What passes both checks is a GTIN-8, and the doubt is told.
  std::size_t both = 0;
  for (int seven = 9'500'000; seven < 9'500'400; ++seven) {
    const std::string digits = std::to_string(seven);
    const auto pzn = Pzn::complete(digits);
    if (!pzn || !has_valid_check_digit(pzn->digits())) continue;
    const auto found = interpret(pzn->digits(), kPlain);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->syntax, Syntax::PlainKey);
    EXPECT_TRUE(warns(*found, "may_be_pzn"));
    ++both;
  }
  EXPECT_GT(both, 10U);
}

TEST(Interpretation, GivesEveryForm) {
  const auto found = interpret("3066C4409047E140075BCD15", kPlain);
  ASSERT_TRUE(found);
  EXPECT_EQ(form(*found, FormKind::RawElementString).text, "010950600013435221123456789");
  EXPECT_EQ(form(*found, FormKind::RoundBrackets).text, "(01)09506000134352(21)123456789");
  EXPECT_EQ(form(*found, FormKind::SquareBrackets).text, "[01]09506000134352[21]123456789");
  EXPECT_EQ(form(*found, FormKind::DigitalLink).text,
            "https://id.gs1.org/01/09506000134352/21/123456789");
  EXPECT_EQ(form(*found, FormKind::EpcUrn).text, "urn:epc:id:sgtin:95060001343.05.123456789");
  EXPECT_EQ(form(*found, FormKind::EpcTagUrn).text,
            "urn:epc:tag:sgtin-96:3.95060001343.05.123456789");
  EXPECT_EQ(form(*found, FormKind::EpcBinary).text, "3066C4409047E140075BCD15");
  EXPECT_TRUE(form(*found, FormKind::EpcBinaryPlus).possible);
  EXPECT_FALSE(warns(*found, "serial_not_sgtin_96"));
}

TEST(Interpretation, ReadsAndWritesGermanMessages) {
  const std::string message =
      "[)>\x1e"
      "06\x1d"
      "9N111234567842\x1d"
      "1TABC\x1d"
      "D271200\x1d"
      "S123\x1e\x04";
  const auto found = interpret(message, kPlain);
  ASSERT_TRUE(found) << found.error().error.to_text();
  EXPECT_EQ(found->syntax, Syntax::Mh10Message);
  EXPECT_EQ(form(*found, FormKind::Mh10Message).text, message);
  EXPECT_EQ(form(*found, FormKind::RoundBrackets).text,
            "(01)04150123456782(21)123(17)271200(10)ABC");
  EXPECT_TRUE(std::any_of(found->keys.begin(), found->keys.end(), [](const InterpretedKey& key) {
    return key.kind == "PZN" && key.value == "12345678";
  }));
  const auto back = interpret(form(*found, FormKind::RoundBrackets).text, kPlain);
  ASSERT_TRUE(back);
  EXPECT_EQ(form(*back, FormKind::Mh10Message).text, message);
  EXPECT_EQ(interpret("]d1" + message, kPlain)->syntax, Syntax::Mh10Message);
}

TEST(Interpretation, SaysWhatAnUnknownPrefixLengthPrevents) {
  const char* text = "(01)09506000134352(21)12";
  const auto unknown = interpret(text, kPlain);
  ASSERT_TRUE(unknown);
  for (const FormKind kind : {FormKind::EpcUrn, FormKind::EpcTagUrn, FormKind::EpcBinary}) {
    EXPECT_FALSE(form(*unknown, kind).possible);
    EXPECT_NE(form(*unknown, kind).reason.find("company prefix"), std::string::npos);
    EXPECT_FALSE(form(*unknown, kind).remedy.empty());
  }
  EXPECT_TRUE(form(*unknown, FormKind::EpcBinaryPlus).possible);

  GcpLengthTable table;
  ASSERT_TRUE(table.add("95060001343", 11));
  const auto listed = interpret(text, {kToday, &table, {}});
  ASSERT_TRUE(listed);
  EXPECT_EQ(form(*listed, FormKind::EpcUrn).text, "urn:epc:id:sgtin:95060001343.05.12");
  const auto said = interpret(text, {kToday, &table, 7});
  ASSERT_TRUE(said);
  EXPECT_EQ(form(*said, FormKind::EpcUrn).text, "urn:epc:id:sgtin:9506000.013435.12");
  // A URN says itself how long it is.
  const auto urn = interpret("urn:epc:id:sgtin:950600.0013435.12", {kToday, &table, 7});
  ASSERT_TRUE(urn);
  EXPECT_EQ(form(*urn, FormKind::EpcUrn).text, "urn:epc:id:sgtin:950600.0013435.12");
}

TEST(Interpretation, Warns) {
  const auto pack = interpret("010950600013435221ABC", kPlain);
  ASSERT_TRUE(pack);
  EXPECT_TRUE(warns(*pack, "expiry_missing"));
  EXPECT_TRUE(warns(*pack, "lot_missing"));
  EXPECT_TRUE(warns(*pack, "serial_not_sgtin_96"));
  EXPECT_FALSE(warns(*pack, "partner_missing"));
  const auto old = interpret("(01)09506000134352(21)1(17)250100(10)A", kPlain);
  ASSERT_TRUE(old);
  EXPECT_TRUE(warns(*old, "expired"));
  EXPECT_TRUE(warns(*old, "expiry_without_day"));
  EXPECT_FALSE(warns(*old, "expiry_missing"));
  const auto alone = interpret("(21)ABC", kPlain);
  ASSERT_TRUE(alone);
  EXPECT_TRUE(warns(*alone, "partner_missing"));
  const auto excluded = interpret("(01)09506000134352(37)5", kPlain);
  ASSERT_TRUE(excluded);
  EXPECT_TRUE(warns(*excluded, "partner_excluded"));
  const auto extra = interpret(
      "0109506000134352\x1d"
      "21ABC",
      kPlain);
  ASSERT_TRUE(extra);
  EXPECT_TRUE(warns(*extra, "superfluous_separator"));
  EXPECT_TRUE(warns(*interpret("010950600013435221ABC\x1d", kPlain), "superfluous_separator"));
  EXPECT_FALSE(warns(*interpret("010950600013435221A\x1d"
                                "10B",
                                kPlain),
                     "superfluous_separator"));
  EXPECT_TRUE(warns(*interpret("9506000134352", kPlain), "may_be_gln"));
  EXPECT_FALSE(warns(*interpret("09506000134352", kPlain), "may_be_gln"));
  EXPECT_TRUE(warns(*interpret("950123456789012345", kPlain), "may_be_key"));
  // 2^38 - 1 is the largest serial of an SGTIN-96.
  EXPECT_FALSE(
      warns(*interpret("(01)09506000134352(21)274877906943", kPlain), "serial_not_sgtin_96"));
  EXPECT_TRUE(
      warns(*interpret("(01)09506000134352(21)274877906944", kPlain), "serial_not_sgtin_96"));
  EXPECT_TRUE(warns(*interpret("(01)09506000134352(21)01", kPlain), "serial_not_sgtin_96"));
  EXPECT_FALSE(warns(*interpret("(01)09506000134352(21)0", kPlain), "serial_not_sgtin_96"));
}

TEST(Interpretation, RoundBracketsAreRefusedForValuesThatHoldThem) {
  const auto found = interpret("[01]09506000134352[21]A(B)C/D", kPlain);
  ASSERT_TRUE(found);
  EXPECT_FALSE(form(*found, FormKind::RoundBrackets).possible);
  EXPECT_EQ(form(*found, FormKind::SquareBrackets).text, "[01]09506000134352[21]A(B)C/D");
}

TEST(Interpretation, RefusalsNameThePlace) {
  const auto check_digit = interpret("(01)09506000134353(21)A", kPlain);
  ASSERT_FALSE(check_digit);
  EXPECT_EQ(check_digit.error().error.field, "01");
  EXPECT_EQ(check_digit.error().error.offset, 17U);
  EXPECT_EQ(check_digit.error().error.length, 1U);
  EXPECT_FALSE(check_digit.error().error.remedy.empty());
  const auto empty = interpret("", kPlain);
  ASSERT_FALSE(empty);
  EXPECT_TRUE(empty.error().suggestions.empty());
  const std::string at = "(01)09506000134352(21)" + std::string(kRecogniseMax - 22, 'A');
  EXPECT_NE(interpret(at, kPlain).error().error.field, "text");
  EXPECT_EQ(interpret(at + "A", kPlain).error().error.field, "text");
}

// Every writing of a value is read as the same value: URN, tag, bits, link, element string.
TEST(Interpretation, EveryFormOfEveryEpcComesBack) {
  EXPECT_TRUE(rc::check([] {
    const testing::RandomEpc random = testing::random_epc();
    const auto urn = to_urn(random.value, random.gcp);
    RC_PRE(urn.has_value());
    InterpretationOptions options = kPlain;
    options.gcp_length = random.gcp;
    const auto found = interpret(*urn, options);
    RC_ASSERT(found.has_value());
    RC_ASSERT(form(*found, FormKind::EpcUrn).text == *urn);
    for (const Form& one : found->forms) {
      if (!one.possible || one.kind == FormKind::Mh10Message) continue;
      const auto again = interpret(one.text, options);
      if (!again) RC_FAIL(one.text + " " + again.error().error.to_text());
      // (401) and the bits of an ITIP can be the same digits.
      const bool bits = one.kind >= FormKind::EpcBinary;
      if (bits && one.text.find_first_not_of("0123456789") == std::string::npos) continue;
      if (!(again->source == found->source)) {
        RC_FAIL(one.text + " read as " + again->source.to_bracketed());
      }
      RC_ASSERT(form(*again, FormKind::EpcUrn).text == *urn);
    }
  }));
}

// Every AI's value, alone, comes back from each form that its syntax allows, and says its title.
TEST(Interpretation, EveryAiComesBack) {
  std::size_t read = 0;
  for (const AiEntry& entry : ai_table()) {
    for (unsigned number = entry.first; number <= entry.last; ++number) {
      const Ai ai{static_cast<std::uint16_t>(number), entry.digits};
      const auto value = sample_value(entry, entry.size_max, number);
      if (!value) continue;
      ElementString elements;
      ASSERT_TRUE(elements.add(ai, *value));
      // Digits alone can be the digits of a key as well; brackets leave no doubt.
      const auto found = interpret(elements.to_bracketed(), kPlain);
      if (!found) {
        ADD_FAILURE() << elements.to_bracketed() << " " << found.error().error.to_text();
        continue;
      }
      EXPECT_FALSE(found->elements[0].title.empty());
      for (const Form& one : found->forms) {
        if (!one.possible || one.kind > FormKind::DigitalLink) continue;
        const auto again = interpret(one.text, kPlain);
        if (again && again->syntax >= Syntax::PlainKey) continue;  // Or a PZN.
        ASSERT_TRUE(again) << one.text;
        EXPECT_TRUE(again->source == elements) << one.text;
      }
      ++read;
    }
  }
  EXPECT_GT(read, 500U);
}

}  // namespace
}  // namespace packtrail::gs1
