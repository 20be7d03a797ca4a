#include "numbering/signed_code.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "gs1/digital_link.h"

namespace packtrail::numbering {
namespace {

using gs1::ElementString;

NoteSecretKey key_of(std::uint8_t seed, std::string_view name = "example.com/codes") {
  auto key = NoteSecretKey::from_seed(name, Bytes(32, seed));
  EXPECT_TRUE(key);
  return *std::move(key);
}

VerifierKeys trust(std::initializer_list<const NoteSecretKey*> keys) {
  std::string text = "# trusted\n\n";
  for (const auto* key : keys) text += key->public_key().to_text() + "\n";
  return *VerifierKeys::parse(text);
}

ElementString elements_of(std::string_view text) {
  auto elements = ElementString::parse(text);
  EXPECT_TRUE(elements) << elements.error().to_text();
  return *elements;
}

constexpr std::string_view kPack = "(01)09506000134352(21)K7MW(10)LOT1(17)271231";

// The elements without `ai`, and with `other` at the end.
ElementString with_changed(const ElementString& from, gs1::Ai ai, std::string_view other) {
  ElementString to;
  for (std::size_t i = 0; i < from.size(); ++i) {
    if (from[i].ai == ai) continue;
    EXPECT_TRUE(to.add(from[i].ai, from[i].value));
  }
  EXPECT_TRUE(other.empty() || to.add(ai, other));
  return to;
}

TEST(SignedCode, VerifiesInEveryWriting) {
  const auto key = key_of(1);
  const auto keys = trust({&key});
  const auto code = sign_code(elements_of(kPack), key);
  ASSERT_TRUE(code) << code.error().to_text();
  EXPECT_EQ(code->find("8030")->size(), kSignedCodeTextSize);
  const auto verdict = verify_code(*code, keys);
  ASSERT_TRUE(verdict.accepted()) << verdict.error.to_text();
  EXPECT_EQ(verdict.signer->name(), "example.com/codes");
  EXPECT_TRUE(verify_code(elements_of(code->to_raw()), keys).accepted());
  EXPECT_TRUE(verify_code(elements_of(code->to_bracketed()), keys).accepted());
  const auto link = gs1::to_digital_link(*code, "https://example.com");
  ASSERT_TRUE(link) << link.error().to_text();
  const auto read = gs1::parse_digital_link(*link);
  ASSERT_TRUE(read);
  EXPECT_NE(code->to_raw(), read->elements.to_raw());  // Another order: (10) before (21).
  EXPECT_TRUE(verify_code(read->elements, keys).accepted());
}

// The bytes that docs/formats/signed-code.md gives as its example.
TEST(SignedCode, SignsTheDocumentedText) {
  SignedCodeValue value;
  value.key_id = {0xab, 0x12};
  EXPECT_EQ(signed_text(elements_of("(21)K7MW(17)271231(01)09506000134352"), value),
            "packtrail signed code\n11 ab12\n01 09506000134352\n17 271231\n21 K7MW\n");
}

TEST(SignedCode, ValueRoundTripsAndNoticesEveryCharacter) {
  const auto key = key_of(1);
  const auto keys = trust({&key});
  const auto code = *sign_code(elements_of(kPack), key);
  const std::string value(*code.find("8030"));
  EXPECT_EQ(SignedCodeValue::parse(value)->to_text(), value);
  for (std::size_t at = 0; at < value.size(); ++at) {
    std::string damaged = value;
    damaged[at] = damaged[at] == 'Q' ? 'R' : 'Q';
    const auto parsed = SignedCodeValue::parse(damaged);
    if (parsed) {
      const auto verdict = verify_code(with_changed(code, {8030, 4}, damaged), keys);
      EXPECT_FALSE(verdict.accepted()) << at;
    }
  }
}

SignedCodeFault fault_of(const ElementString& code, const VerifierKeys& keys) {
  const auto verdict = verify_code(code, keys);
  EXPECT_FALSE(verdict.accepted());
  EXPECT_FALSE(verdict.error.message.empty());
  EXPECT_EQ(verdict.error.code, Errc::InvalidArgument);
  return verdict.fault;
}

TEST(SignedCode, EveryRefusalHasItsOwnName) {
  const auto key = key_of(1);
  const auto stranger = key_of(2);
  const auto keys = trust({&key});
  const auto code = *sign_code(elements_of(kPack), key);
  const std::string value(*code.find("8030"));

  EXPECT_EQ(fault_of(elements_of(kPack), keys), SignedCodeFault::Unsigned);
  EXPECT_EQ(fault_of(code, trust({&stranger})), SignedCodeFault::UnknownKey);
  EXPECT_EQ(fault_of(with_changed(code, gs1::kAiLot, "LOT2"), keys), SignedCodeFault::Altered);
  EXPECT_EQ(fault_of(with_changed(code, gs1::kAiSerial, "K7MX"), keys), SignedCodeFault::Altered);
  EXPECT_EQ(fault_of(with_changed(code, gs1::kAiExpiry, ""), keys), SignedCodeFault::Altered);
  EXPECT_EQ(fault_of(with_changed(code, {8030, 4}, value.substr(0, 80)), keys),
            SignedCodeFault::Malformed);
  EXPECT_EQ(fault_of(with_changed(code, {8030, 4}, "I" + value.substr(1)), keys),
            SignedCodeFault::Profile);

  ElementString more = code;
  ASSERT_TRUE(more.add(*gs1::Ai::parse("240"), "X"));
  EXPECT_EQ(fault_of(more, keys), SignedCodeFault::Added);
  EXPECT_NE(verify_code(more, keys).error.message.find("(240)"), std::string::npos);
  ASSERT_TRUE(more.add(*gs1::Ai::parse("91"), "Y"));
  EXPECT_EQ(fault_of(more, keys), SignedCodeFault::Added);
  EXPECT_NE(verify_code(more, keys).error.message.find("(240) and (91)"), std::string::npos);
  ASSERT_TRUE(more.add(*gs1::Ai::parse("92"), "Z"));
  EXPECT_EQ(fault_of(more, keys), SignedCodeFault::Altered);  // Only one or two are looked for.
}

TEST(SignedCode, AnotherCodesSignatureDoesNotFit) {
  const auto key = key_of(1);
  const auto keys = trust({&key});
  const auto other = *sign_code(elements_of("(01)09506000134352(21)K7MX"), key);
  ElementString forged = elements_of(kPack);
  ASSERT_TRUE(forged.add({8030, 4}, *other.find("8030")));
  EXPECT_EQ(fault_of(forged, keys), SignedCodeFault::Altered);
}

// Values may look like the lines of other elements only if they could hold a line end.
TEST(SignedCode, ElementsCannotBeShiftedIntoEachOther) {
  SignedCodeValue value;
  EXPECT_NE(signed_text(elements_of("(01)09506000134352(21)A(10)B"), value),
            signed_text(elements_of("[01]09506000134352[21]A10B"), value));
  EXPECT_TRUE(rc::check("signed texts are equal only for equal elements", [] {
    const auto text = [] {
      return *rc::gen::nonEmpty(rc::gen::container<std::string>(
          rc::gen::element('0', '1', '2', '%', '/', '(', ')', 'A')));
    };
    ElementString a;
    ElementString b;
    const std::string sa = text().substr(0, 20), la = text().substr(0, 20);
    const std::string sb = text().substr(0, 20), lb = text().substr(0, 20);
    RC_ASSERT(a.add(gs1::kAiSerial, sa).has_value() && a.add(gs1::kAiLot, la).has_value());
    RC_ASSERT(b.add(gs1::kAiLot, lb).has_value() && b.add(gs1::kAiSerial, sb).has_value());
    RC_ASSERT((signed_text(a, {}) == signed_text(b, {})) == (sa == sb && la == lb));
  }));
}

TEST(SignedCode, OnlyForSerialisedKeys) {
  const auto key = key_of(1);
  for (const char* text : {"(00)095060000000000015", "(01)09506000134352(21)A",
                           "(253)9506000134352A", "(8004)9506000ABC"}) {
    EXPECT_TRUE(sign_code(elements_of(text), key)) << text;
  }
  for (const char* text : {"(01)09506000134352", "(01)09506000134352(10)L", "(21)A"}) {
    const auto refused = sign_code(elements_of(text), key);
    ASSERT_FALSE(refused) << text;
    EXPECT_EQ(refused.error().code, Errc::InvalidArgument);
  }
  const auto code = *sign_code(elements_of(kPack), key);
  EXPECT_FALSE(sign_code(code, key)) << "signed twice";
}

TEST(SignedCode, SeveralKeysAndRotation) {
  const auto old_key = key_of(1, "example.com/2025");
  const auto new_key = key_of(2, "example.com/2026");
  const auto keys = trust({&old_key, &new_key});
  for (const auto* key : {&old_key, &new_key}) {
    const auto verdict = verify_code(*sign_code(elements_of(kPack), *key), keys);
    ASSERT_TRUE(verdict.accepted());
    EXPECT_EQ(*verdict.signer, key->public_key());
  }
}

// Two keys with one short id: both are tried.
TEST(SignedCode, KeysWithTheSameShortId) {
  const auto first = key_of(1);
  const auto id = first.public_key().hash();
  const auto anybody = key_of(3);
  for (unsigned i = 0; i < 1'000'000; ++i) {
    const std::string name = "example.com/" + std::to_string(i);
    const auto hash = note_key_hash(name, anybody.public_key().key());
    if (hash[0] != id[0] || hash[1] != id[1]) continue;
    const auto other = key_of(3, name);
    const auto keys = trust({&first, &other});
    const auto verdict = verify_code(*sign_code(elements_of(kPack), other), keys);
    ASSERT_TRUE(verdict.accepted());
    EXPECT_EQ(verdict.signer->name(), other.public_key().name());
    return;
  }
  FAIL() << "no such key";
}

TEST(VerifierKeys, Refusals) {
  const auto key = key_of(1);
  const std::string line = key.public_key().to_text();
  EXPECT_EQ(VerifierKeys::parse("# none\n").error().message, "there is no key");
  EXPECT_EQ(VerifierKeys::parse("#\n" + line + "\n" + line).error().field, "keys, line 3");
  EXPECT_EQ(VerifierKeys::parse(line + "\nx").error().field, "keys, line 2");
  EXPECT_NE(VerifierKeys::parse(key.reveal()).error().message.find("secret"), std::string::npos);
  EXPECT_EQ(VerifierKeys::parse(line + "\r\n")->keys().size(), 1U);
  EXPECT_EQ(VerifierKeys::parse(std::string(VerifierKeys::kTextMax + 1, '#')).error().code,
            Errc::ResourceExhausted);
  EXPECT_TRUE(VerifierKeys::parse(line + "\n#" +
                                  std::string(VerifierKeys::kTextMax - line.size() - 2, '#')));
}

}  // namespace
}  // namespace packtrail::numbering
