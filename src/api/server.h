// api/server.h - HTTP/1.1 over TCP and over the data folder's Unix socket (Boost.Beast).
//
// Limits are named here and enforced before a handler sees anything. Handlers that may wait (the
// disk, a password hash) run on their own threads, so that health checks and verification go on.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "api/http.h"
#include "base/result.h"

namespace packtrail::api {

inline constexpr std::uint32_t kHeaderSizeMax = 16 * 1024;
inline constexpr std::uint64_t kBodySizeMax = 1024 * 1024;
// POST /epcis/capture and under /api/v1/pools.
inline constexpr std::uint64_t kCaptureBodySizeMax = 64 * 1024 * 1024;
inline constexpr int kIdleSecondsMax = 60;  // Between requests and while reading one.
inline constexpr std::size_t kConnectionsMax = 4096;

class Server {
 public:
  struct Options {
    std::string address = "127.0.0.1";
    std::uint16_t port = 8080;     // 0: any free port.
    std::filesystem::path socket;  // Empty: none.
    bool tcp = true;
    int io_threads = 2;
    int worker_threads = 8;
  };

  // Binds and starts answering. Unavailable, naming address and port, when they are taken.
  static Result<std::unique_ptr<Server>> start(Handler handler, const Options& options);
  ~Server();  // Stops listening, lets requests in hand finish, and removes the socket.

  [[nodiscard]] std::uint16_t port() const;

 private:
  struct State;
  explicit Server(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// One request over the socket at `path`; blocks. Unavailable when nobody answers there.
Result<Response> call_socket(const std::filesystem::path& path, const Request& request);

}  // namespace packtrail::api
