#include <cstdio>
#include <fstream>
#include <memory>
#include <string>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "base/crypto.h"
#include "cli/error_json.h"
#include "cli/nouns.h"
#include "cli/secret_file.h"
#include "cli/terminal.h"
#include "gs1/digital_link.h"
#include "gs1/element_string.h"
#include "numbering/signed_code.h"

namespace packtrail::cli {
namespace {

namespace json = boost::json;
using gs1::ElementString;
using numbering::VerifierKeys;

struct Options {
  std::string name;
  std::string out;
  std::string key_file;
  std::string text;
  bool json = false;
};

// With --json the answer stands on standard output, a refusal too: `verdict` says no, "error" why.
int fail(const Options& options, const char* verdict, const Error& error) {
  if (options.json) {
    std::puts(
        json::serialize(json::object{{verdict, false}, {"error", error_json(error)}}).c_str());
  } else {
    print_error(error);
  }
  return exit_code(error);
}

// A text as read: its elements, and the stem when it is a Digital Link.
struct Code {
  ElementString elements;
  std::string stem;
  bool bracketed = false;
};

Result<Code> read_code(std::string_view text) {
  if (gs1::looks_like_link(text)) {
    const gs1::DigitalLink link = PACKTRAIL_TRY(gs1::parse_digital_link(text));
    if (link.has_foreign_query) {
      return Error{.message = "the link carries parameters or a fragment that are no elements",
                   .field = "CODE",
                   .rule = "a signature covers every element, and nothing else may stand beside it",
                   .remedy = "Remove what is not of GS1 from the link."};
    }
    return Code{link.elements, std::string(link.stem), false};
  }
  return Code{PACKTRAIL_TRY(ElementString::parse(text)), "",
              text.starts_with('(') || text.starts_with('[')};
}

Result<std::string> write_code(const Code& like, const ElementString& elements) {
  if (!like.stem.empty()) return gs1::to_digital_link(elements, like.stem);
  return like.bracketed ? elements.to_bracketed() : elements.to_raw();
}

Result<NoteSecretKey> read_secret_key(const std::string& path) {
  std::string text = PACKTRAIL_TRY(read_secret_file(path));
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  auto key = NoteSecretKey::parse(text);
  wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
  if (key) return key;
  Error error = std::move(key).error();
  error.field = path;
  return error;
}

Result<VerifierKeys> read_public_keys(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text(VerifierKeys::kTextMax + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!file && !file.eof()) {
    return Error{.code = Errc::NotFound,
                 .message = "cannot read the keys",
                 .field = path,
                 .remedy = "Check the path."};
  }
  text.resize(static_cast<std::size_t>(file.gcount()));
  return VerifierKeys::parse(text);
}

int keygen(const Options& options) {
  std::array<std::uint8_t, kEd25519SeedSize> seed{};
  const Status filled = fill_random(seed);
  if (!filled) return fail(options, "ok", filled.error());
  const auto key = NoteSecretKey::from_seed(options.name, seed);
  wipe(seed);
  if (!key) return fail(options, "ok", key.error());
  std::string secret = key->reveal() + "\n";
  const Status written = write_secret_file(options.out, secret);
  wipe({reinterpret_cast<std::uint8_t*>(secret.data()), secret.size()});
  if (!written) return fail(options, "ok", written.error());
  const std::string text = key->public_key().to_text();
  if (options.json) {
    std::puts(json::serialize(json::object{{"name", options.name},
                                           {"public_key", text},
                                           {"secret_key_file", options.out}})
                  .c_str());
  } else {
    std::puts(text.c_str());
  }
  return kOk;
}

int sign(const Options& options) {
  const auto code = read_code(options.text);
  if (!code) return fail(options, "ok", code.error());
  const auto key = read_secret_key(options.key_file);
  if (!key) return fail(options, "ok", key.error());
  const auto with = numbering::sign_code(code->elements, *key);
  if (!with) return fail(options, "ok", with.error());
  const auto text = write_code(*code, *with);
  if (!text) return fail(options, "ok", text.error());
  if (options.json) {
    std::puts(json::serialize(json::object{{"code", *text},
                                           {"signature", *with->find("8030")},
                                           {"signer", key->public_key().name()}})
                  .c_str());
  } else {
    std::puts(text->c_str());
  }
  return kOk;
}

int verify_signed(const Options& options) {
  const auto keys = read_public_keys(options.key_file);
  if (!keys) return fail(options, "accepted", keys.error());
  const auto code = read_code(options.text);
  if (!code) return fail(options, "accepted", code.error());
  const auto verdict = numbering::verify_code(code->elements, *keys);
  if (options.json) {
    json::object out{{"accepted", verdict.accepted()}};
    if (verdict.accepted()) {
      out["signer"] = verdict.signer->name();
      out["public_key"] = verdict.signer->to_text();
    } else {
      out["fault"] = numbering::to_string(verdict.fault);
      out["message"] = verdict.error.message;
      out["remedy"] = verdict.error.remedy;
    }
    std::puts(json::serialize(out).c_str());
  } else if (verdict.accepted()) {
    std::printf("signed by %s\n", printable(verdict.signer->name()).c_str());
  }
  if (verdict.accepted()) return kOk;
  if (!options.json) print_error(verdict.error);
  return kSaidNo;
}

}  // namespace

void add_code_commands(const Nouns& nouns) {
  auto* noun = nouns.noun("code", "Signed codes: AI (8030) with an Ed25519 signature");
  const auto add = [&](const char* name, const char* what, int (*run)(const Options&)) {
    auto* command = noun->add_subcommand(name, what);
    auto options = std::make_shared<Options>();
    command->add_flag("--json", options->json, "Answer as JSON on standard output");
    command->callback([options, run, code = &nouns.code] { *code = run(*options); });
    return std::pair(command, options.get());
  };
  {
    const auto [command, options] = add("keygen", "Make a key; prints its public half", keygen);
    command
        ->add_option("--name", options->name,
                     "Name of the key, under a domain that you control: example.com/codes")
        ->required();
    command->add_option("-o,--out", options->out, "File for the secret key, made with mode 0600")
        ->required();
  }
  {
    const auto [command, options] =
        add("sign", "Add a signature to a code; prints it in the same writing", sign);
    command->add_option("--key", options->key_file, "File with the secret key")->required();
    command->add_option("CODE", options->text, "Element string or Digital Link")->required();
  }
  {
    const auto [command, options] =
        add("verify", "Is this code what a trusted key signed? Needs no data folder, no network",
            verify_signed);
    command->add_option("--keys", options->key_file, "File with public keys, one a line")
        ->required();
    command->add_option("CODE", options->text, "Element string or Digital Link")->required();
  }
}

}  // namespace packtrail::cli
