#include "base/ed25519.h"

#include <gtest/gtest.h>

namespace packtrail {
namespace {

// RFC 8032 7.1, tests 1 and 2.
TEST(Ed25519, OfficialVectors) {
  const Bytes seed = *from_hex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
  const auto key = NoteSecretKey::from_seed("example.com", seed);
  ASSERT_TRUE(key);
  EXPECT_EQ(to_hex(key->public_key().key()),
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
  EXPECT_EQ(
      to_hex(*key->sign({})),
      "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e397"
      "01cf9b46bd25bf5f0595bbe24655141438e7a100b");
  const auto other = NoteSecretKey::from_seed(
      "example.com", *from_hex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"));
  const Bytes message{0x72};
  const auto signature = *other->sign(message);
  EXPECT_EQ(
      to_hex(signature),
      "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f361"
      "3d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
  EXPECT_TRUE(ed25519_check(other->public_key().key(), message, signature));
  EXPECT_FALSE(ed25519_check(key->public_key().key(), message, signature));
  EXPECT_FALSE(ed25519_check(other->public_key().key(), {}, signature));
  EXPECT_FALSE(ed25519_check(other->public_key().key(), message, ByteView(signature).first(63)));
  EXPECT_FALSE(ed25519_check(other->public_key().key().first(31), message, signature));
}

TEST(NoteKeys, TextRoundTrips) {
  const auto key = NoteSecretKey::from_seed("example.com/codes", Bytes(32, 7));
  ASSERT_TRUE(key);
  const std::string text = key->public_key().to_text();
  const auto again = NotePublicKey::parse(text);
  ASSERT_TRUE(again) << again.error().to_text();
  EXPECT_EQ(*again, key->public_key());
  const std::string secret = key->reveal();
  const auto secret_again = NoteSecretKey::parse(secret);
  ASSERT_TRUE(secret_again);
  EXPECT_EQ(secret_again->public_key(), key->public_key());
  // Whichever character is changed, it is noticed.
  for (std::size_t at = 0; at < text.size(); ++at) {
    std::string damaged = text;
    damaged[at] = damaged[at] == 'x' ? 'y' : 'x';
    EXPECT_FALSE(NotePublicKey::parse(damaged)) << damaged;
    EXPECT_FALSE(NotePublicKey::parse(text.substr(0, at)));
  }
  for (std::size_t at = 0; at < secret.size(); ++at) {
    std::string damaged = secret;
    damaged[at] = damaged[at] == 'x' ? 'y' : 'x';
    const auto parsed = NoteSecretKey::parse(damaged);
    ASSERT_FALSE(parsed) << damaged;
    EXPECT_EQ(parsed.error().to_text().find(secret.substr(40)), std::string::npos);
  }
  EXPECT_NE(NotePublicKey::parse(secret).error().message.find("secret"), std::string::npos);
  EXPECT_FALSE(NoteSecretKey::parse(text));
}

TEST(NoteKeys, Limits) {
  EXPECT_TRUE(NoteSecretKey::from_seed(std::string(kNoteNameMax, 'a'), Bytes(32)));
  EXPECT_FALSE(NoteSecretKey::from_seed(std::string(kNoteNameMax + 1, 'a'), Bytes(32)));
  for (const char* name : {"", "a b", "a+b", "a\n"}) {
    EXPECT_FALSE(NoteSecretKey::from_seed(name, Bytes(32)));
  }
  EXPECT_FALSE(NoteSecretKey::from_seed("a", Bytes(31)));
  EXPECT_FALSE(NoteSecretKey::from_seed("a", Bytes(33)));
}

}  // namespace
}  // namespace packtrail
