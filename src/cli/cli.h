// cli/cli.h - the commands of the program `packtrail`, noun then verb.
//
// A command talks to a data folder through the HTTP interface of whoever owns it: the running
// server by its socket, or this process itself when nobody does. So there is one way to do a thing,
// and a command works the same beside a server.
//
// Exit codes: 0 ok, 1 failed, 2 usage, 3 a check said no, 4 not found, 5 conflict.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "api/http.h"
#include "base/ports.h"
#include "base/result.h"

namespace packtrail::cli {

enum ExitCode : int { kOk = 0, kFailed = 1, kUsage = 2, kSaidNo = 3, kNotFound = 4, kConflict = 5 };

[[nodiscard]] int exit_code(Errc code);
// An error of an option (field "--name") is kUsage, any other goes by its code.
[[nodiscard]] int exit_code(const Error& error);
[[nodiscard]] int exit_code_of_status(unsigned http_status);

// One way to ask the owner of a data folder.
class Client {
 public:
  virtual ~Client() = default;
  virtual Result<api::Response> call(const api::Request& request) = 0;
};

// Whether a command may begin a new data folder. Questions may not: a mistyped path would answer
// "unknown" for every pack.
enum class Folder { MustExist, MayBegin };

struct ServeOptions {
  std::filesystem::path data;
  std::string address = "127.0.0.1";
  std::uint16_t port = 8080;
  bool demo = false;
};

struct RebuildProgress {
  std::uint64_t done = 0;
  std::uint64_t total = 0;
};

// What the commands need from the world; app/main.cc fills it with concrete things.
struct Environment {
  std::function<Result<std::unique_ptr<Client>>(const std::filesystem::path& data, Folder)> connect;
  std::function<int(const ServeOptions&)> serve;
  // Empties and replays the projections; needs to own the folder.
  std::function<Status(const std::filesystem::path& data,
                       const std::function<void(RebuildProgress)>&)>
      rebuild;
  std::vector<std::pair<std::string, std::string>> benches;  // Name, what it measures.
  // The JSON document of a bench (docs/user/bench.md).
  std::function<Result<std::string>(const std::string& name)> bench;
  std::function<Status(const std::filesystem::path&)> check_config;
  std::string version;
};

int run(int argc, char** argv, const Environment& environment);

}  // namespace packtrail::cli
