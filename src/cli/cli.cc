#include "cli/cli.h"

#include <fcntl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <iostream>
#include <sstream>

#include "cli/commands.h"
#include "cli/nouns.h"
#include "cli/terminal.h"

namespace packtrail::cli {

int exit_code(Errc code) {
  switch (code) {
    case Errc::InvalidArgument:
      return kSaidNo;
    case Errc::NotFound:
      return kNotFound;
    case Errc::AlreadyExists:
    case Errc::FailedPrecondition:
    case Errc::Aborted:
      return kConflict;
    default:
      return kFailed;
  }
}

int exit_code(const Error& error) {
  const bool option = error.code == Errc::InvalidArgument && error.field.rfind("--", 0) == 0;
  return option ? static_cast<int>(kUsage) : exit_code(error.code);
}

int exit_code_of_status(unsigned http_status) {
  if (http_status < 300) return kOk;
  if (http_status == 400) return kSaidNo;
  if (http_status == 404) return kNotFound;
  if (http_status == 409) return kConflict;
  return kFailed;
}

namespace {

// Everything the options can say; CLI11 writes into it while it parses.
struct Arguments {
  std::filesystem::path data = "var";
  bool json = false;
  std::filesystem::path file, out = "out";
  std::string text, listen = "127.0.0.1:8080", key, name;
  std::vector<std::string> codes;
  bool demo = false, check = false;
};

Result<ServeOptions> serve_options(const Arguments& arguments) {
  ServeOptions options;
  options.data = arguments.data;
  options.demo = arguments.demo;
  const std::size_t colon = arguments.listen.rfind(':');
  const Error wrong{.message = "'" + arguments.listen + "' is not ADDRESS:PORT",
                    .field = "--listen",
                    .remedy = "for example --listen 127.0.0.1:8080"};
  if (colon == std::string::npos || colon == 0) return wrong;
  options.address = arguments.listen.substr(0, colon);
  int port = 0;
  for (const char c : arguments.listen.substr(colon + 1)) {
    if (c < '0' || c > '9' || port > 65'535) return wrong;
    port = port * 10 + (c - '0');
  }
  if (colon + 1 == arguments.listen.size() || port > 65'535) return wrong;
  options.port = static_cast<std::uint16_t>(port);
  return options;
}

// A closed standard stream leaves its number to the next file that is opened, and what is printed
// would go into that file. Opened the wrong way round, the number is taken and using it fails.
void occupy_standard_streams() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(stream, F_GETFD) != -1) continue;
    static_cast<void>(::open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY));
  }
}

// An answer that nobody got (a full disk, a closed pipe) is no success.
int delivered(int code) {
  std::cout.flush();
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0 && std::cout) return code;
  print_error(Error{.code = Errc::Unavailable,
                    .message = "standard output did not take the whole answer",
                    .remedy = "check the space on the disk, or what the output is piped into"});
  return kFailed;
}

// What the parser says, and which word it was that is no command.
int usage(const CLI::App& app, const CLI::ParseError& wrong) {
  std::ostringstream said;
  if (app.exit(wrong, std::cout, said) == 0) return kOk;  // Help and version are no mistakes.
  const CLI::App* noun = &app;
  while (!noun->get_subcommands().empty()) noun = noun->get_subcommands().front();
  const auto rest = noun->remaining();
  if (dynamic_cast<const CLI::RequiredError*>(&wrong) != nullptr && !rest.empty() &&
      rest.front()[0] != '-' && noun->get_require_subcommand_min() > 0) {
    const std::string path = (noun == &app ? "" : noun->get_name() + " ") + rest.front();
    print_error(Error{.message = "there is no command '" + path + "'",
                      .remedy = "packtrail " + (noun == &app ? "" : noun->get_name() + " ") +
                                "--help lists them"});
    return kUsage;
  }
  std::istringstream lines(said.str());
  for (std::string line; std::getline(lines, line);) {
    std::fprintf(stderr, "%s\n", printable(line).c_str());
  }
  return kUsage;
}

}  // namespace

int run(int argc, char** argv, const Environment& environment) {
  occupy_standard_streams();
  CLI::App app{
      "Packtrail: a name for every medicine pack, a record of what happens to it, and proof "
      "of both."};
  app.name("packtrail");
  app.require_subcommand(1);
  app.set_version_flag("--version", environment.version);
  Arguments arguments;
  int code = kOk;

  const auto with_data = [&](CLI::App* command) {
    command->add_option("--data", arguments.data, "Data folder")->capture_default_str();
    command->add_flag("--json", arguments.json, "Answer as JSON on standard output");
    return command;
  };
  const auto target = [&] {
    return Target{environment, arguments.data, arguments.json ? Output::Json : Output::ForPeople};
  };
  const auto noun = [&](const char* name, const char* what) {
    auto* group = app.add_subcommand(name, what);
    group->require_subcommand(1);
    return group;
  };

  auto* order = noun("order", "Packaging orders");
  auto* order_run_command =
      with_data(order->add_subcommand("run", "Run an order from numbers to the closed batch"));
  order_run_command->add_option("ORDER", arguments.file, "Order file (TOML)")->required();
  order_run_command->add_option("--out", arguments.out, "Folder for reports, events and labels")
      ->capture_default_str();
  order_run_command->callback([&] { code = order_run(target(), arguments.file, arguments.out); });
  with_data(order->add_subcommand("list", "Orders of this data folder, newest first"))
      ->callback([&] { code = order_list(target()); });
  auto* order_pack_command = with_data(
      order->add_subcommand("pack", "Rework: put scanned packs into a case of a held order"));
  order_pack_command->add_option("ORDER", arguments.name, "Order id")->required();
  order_pack_command->add_option("SSCC", arguments.text, "The case, 18 digits")->required();
  order_pack_command
      ->add_option("CODE", arguments.codes, "Element strings or Digital Links of the packs")
      ->required();
  order_pack_command->callback(
      [&] { code = order_pack(target(), arguments.name, arguments.text, arguments.codes); });

  auto* verify_command = with_data(app.add_subcommand(
      "verify", "Is this pack what its code says? Exit 0 genuine, 3 not, 4 unknown"));
  verify_command
      ->add_option("CODE", arguments.text,
                   "Element string (bracketed, or raw with GS), Digital Link or EPC URN")
      ->required();
  verify_command->callback([&] { code = verify(target(), arguments.text); });

  auto* trace_command =
      with_data(app.add_subcommand("trace", "What happened to a pack, case or pallet"));
  trace_command->add_option("EPC", arguments.text, "EPC in any writing")->required();
  trace_command->callback([&] { code = trace(target(), arguments.text); });

  auto* contents_command = with_data(app.add_subcommand("contents", "What is inside, as a tree"));
  contents_command->add_option("SSCC", arguments.text, "SSCC in any writing")->required();
  contents_command->callback([&] { code = contents(target(), arguments.text); });

  auto* proof = noun("proof", "Offline proofs for outsiders");
  auto* create = with_data(proof->add_subcommand("create", "Prove what is recorded about an EPC"));
  create->add_option("EPC", arguments.text, "EPC in any writing")->required();
  create->add_option("-o,--out", arguments.file, "Proof file to write")->required();
  create->callback([&] { code = proof_create(target(), arguments.text, arguments.file); });
  auto* check = proof->add_subcommand("check", "Check a proof; needs no data folder and no key");
  check->add_option("FILE", arguments.file, "Proof file")->required();
  check->add_option("--key", arguments.key, "Public key that must have signed, 64 hex digits");
  check->add_flag("--json", arguments.json, "Answer as JSON on standard output");
  check->callback([&] {
    code = proof_check(arguments.file, arguments.key,
                       arguments.json ? Output::Json : Output::ForPeople);
  });

  auto* rebuild_command =
      with_data(app.add_subcommand("rebuild", "Make all projections again from the ledger"));
  rebuild_command->add_flag("--check", arguments.check,
                            "Only compare: exit 0 when a replay gives the same, else 3");
  rebuild_command->callback([&] { code = rebuild(target(), arguments.check); });

  const Nouns nouns{app, environment, code};
  add_pool_commands(nouns);
  add_gs1_commands(nouns);
  add_ff1_commands(nouns);
  add_symbol_commands(nouns);
  add_label_commands(nouns);
  add_code_commands(nouns);

  auto* serve = app.add_subcommand("serve", "Offer this data folder over HTTP");
  serve->add_option("--data", arguments.data, "Data folder")->capture_default_str();
  serve->add_option("--listen", arguments.listen, "Address and port")->capture_default_str();
  serve->add_flag("--demo", arguments.demo,
                  "Run a demo plant on a simulated line and print a random login");
  serve->callback([&] {
    const auto options = serve_options(arguments);
    if (!options) {
      print_error(options.error());
      code = kUsage;
      return;
    }
    code = environment.serve(*options);
  });

  auto* bench = noun("bench", "Measure this machine");
  auto* bench_list_command = bench->add_subcommand("list", "What can be measured");
  bench_list_command->add_flag("--json", arguments.json, "Answer as JSON");
  bench_list_command->callback(
      [&] { code = bench_list(environment, arguments.json ? Output::Json : Output::ForPeople); });
  auto* bench_run_command = bench->add_subcommand("run", "Measure one thing");
  bench_run_command->add_option("NAME", arguments.name, "Name from bench list")->required();
  bench_run_command->add_flag("--json", arguments.json, "Answer as JSON");
  bench_run_command->callback([&] {
    code =
        bench_run(environment, arguments.name, arguments.json ? Output::Json : Output::ForPeople);
  });

  auto* config = noun("config", "Configuration");
  auto* config_check =
      config->add_subcommand("check", "Read a configuration file and say what is wrong");
  config_check->add_option("FILE", arguments.file, "Configuration file (TOML)")->required();
  config_check->callback([&] {
    const auto checked = environment.check_config(arguments.file);
    if (!checked) {
      print_error(checked.error());
      code = kSaidNo;
    } else {
      std::puts("ok");
    }
  });

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& wrong) {
    return delivered(usage(app, wrong));
  }
  return delivered(code);
}

}  // namespace packtrail::cli
