#include "numbering/signed_code.h"

#include <algorithm>

#include "base/bytes.h"
#include "gs1/partners.h"

namespace packtrail::numbering {
namespace {

constexpr std::string_view kBase64Url =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view kDomain = "packtrail signed code\n";
constexpr std::string_view kRule = "docs/formats/signed-code.md";

Error value_error(std::string message, std::size_t offset, std::size_t length, std::string remedy) {
  return Error{.code = Errc::InvalidArgument,
               .message = std::move(message),
               .field = "(8030)",
               .offset = offset,
               .length = length,
               .rule = "90 characters of base64url: profile, key id, Ed25519 signature (" +
                       std::string(kRule) + ")",
               .remedy = std::move(remedy)};
}

constexpr gs1::Ai kAiSignature{8030, 4};

struct Line {
  gs1::AiText ai_text;
  std::string_view value;

  [[nodiscard]] std::string_view ai() const { return ai_text.view(); }
};

std::vector<Line> lines_of(const gs1::ElementString& elements) {
  std::vector<Line> lines;
  for (std::size_t i = 0; i < elements.size(); ++i) {
    const auto element = elements[i];
    if (element.ai != kAiSignature) lines.push_back({gs1::to_text(element.ai), element.value});
  }
  std::sort(lines.begin(), lines.end(),
            [](const Line& a, const Line& b) { return a.ai() < b.ai(); });
  return lines;
}

std::string text_of(const std::vector<Line>& lines, const SignedCodeValue& value) {
  std::string text(kDomain);
  text += to_hex(ByteView(&value.profile, 1)) + " " + to_hex(value.key_id) + "\n";
  for (const Line& line : lines) text.append(line.ai()).append(" ").append(line.value).append("\n");
  return text;
}

bool checks(const NotePublicKey& key, const std::vector<Line>& lines,
            const SignedCodeValue& value) {
  return ed25519_check(key.key(), as_bytes(text_of(lines, value)), value.signature);
}

// The one or two elements without which the signature is right; empty when there are none such.
std::vector<Line> added_to(const NotePublicKey& key, const std::vector<Line>& lines,
                           const SignedCodeValue& value) {
  for (std::size_t i = 0; i < lines.size(); ++i) {
    std::vector<Line> rest = lines;
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(i));
    if (checks(key, rest, value)) return {lines[i]};
  }
  for (std::size_t i = 0; i < lines.size(); ++i) {
    for (std::size_t j = i + 1; j < lines.size(); ++j) {
      std::vector<Line> rest = lines;
      rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(j));
      rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(i));
      if (checks(key, rest, value)) return {lines[i], lines[j]};
    }
  }
  return {};
}

SignedCodeVerdict refuse(SignedCodeFault fault, Error error) {
  SignedCodeVerdict verdict;
  verdict.fault = fault;
  verdict.error = std::move(error);
  return verdict;
}

// The partner rule of (8030) alone: other rules are not this check's business.
Status names_a_thing(const gs1::ElementString& elements) {
  for (const gs1::PartnerFault& fault : gs1::partner_faults(elements)) {
    if (fault.ai == kAiSignature) return fault.to_error();
  }
  return {};
}

}  // namespace

Result<SignedCodeValue> SignedCodeValue::parse(std::string_view text) {
  std::array<std::uint8_t, kSignedCodeSize + 1> bytes{};
  for (std::size_t i = 0; i < std::min(text.size(), kSignedCodeTextSize); ++i) {
    const std::size_t digit = kBase64Url.find(text[i]);
    if (digit == std::string_view::npos) {
      return value_error("a character is not of base64url", i, 1, "Scan the code again.");
    }
    for (std::size_t bit = 0; bit < 6; ++bit) {
      const std::size_t at = 6 * i + bit;
      const auto mask = static_cast<std::uint8_t>((digit >> (5 - bit) & 1U) << (7 - at % 8));
      bytes[at / 8] = static_cast<std::uint8_t>(bytes[at / 8] | mask);
    }
  }
  SignedCodeValue value;
  value.profile = bytes[0];
  if (text.size() >= 2 && value.profile != kSignedCodeProfile) {
    return value_error(
        "the signature is of profile " + to_hex(ByteView(&value.profile, 1)) + ", only 11 is known",
        0, 2, "Verify it with the program of whoever made the code.");
  }
  if (text.size() != kSignedCodeTextSize) {
    const bool cut = text.size() < kSignedCodeTextSize;
    return value_error("the signature has " + std::to_string(text.size()) + " characters" +
                           (cut ? ": it was cut" : ""),
                       std::min(text.size(), kSignedCodeTextSize),
                       cut ? 0 : text.size() - kSignedCodeTextSize, "Scan the code again.");
  }
  if (bytes[kSignedCodeSize] != 0) {
    return value_error("the last character has bits that belong to nothing",
                       kSignedCodeTextSize - 1, 1, "Scan the code again.");
  }
  std::copy_n(bytes.begin() + 1, 2, value.key_id.begin());
  std::copy_n(bytes.begin() + 3, value.signature.size(), value.signature.begin());
  return value;
}

std::string SignedCodeValue::to_text() const {
  std::array<std::uint8_t, kSignedCodeSize + 1> bytes{};
  bytes[0] = profile;
  std::copy(key_id.begin(), key_id.end(), bytes.begin() + 1);
  std::copy(signature.begin(), signature.end(), bytes.begin() + 3);
  std::string text;
  for (std::size_t i = 0; i < kSignedCodeTextSize; ++i) {
    unsigned digit = 0;
    for (std::size_t at = 6 * i; at < 6 * i + 6; ++at) {
      digit = digit << 1 | (bytes[at / 8] >> (7 - at % 8) & 1U);
    }
    text += kBase64Url[digit];
  }
  return text;
}

std::string signed_text(const gs1::ElementString& elements, const SignedCodeValue& value) {
  return text_of(lines_of(elements), value);
}

Result<gs1::ElementString> sign_code(const gs1::ElementString& elements, const NoteSecretKey& key) {
  if (elements.find(kAiSignature)) {
    return Error{.code = Errc::InvalidArgument,
                 .message = "the code is signed already",
                 .field = "(8030)",
                 .rule = "one signature in a code",
                 .remedy = "Remove (8030) first."};
  }
  const auto hash = key.public_key().hash();
  SignedCodeValue value;
  std::copy_n(hash.begin(), value.key_id.size(), value.key_id.begin());
  value.signature = PACKTRAIL_TRY(key.sign(as_bytes(signed_text(elements, value))));
  gs1::ElementString with = elements;
  PACKTRAIL_TRY(with.add(kAiSignature, value.to_text()));
  PACKTRAIL_TRY(gs1::check_partners(with));
  return with;
}

Result<VerifierKeys> VerifierKeys::parse(std::string_view text) {
  if (text.size() > kTextMax) {
    return Error{.code = Errc::ResourceExhausted,
                 .message = "the keys have more than " + std::to_string(kTextMax) + " bytes",
                 .field = "keys",
                 .remedy = "Give the keys that are trusted, and nothing else."};
  }
  VerifierKeys keys;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || line.front() == '#') continue;
    const std::string field = "keys, line " + std::to_string(number);
    auto key = NotePublicKey::parse(line);
    if (!key) {
      Error error = std::move(key).error();
      error.field = field;
      return error;
    }
    if (std::find(keys.keys_.begin(), keys.keys_.end(), *key) != keys.keys_.end()) {
      return Error{.code = Errc::InvalidArgument,
                   .message = "the key comes twice",
                   .field = field,
                   .rule = "one line a key",
                   .remedy = "Remove the line."};
    }
    if (keys.keys_.size() == kKeysMax) {
      return Error{.code = Errc::ResourceExhausted,
                   .message = "there are more than " + std::to_string(kKeysMax) + " keys",
                   .field = field,
                   .remedy = "Give the keys that are trusted, and nothing else."};
    }
    keys.keys_.push_back(*std::move(key));
  }
  if (keys.keys_.empty()) {
    return Error{.code = Errc::InvalidArgument,
                 .message = "there is no key",
                 .field = "keys",
                 .rule = "one public key a line (" + std::string(kRule) + ")",
                 .remedy = "Ask the issuer of the codes for the public key."};
  }
  return keys;
}

const char* to_string(SignedCodeFault fault) {
  switch (fault) {
    case SignedCodeFault::Unsigned:
      return "unsigned";
    case SignedCodeFault::Malformed:
      return "malformed";
    case SignedCodeFault::Profile:
      return "profile";
    case SignedCodeFault::UnknownKey:
      return "unknown_key";
    case SignedCodeFault::Added:
      return "added";
    case SignedCodeFault::Altered:
      return "altered";
    case SignedCodeFault::NoKeyOfPack:
      return "no_key_of_pack";
  }
  return "";
}

SignedCodeVerdict verify_code(const gs1::ElementString& elements, const VerifierKeys& keys) {
  const auto text = elements.find(kAiSignature);
  if (!text) {
    return refuse(SignedCodeFault::Unsigned, Error{.code = Errc::InvalidArgument,
                                                   .message = "the code carries no signature",
                                                   .field = "(8030)",
                                                   .rule = std::string(kRule),
                                                   .remedy = "Ask whether this issuer signs."});
  }
  auto parsed = SignedCodeValue::parse(*text);
  if (!parsed) {
    // The profile is in the first two characters, so it can be known of a cut value too.
    const bool profile = parsed.error().offset == 0U && parsed.error().length == 2;
    return refuse(profile ? SignedCodeFault::Profile : SignedCodeFault::Malformed,
                  std::move(parsed).error());
  }
  const SignedCodeValue& value = *parsed;
  const std::vector<Line> lines = lines_of(elements);
  std::vector<const NotePublicKey*> candidates;
  for (const NotePublicKey& key : keys.keys()) {
    const auto hash = key.hash();
    if (hash[0] == value.key_id[0] && hash[1] == value.key_id[1]) candidates.push_back(&key);
  }
  if (candidates.empty()) {
    return refuse(
        SignedCodeFault::UnknownKey,
        Error{.code = Errc::InvalidArgument,
              .message = "none of the " + std::to_string(keys.keys().size()) +
                         " trusted keys has the id " + to_hex(value.key_id),
              .field = "(8030)",
              .offset = 1,
              .rule = std::string(kRule),
              .remedy = "Get the issuer's public key from the issuer, not from the pack."});
  }
  for (const NotePublicKey* key : candidates) {
    if (!checks(*key, lines, value)) continue;
    Status thing = names_a_thing(elements);
    if (!thing) return refuse(SignedCodeFault::NoKeyOfPack, std::move(thing).error());
    SignedCodeVerdict verdict;
    verdict.signer = key;
    return verdict;
  }
  // Several keys with one short id are rare; the search for what was added is done for the first.
  const std::vector<Line> added = added_to(*candidates.front(), lines, value);
  if (!added.empty()) {
    std::string what;
    for (const Line& line : added) {
      what += (what.empty() ? "(" : " and (") + std::string(line.ai()) + ")";
    }
    return refuse(SignedCodeFault::Added,
                  Error{.code = Errc::InvalidArgument,
                        .message = what + " was added after the code was signed",
                        .field = "(" + std::string(added.front().ai()) + ")",
                        .rule = "the signature covers every element (" + std::string(kRule) + ")",
                        .remedy = "Do not trust the code: its issuer did not write all of it."});
  }
  return refuse(SignedCodeFault::Altered,
                Error{.code = Errc::InvalidArgument,
                      .message = "the signature does not fit the elements: something was altered, "
                                 "or is missing, or the signature is of another code",
                      .field = "(8030)",
                      .rule = "the signature covers every element (" + std::string(kRule) + ")",
                      .remedy = "Scan again; if it stays, do not trust the code."});
}

}  // namespace packtrail::numbering
