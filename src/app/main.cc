// The program: the one place that names concrete types and puts them together.
#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <memory>
#include <thread>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "access/password.h"
#include "access/users.h"
#include "adapters/os/data_folder.h"
#include "adapters/os/os.h"
#include "api/server.h"
#include "app/config.h"
#include "app/demo.h"
#include "app/line_desk.h"
#include "app/node.h"
#include "app/version.h"
#include "bench/bench.h"
#include "cli/cli.h"
#include "cli/terminal.h"

namespace packtrail::app {
namespace {

namespace fs = std::filesystem;

std::optional<std::string> environment_variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

// PACKTRAIL_CONFIG names the file; else packtrail.toml in the data folder where there is one.
Result<Config> load_config(const fs::path& data) {
  if (const auto file = environment_variable("PACKTRAIL_CONFIG")) {
    return Config::from_file(*file, environment_variable);
  }
  const fs::path file = data / "packtrail.toml";
  std::error_code ignored;
  return fs::exists(file, ignored) ? Config::from_file(file, environment_variable)
                                   : Config::from_environment(environment_variable);
}

// This process owns the folder: requests go straight to the API.
class OwnClient final : public cli::Client {
 public:
  explicit OwnClient(std::unique_ptr<Node> node) : node_(std::move(node)) {}
  Result<api::Response> call(const api::Request& request) override {
    api::Request own = request;
    own.peer = api::Peer::FolderOwner;
    return node_->api().handle(own);
  }

 private:
  std::unique_ptr<Node> node_;
};

class SocketClient final : public cli::Client {
 public:
  explicit SocketClient(fs::path socket) : socket_(std::move(socket)) {}
  Result<api::Response> call(const api::Request& request) override {
    return api::call_socket(socket_, request);
  }

 private:
  fs::path socket_;
};

Result<std::unique_ptr<cli::Client>> connect(const fs::path& data, cli::Folder folder) {
  std::error_code absent;
  if (folder == cli::Folder::MustExist && !fs::exists(data / "ledger" / "data.mdb", absent)) {
    return Error{.code = Errc::NotFound,
                 .message = "there is no ledger in the data folder " + data.string(),
                 .remedy = "give the folder with --data; packtrail order run begins a new one"};
  }
  const fs::path socket = adapters::DataFolder::socket_path(data);
  // A server that starts holds the lock before it listens, and one that stops the other way round:
  // try both ways for a moment.
  for (int attempt = 0;; ++attempt) {
    std::error_code ignored;
    if (fs::exists(socket, ignored)) {
      api::Request ping;
      ping.method = "GET";
      ping.path = "/livez";
      if (api::call_socket(socket, ping)) {
        return std::unique_ptr<cli::Client>(std::make_unique<SocketClient>(socket));
      }
    }
    auto config = load_config(data);
    if (!config) return std::move(config).error();
    Node::Options options;
    options.config = *std::move(config);
    auto node = Node::open(data, std::move(options), {});
    if (node) {
      if (!(*node)->suspicion().empty()) {
        std::fprintf(stderr, "warning: pools are blocked: %s\n", (*node)->suspicion().c_str());
      }
      return std::unique_ptr<cli::Client>(std::make_unique<OwnClient>(*std::move(node)));
    }
    if (node.error().code != Errc::Unavailable || attempt >= 20) return std::move(node).error();
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
}

// Blocks the signals that end a server, so that threads started later inherit it and only
// wait_for_end sees them.
sigset_t block_end_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

int serve(const cli::ServeOptions& serve_options) {
  ::signal(SIGPIPE, SIG_IGN);
  const sigset_t end_signals = block_end_signals();
  auto config = load_config(serve_options.data);
  if (!config) {
    cli::print_error(config.error());
    return cli::kFailed;
  }
  Node::Options options;
  options.config = *std::move(config);
  options.demo = serve_options.demo;
  options.pack_interval_ms = serve_options.demo ? kDemoPackIntervalMs : 0;
  cli::ProgressBar bar(true);
  auto node = Node::open(
      serve_options.data, std::move(options), [&](std::uint64_t done, std::uint64_t total) {
        bar.show(total == 0 ? 1.0 : static_cast<double>(done) / static_cast<double>(total),
                 "replaying facts");
      });
  bar.clear();
  if (!node) {
    cli::print_error(node.error());
    return cli::exit_code(node.error().code);
  }
  if (!(*node)->suspicion().empty()) {
    spdlog::warn("pools are blocked: {}", (*node)->suspicion());
  }

  api::Server::Options server_options;
  server_options.address = serve_options.address;
  server_options.port = serve_options.port;
  server_options.socket = adapters::DataFolder::socket_path(serve_options.data);
  auto server = api::Server::start(
      [&api = (*node)->api()](const api::Request& request) { return api.handle(request); },
      server_options);
  if (!server) {
    cli::print_error(server.error());
    return cli::exit_code(server.error().code);
  }

  std::unique_ptr<DemoPlant> demo;
  std::printf("Packtrail %s serves %s\n", kVersion, fs::absolute(serve_options.data).c_str());
  std::printf("  address   http://%s:%u/\n", serve_options.address.c_str(), (*server)->port());
  for (const Error& refused : (*node)->resume_running_orders()) {
    spdlog::warn("an order that was running does not go on: {}", refused.to_text());
  }
  if (serve_options.demo) {
    const std::string password = access::make_password((*node)->random());
    const auto user =
        (*node)->users().put("demo", password, {"operator", "qa"}, (*node)->company());
    if (!user) {
      cli::print_error(user.error());
      return cli::kFailed;
    }
    std::printf("  user      demo\n  password  %s   (new at every start)\n", password.c_str());
    demo = std::make_unique<DemoPlant>((*node)->orders(), (*node)->trace(), (*node)->clock(),
                                       (*node)->company());
  }
  std::puts("Stop with Ctrl-C.");
  std::fflush(stdout);

  int signal_number = 0;
  sigwait(&end_signals, &signal_number);
  std::puts("Stopping: finishing what is in hand.");
  demo.reset();
  server->reset();
  node->reset();
  return cli::kOk;
}

Status rebuild(const fs::path& data, const std::function<void(cli::RebuildProgress)>& progress) {
  const auto config = PACKTRAIL_TRY(load_config(data));
  return Node::rebuild(data, config, [&](std::uint64_t done, std::uint64_t total) {
    if (progress) progress({done, total});
  });
}

// A data folder that lives as long as a bench.
class BenchWorld final : public bench::World {
 public:
  static Result<std::unique_ptr<bench::World>> open() {
    std::string folder = (fs::temp_directory_path() / "packtrail-bench-XXXXXX").string();
    if (::mkdtemp(folder.data()) == nullptr) {
      return Error{.code = Errc::Unavailable,
                   .message = "cannot make a folder in " + fs::temp_directory_path().string(),
                   .remedy = "set TMPDIR to the disk to measure"};
    }
    Node::Options options;
    options.config = PACKTRAIL_TRY(Config::from_environment(environment_variable));
    options.config.witness_folder = fs::path(folder) / "witness";
    auto node = Node::open(fs::path(folder) / "data", std::move(options), {});
    if (!node) {
      fs::remove_all(folder);
      return std::move(node).error();
    }
    return std::unique_ptr<bench::World>(new BenchWorld(folder, *std::move(node)));
  }
  ~BenchWorld() override {
    node_.reset();
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }
  capture::Capture& capture() override { return node_->capture(); }
  trace::Trace& trace() override { return node_->trace(); }
  ledger::Ledger& ledger() override { return node_->ledger(); }
  std::string key_id() override { return node_->key_id(); }
  std::string company() override { return node_->company(); }
  std::string folder() override { return fs::temp_directory_path().string(); }

 private:
  BenchWorld(std::string folder, std::unique_ptr<Node> node)
      : folder_(std::move(folder)), node_(std::move(node)) {}
  std::string folder_;
  std::unique_ptr<Node> node_;
};

Result<std::string> run_bench(const std::string& name) {
  const adapters::SystemClock clock;
  const bench::Ports ports{clock, BenchWorld::open};
  for (const bench::Bench& known : bench::all()) {
    if (name == known.name) return PACKTRAIL_TRY(known.run(ports)).to_json();
  }
  return Error{.code = Errc::NotFound,
               .message = "there is no bench '" + name + "'",
               .remedy = "see packtrail bench list"};
}

// The stores map their files. LMDB trusts its pages, so a page that a disk damaged can lead it
// outside the file; values are checked by us, pages cannot be. Dying is right, dying unsaid is not.
extern "C" void on_memory_fault(int signal_number) {
  static constexpr char kSaid[] =
      "error: reading a data file failed: the disk reports an error, or a page of the file is "
      "damaged\n  remedy: packtrail rebuild makes the projections again; if that stops as well, "
      "restore the data folder from a backup\n";
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, kSaid, sizeof kSaid - 1);
  if (signal_number == SIGBUS) ::_exit(cli::kFailed);
  ::signal(signal_number, SIG_DFL);  // The fault comes again, and leaves its trace.
}

int main_of(int argc, char** argv) {
  ::signal(SIGBUS, on_memory_fault);
  ::signal(SIGSEGV, on_memory_fault);
  cli::Environment environment;
  environment.connect = connect;
  environment.serve = serve;
  environment.rebuild = rebuild;
  for (const bench::Bench& known : bench::all()) {
    environment.benches.emplace_back(known.name, known.measures);
  }
  environment.bench = run_bench;
  environment.check_config = [](const fs::path& file) -> Status {
    PACKTRAIL_TRY(Config::from_file(file, environment_variable));
    return {};
  };
  environment.version = std::string("packtrail ") + kVersion;
  return cli::run(argc, argv, environment);
}

}  // namespace
}  // namespace packtrail::app

int main(int argc, char** argv) { return packtrail::app::main_of(argc, argv); }
