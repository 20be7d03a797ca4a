#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
#include <string>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "base/crypto.h"
#include "cli/nouns.h"
#include "cli/secret_file.h"
#include "cli/terminal.h"
#include "numbering/ff1.h"

namespace packtrail::cli {
namespace {

namespace json = boost::json;
using numbering::Ff1;
using numbering::Numerals;

enum class Way { Encrypt, Decrypt };

struct Options {
  std::string key;
  std::string key_file;
  std::string tweak;
  std::string alphabet;
  bool json = false;
};

// Bytes of a hexadecimal text in either case; the error names the first digit that is none.
Result<Bytes> from_any_hex(const char* field, std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
  }
  auto bytes = from_hex(lower);
  wipe({reinterpret_cast<std::uint8_t*>(lower.data()), lower.size()});
  if (bytes) return *std::move(bytes);
  Error error{.message = "not hexadecimal",
              .field = field,
              .rule = "pairs of 0-9, a-f, A-F",
              .remedy = "give two digits for each byte"};
  const std::size_t at = text.find_first_not_of("0123456789abcdefABCDEF");
  error.offset = at == std::string_view::npos ? text.size() : at;
  error.length = at == std::string_view::npos ? 0 : 1;
  return error;
}

// The characters of an alphabet and their values.
struct Digits {
  std::string characters;
  std::array<int, 256> values;
};

Result<Digits> parse_digits(const std::string& characters) {
  Digits digits{characters, {}};
  digits.values.fill(-1);
  Error error{.message = {},
              .field = "--alphabet",
              .rule =
                  "2 to 94 different printable ASCII characters, space excluded, in the order "
                  "of their values",
              .remedy = "for example --alphabet 0123456789"};
  for (std::size_t i = 0; i < characters.size(); ++i) {
    const char c = characters[i];
    int& value = digits.values[static_cast<unsigned char>(c)];
    if (c <= ' ' || c > '~' || value >= 0) {
      error.message = value >= 0 ? "a character comes twice" : "a character is not allowed";
      error.offset = i;
      error.length = 1;
      return error;
    }
    value = static_cast<int>(i);
  }
  if (characters.size() < Ff1::kRadixMin) {
    error.message = "the alphabet has " + std::to_string(characters.size()) + " characters";
    return error;
  }
  return digits;
}

Result<Ff1> make_cipher(const Options& options, const Digits& digits) {
  std::string text = options.key;
  if (!options.key_file.empty()) {
    text = PACKTRAIL_TRY(read_secret_file(options.key_file));
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  }
  auto key = from_any_hex(options.key_file.empty() ? "--key" : "--key-file", text);
  wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
  if (!key) return std::move(key).error();
  auto cipher = Ff1::create(*key, static_cast<std::uint32_t>(digits.characters.size()));
  wipe(*key);
  return cipher;
}

Result<std::string> transform(const Ff1& cipher, const Digits& digits, ByteView tweak, Way way,
                              std::string_view line) {
  if (line.size() > Ff1::kLengthMax) {
    return Error{
        .message = "the line has more than " + std::to_string(Ff1::kLengthMax) + " characters",
        .offset = Ff1::kLengthMax,
        .rule = "2 to " + std::to_string(Ff1::kLengthMax) + " characters of the alphabet",
        .remedy = "give a shorter text"};
  }
  Numerals in;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const int value = digits.values[static_cast<unsigned char>(line[i])];
    if (value < 0) {
      return Error{.message = "a character is not in the alphabet",
                   .offset = i,
                   .length = 1,
                   .rule = "only characters of --alphabet, in the same case",
                   .remedy = "correct the line or the alphabet"};
    }
    in.push_back(static_cast<std::uint16_t>(value));
  }
  const Numerals out =
      PACKTRAIL_TRY(way == Way::Encrypt ? cipher.encrypt(in, tweak) : cipher.decrypt(in, tweak));
  std::string text;
  for (const auto numeral : out) text += digits.characters[numeral];
  return text;
}

// The next line of standard input without its end, cut one character above the greatest length.
// False at the end of input.
bool next_line(std::string& line) {
  line.clear();
  int c = std::getchar();
  if (c == EOF) return false;
  for (; c != EOF && c != '\n'; c = std::getchar()) {
    if (line.size() <= Ff1::kLengthMax + 1) line += static_cast<char>(c);
  }
  if (!line.empty() && line.back() == '\r') line.pop_back();
  return true;
}

int run_lines(const Options& options, Way way) {
  const auto usage = [](const Error& error) {
    print_error(error);
    return error.code == Errc::InvalidArgument ? static_cast<int>(kUsage) : exit_code(error.code);
  };
  const auto digits = parse_digits(options.alphabet);
  if (!digits) return usage(digits.error());
  const auto tweak = from_any_hex("--tweak", options.tweak);
  if (!tweak) return usage(tweak.error());
  if (tweak->size() > Ff1::kTweakMax) {
    return usage(Error{.message = "the tweak has " + std::to_string(tweak->size()) + " bytes",
                       .field = "--tweak",
                       .rule = "at most " + std::to_string(Ff1::kTweakMax) + " bytes"});
  }
  const auto cipher = make_cipher(options, *digits);
  if (!cipher) return usage(cipher.error());
  int code = kOk;
  std::string line;
  for (std::size_t number = 1; next_line(line); ++number) {
    auto result = transform(*cipher, *digits, *tweak, way, line);
    if (!result) {
      Error error = std::move(result).error();
      error.field = "line " + std::to_string(number);
      print_error(error);
      code = kSaidNo;
      if (options.json) {
        json::object out{{"line", number}, {"error", error.message}, {"rule", error.rule}};
        if (error.offset) out["offset"] = *error.offset;
        std::puts(json::serialize(out).c_str());
      } else {
        std::puts("");  // Line n of the output always answers line n of the input.
      }
    } else if (options.json) {
      std::puts(
          json::serialize(json::object{{"line", number}, {"input", line}, {"output", *result}})
              .c_str());
    } else {
      std::puts(result->c_str());
    }
  }
  std::fflush(stdout);
  if (std::ferror(stdin) != 0 || std::ferror(stdout) != 0) {
    print_error(Error{.message = "cannot read standard input or write standard output"});
    return kFailed;
  }
  return code;
}

}  // namespace

void add_ff1_commands(const Nouns& nouns) {
  auto* ff1 = nouns.noun("ff1", "Format-preserving encryption FF1 (NIST SP 800-38G), to test it");
  for (const Way way : {Way::Encrypt, Way::Decrypt}) {
    auto* command =
        ff1->add_subcommand(way == Way::Encrypt ? "encrypt" : "decrypt",
                            way == Way::Encrypt ? "Encrypt each line of standard input"
                                                : "Decrypt each line of standard input");
    const auto options = std::make_shared<Options>();
    auto* key = command->add_option(
        "--key", options->key,
        "AES key, 32, 48 or 64 hex digits; other users of this machine can see it in the list of "
        "processes");
    auto* file = command->add_option("--key-file", options->key_file,
                                     "File with the key in hex, readable by its owner alone");
    key->excludes(file);
    command->add_option("--tweak", options->tweak, "Tweak in hex; empty without this option");
    command
        ->add_option("--alphabet", options->alphabet,
                     "The characters in the order of their values; their number is the radix")
        ->required();
    command->add_flag("--json", options->json, "One JSON object for each line");
    command->callback([options, key, file, way, code = &nouns.code] {
      if (key->count() + file->count() != 1) {
        print_error(Error{.message = "no key is given",
                          .field = "--key",
                          .rule = "one of --key and --key-file",
                          .remedy = "give the key of the test"});
        *code = kUsage;
        return;
      }
      *code = run_lines(*options, way);
      wipe({reinterpret_cast<std::uint8_t*>(options->key.data()), options->key.size()});
      options->key.clear();
    });
  }
}

}  // namespace packtrail::cli
