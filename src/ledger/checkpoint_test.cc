#include "ledger/checkpoint.h"

#include <gtest/gtest.h>

#include "ledger/testing.h"

namespace packtrail::ledger {
namespace {

using testing::TestSigner;

std::string signed_text(std::uint64_t size = 42) {
  Checkpoint head{.origin = "packtrail.example/log", .size = size, .root = {}};
  head.root.fill(0xAB);
  const auto text = sign_checkpoint(head, TestSigner());
  EXPECT_TRUE(text) << text.error().to_text();
  return text ? *text : "";
}

// The example of the signed-note specification's first implementation (Go, sumdb/note).
TEST(Checkpoint, KeyIdAndSignatureOfThePublishedNote) {
  const auto key = from_base64("ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW");
  ASSERT_TRUE(key);
  const ByteView public_key = ByteView(*key).subspan(1);  // The first byte is the type.
  EXPECT_EQ(to_hex(ed25519_key_id("PeterNeumann", public_key)), "c74f20a3");
  const auto signature = from_base64(
      "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM"
      "=");
  ASSERT_TRUE(signature);
  EXPECT_TRUE(ed25519_verify(public_key,
                             as_bytes("If you think cryptography is the answer to your problem,\n"
                                      "then you don't know what your problem is.\n"),
                             ByteView(*signature).subspan(4)));
}

TEST(Checkpoint, HasTheSpecifiedLines) {
  const std::string text = signed_text();
  const auto parsed = SignedCheckpoint::parse(text);
  ASSERT_TRUE(parsed) << parsed.error().to_text();
  EXPECT_EQ(parsed->head.to_text(),
            "packtrail.example/log\n42\nq6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s=\n");
  EXPECT_TRUE(text.starts_with(parsed->head.to_text() + "\n\xE2\x80\x94 packtrail.example/log "));
  EXPECT_EQ(parsed->to_text(), text);
  EXPECT_TRUE(verify_checkpoint(*parsed, "packtrail.example/log", TestSigner().public_key()));
}

TEST(Checkpoint, VerifiesOnlyUnderItsKeyAndName) {
  const auto parsed = SignedCheckpoint::parse(signed_text());
  ASSERT_TRUE(parsed);
  const Bytes key = TestSigner().public_key();
  EXPECT_EQ(
      verify_checkpoint(*parsed, "packtrail.example/log", TestSigner(2).public_key()).error().code,
      Errc::InvalidArgument);
  EXPECT_FALSE(verify_checkpoint(*parsed, "packtrail.example/lo", key));
  SignedCheckpoint other = *parsed;
  other.head.size = 43;
  EXPECT_EQ(verify_checkpoint(other, "packtrail.example/log", key).error().code, Errc::DataLoss);
  other = *parsed;
  other.signatures.push_back(other.signatures[0]);
  other.signatures[1].signature[3] ^= 1;
  EXPECT_EQ(verify_checkpoint(other, "packtrail.example/log", key).error().code, Errc::DataLoss)
      << "one bad line of this key is enough";
  other.signatures[1].key_id[0] ^= 1;
  EXPECT_TRUE(verify_checkpoint(other, "packtrail.example/log", key))
      << "lines of unknown keys are not looked at";
  EXPECT_EQ(SignedCheckpoint::parse(other.to_text())->signatures.size(), 2U);
}

TEST(Checkpoint, EveryChangedByteIsNoticed) {
  const std::string text = signed_text();
  const Bytes key = TestSigner().public_key();
  for (std::size_t at = 0; at < text.size(); ++at) {
    for (const char other : {'\n', ' ', '0', '1', 'A', '=', '\x80'}) {
      if (text[at] == other) continue;
      std::string changed = text;
      changed[at] = other;
      const auto parsed = SignedCheckpoint::parse(changed);
      ASSERT_FALSE(parsed && verify_checkpoint(*parsed, "packtrail.example/log", key)) << at;
    }
    const auto cut = SignedCheckpoint::parse(std::string_view(text).substr(0, at));
    ASSERT_FALSE(cut) << at;
  }
}

TEST(Checkpoint, ParsesOnlyWhatItWrites) {
  const std::string tail =
      "\nq6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s=\n\n\xE2\x80\x94 a AAAAAAA=\n";
  EXPECT_TRUE(SignedCheckpoint::parse("a\n0" + tail));
  EXPECT_TRUE(SignedCheckpoint::parse("a\n18446744073709551615" + tail));
  for (const char* size : {"", "00", "01", "+1", "-1", "1 ", "18446744073709551616", "1x"}) {
    EXPECT_FALSE(SignedCheckpoint::parse("a\n" + (size + tail))) << size;
  }
  for (const char* origin : {"", "a b", "a+b", "a\t", "\xC3\xA4"}) {
    EXPECT_FALSE(SignedCheckpoint::parse(origin + ("\n0" + tail))) << origin;
  }
  const std::string head = "a\n0\nq6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s=\n";
  EXPECT_FALSE(SignedCheckpoint::parse(head + "extension\n\n\xE2\x80\x94 a AAAAAAA=\n"));
  EXPECT_FALSE(SignedCheckpoint::parse(head + "\n"));
  EXPECT_FALSE(SignedCheckpoint::parse(head + "\n\xE2\x80\x94 a AAAAAAA="));
  EXPECT_FALSE(SignedCheckpoint::parse(head + "\n\xE2\x80\x94 a AAAA\n")) << "key id alone";
  EXPECT_FALSE(SignedCheckpoint::parse(head + "\n\xE2\x80\x94 a AAAAAAA=\n\n"));
  EXPECT_FALSE(SignedCheckpoint::parse(head + "\n- a AAAAAAA=\n"));
  EXPECT_FALSE(SignedCheckpoint::parse("a\n0\nq6ur\n\n\xE2\x80\x94 a AAAAAAA=\n"));
}

TEST(Checkpoint, Limits) {
  const auto text = [](std::size_t signatures) {
    std::string made = "a\n0\nq6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s=\n\n";
    for (std::size_t i = 0; i < signatures; ++i) made += "\xE2\x80\x94 a AAAAAAA=\n";
    return made;
  };
  EXPECT_TRUE(SignedCheckpoint::parse(text(kNoteSignaturesMax - 1)));
  EXPECT_TRUE(SignedCheckpoint::parse(text(kNoteSignaturesMax)));
  EXPECT_FALSE(SignedCheckpoint::parse(text(kNoteSignaturesMax + 1)));
  EXPECT_FALSE(SignedCheckpoint::parse(std::string(kCheckpointSizeMax + 1, 'a')));
  EXPECT_TRUE(check_origin(std::string(kOriginSizeMax, 'a')));
  EXPECT_FALSE(check_origin(std::string(kOriginSizeMax + 1, 'a')));
  EXPECT_FALSE(check_origin(""));
}

}  // namespace
}  // namespace packtrail::ledger
