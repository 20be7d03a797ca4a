#include "ledger/checkpoint.h"

#include <charconv>

#include "base/ed25519.h"

namespace packtrail::ledger {
namespace {

constexpr std::string_view kSignaturePrefix = "\xE2\x80\x94 ";  // U+2014 and a space.

Error malformed(std::string_view whole, std::string_view at, const char* message) {
  return {.code = Errc::InvalidArgument,
          .message = message,
          .field = "checkpoint",
          .offset = static_cast<std::size_t>(at.data() - whole.data()),
          .length = at.size(),
          .rule = "C2SP tlog-checkpoint, signed-note"};
}

// Cuts the next line, without its newline, from the front of `rest`. False without a newline.
bool next_line(std::string_view& rest, std::string_view& line) {
  const std::size_t end = rest.find('\n');
  if (end == std::string_view::npos) return false;
  line = rest.substr(0, end);
  rest.remove_prefix(end + 1);
  return true;
}

bool is_key_name(std::string_view name) { return is_note_name(name); }

Result<NoteSignature> parse_signature(std::string_view whole, std::string_view line) {
  std::string_view rest = line;
  if (!rest.starts_with(kSignaturePrefix)) {
    return malformed(whole, line, "a signature line must begin with an em dash and a space");
  }
  rest.remove_prefix(kSignaturePrefix.size());
  const std::size_t space = rest.find(' ');
  if (space == std::string_view::npos) {
    return malformed(whole, line, "a signature line must hold a key name and a signature");
  }
  NoteSignature signature;
  signature.name = rest.substr(0, space);
  if (!is_key_name(signature.name)) {
    return malformed(whole, rest.substr(0, space), "not a key name");
  }
  rest.remove_prefix(space + 1);
  const auto bytes = from_base64(rest);
  if (!bytes || bytes->size() <= signature.key_id.size()) {
    return malformed(whole, rest, "not a signature in base64");
  }
  std::copy_n(bytes->begin(), signature.key_id.size(), signature.key_id.begin());
  signature.signature.assign(bytes->begin() + signature.key_id.size(), bytes->end());
  return signature;
}

}  // namespace

std::string Checkpoint::to_text() const {
  return origin + "\n" + std::to_string(size) + "\n" + to_base64(root) + "\n";
}

std::string SignedCheckpoint::to_text() const {
  std::string text = head.to_text() + "\n";
  for (const NoteSignature& signature : signatures) {
    Bytes bytes(signature.key_id.begin(), signature.key_id.end());
    bytes.insert(bytes.end(), signature.signature.begin(), signature.signature.end());
    text.append(kSignaturePrefix).append(signature.name).append(" ").append(to_base64(bytes));
    text += '\n';
  }
  return text;
}

Result<SignedCheckpoint> SignedCheckpoint::parse(std::string_view text) {
  if (text.size() > kCheckpointSizeMax) {
    return Error{
        .code = Errc::InvalidArgument,
        .message = "a checkpoint has at most " + std::to_string(kCheckpointSizeMax) + " bytes",
        .field = "checkpoint"};
  }
  SignedCheckpoint checkpoint;
  std::string_view rest = text;
  std::string_view line = rest.substr(0, 0);
  if (!next_line(rest, line) || !is_key_name(line)) {
    return malformed(text, line, "the first line is not an origin");
  }
  checkpoint.head.origin = line;
  line = rest.substr(0, 0);
  if (!next_line(rest, line) || line.empty()) {
    return malformed(text, line, "the second line is not a size");
  }
  const auto number = std::from_chars(line.data(), line.data() + line.size(), checkpoint.head.size);
  if (number.ec != std::errc{} || number.ptr != line.data() + line.size() ||
      std::to_string(checkpoint.head.size) != line) {
    return malformed(text, line, "the second line is not a size");
  }
  line = rest.substr(0, 0);
  if (!next_line(rest, line)) return malformed(text, line, "the third line is not a root");
  const auto root = from_base64(line);
  if (!root || root->size() != checkpoint.head.root.size()) {
    return malformed(text, line, "the third line is not a root of 32 bytes in base64");
  }
  std::copy(root->begin(), root->end(), checkpoint.head.root.begin());
  line = rest.substr(0, 0);
  if (!next_line(rest, line) || !line.empty()) {
    return malformed(text, line, "an empty line must follow the root: extension lines are unknown");
  }
  while (!rest.empty()) {
    if (checkpoint.signatures.size() == kNoteSignaturesMax) {
      return malformed(text, rest, "too many signature lines");
    }
    line = rest.substr(0, 0);
    if (!next_line(rest, line)) return malformed(text, rest, "the last line must end in a newline");
    checkpoint.signatures.push_back(PACKTRAIL_TRY(parse_signature(text, line)));
  }
  if (checkpoint.signatures.empty()) return malformed(text, rest, "no signature line");
  return checkpoint;
}

Status check_origin(std::string_view origin) {
  if (is_key_name(origin)) return {};
  return Error{.code = Errc::InvalidArgument,
               .message = "not an origin",
               .field = "origin",
               .rule = "1 to " + std::to_string(kOriginSizeMax) +
                       " printable ASCII characters without space and '+' (C2SP signed-note)",
               .remedy = "Use a name under a domain that you control, as example.com/packtrail."};
}

NoteKeyId ed25519_key_id(std::string_view name, ByteView public_key) {
  return note_key_hash(name, public_key);
}

bool ed25519_verify(ByteView public_key, ByteView message, ByteView signature) {
  return ed25519_check(public_key, message, signature);
}

Result<std::string> sign_checkpoint(const Checkpoint& head, const HeadSigner& signer) {
  PACKTRAIL_TRY(check_origin(head.origin));
  Bytes signature = PACKTRAIL_TRY(signer.sign(as_bytes(head.to_text())));
  if (signature.size() != kEd25519SignatureSize) {
    return Error{.code = Errc::DataLoss, .message = "the signer gave no Ed25519 signature"};
  }
  return SignedCheckpoint{
      .head = head,
      .signatures = {{.name = head.origin,
                      .key_id = ed25519_key_id(head.origin, signer.public_key()),
                      .signature = std::move(signature)}}}
      .to_text();
}

Status verify_checkpoint(const SignedCheckpoint& checkpoint, std::string_view name,
                         ByteView public_key) {
  const NoteKeyId key_id = ed25519_key_id(name, public_key);
  const std::string text = checkpoint.head.to_text();
  bool found = false;
  for (const NoteSignature& line : checkpoint.signatures) {
    if (line.name != name || line.key_id != key_id) continue;
    if (!ed25519_verify(public_key, as_bytes(text), line.signature)) {
      return Error{.code = Errc::DataLoss,
                   .message = "the checkpoint's signature does not verify",
                   .field = "checkpoint"};
    }
    found = true;
  }
  if (found) return {};
  return Error{.code = Errc::InvalidArgument,
               .message = "the checkpoint carries no signature of this key",
               .field = "checkpoint"};
}

}  // namespace packtrail::ledger
