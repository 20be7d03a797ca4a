#include "api/server.h"

#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstring>
#include <thread>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include <fmt/format.h>

namespace packtrail::api {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using Unix = asio::local::stream_protocol;
using boost::system::error_code;

using BeastRequest = http::request<http::string_body>;
using BeastResponse = http::response<http::string_body>;

Request to_request(BeastRequest&& message, Peer peer, std::string remote) {
  Request request;
  request.method = std::string(message.method_string());
  const std::string_view target(message.target().data(), message.target().size());
  const std::size_t question = target.find('?');
  request.path = target.substr(0, question);
  if (question != std::string_view::npos) request.query = target.substr(question + 1);
  for (const auto& field : message) {
    std::string name(field.name_string());
    for (char& c : name) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    request.headers.insert_or_assign(std::move(name), std::string(field.value()));
  }
  request.body = std::move(message.body());
  request.peer = peer;
  request.remote = std::move(remote);
  return request;
}

BeastResponse to_message(Response&& response, unsigned version, bool keep_alive, bool head_only) {
  BeastResponse message;
  message.version(version);
  message.result(response.status);
  message.keep_alive(keep_alive);
  if (!response.content_type.empty()) {
    message.set(http::field::content_type, response.content_type);
  }
  message.set("X-Content-Type-Options", "nosniff");
  message.set("Referrer-Policy", "no-referrer");
  message.set(http::field::cache_control, "no-store");
  for (const auto& [name, value] : response.headers) message.set(name, value);
  message.body() = std::move(response.body);
  message.prepare_payload();
  if (head_only) message.body().clear();
  return message;
}

constexpr int kLingerSecondsMax = 2;
constexpr std::size_t kLingerBytesMax = 8 * 1024 * 1024;

// The answers that hold nothing up: memory only.
bool is_fast(const Request& request) {
  return request.method == "GET" && (request.path.starts_with("/01/") || request.path == "/livez" ||
                                     request.path.starts_with("/assets/"));
}

std::uint64_t body_limit(const http::request_parser<http::string_body>& parser) {
  const auto target = parser.get().target();
  // Lists of numbers come to a pool: imports, moves.
  const bool large = target.starts_with("/epcis/capture") || target.starts_with("/api/v1/pools/");
  return large ? kCaptureBodySizeMax : kBodySizeMax;
}

BeastResponse refuse(unsigned status, std::string message, unsigned version) {
  Response response = problem(Error{.message = std::move(message)}, status);
  return to_message(std::move(response), version, false, false);
}

}  // namespace

struct Server::State {
  Handler handler;
  asio::io_context io;
  asio::thread_pool workers;
  std::unique_ptr<asio::ip::tcp::acceptor> tcp;
  std::unique_ptr<Unix::acceptor> local;
  std::filesystem::path socket;
  std::vector<std::thread> threads;
  std::atomic<std::size_t> connections{0};
  std::uint16_t port = 0;

  State(Handler handler_in, const Options& options)
      : handler(std::move(handler_in)),
        io(options.io_threads),
        workers(static_cast<std::size_t>(options.worker_threads)) {}

  // Reads and drops what a refused client still sends, for a moment: closing at once would reset
  // the connection before the client has read why it was refused.
  template <class Stream>
  static asio::awaitable<void> linger(Stream& stream) {
    error_code failed;
    stream.socket().shutdown(asio::socket_base::shutdown_send, failed);
    stream.expires_after(std::chrono::seconds(kLingerSecondsMax));
    std::vector<char> dropped(64 * 1024);
    for (std::size_t total = 0; total < kLingerBytesMax && !failed;) {
      total += co_await stream.async_read_some(asio::buffer(dropped),
                                               asio::redirect_error(asio::use_awaitable, failed));
    }
  }

  template <class Stream>
  asio::awaitable<void> serve(Stream stream, Peer peer, std::string remote) {
    const auto token = asio::use_awaitable;
    beast::flat_buffer buffer;
    bool first = true;
    for (;;) {
      http::request_parser<http::string_body> parser;
      parser.header_limit(kHeaderSizeMax);
      parser.body_limit(kCaptureBodySizeMax);
      error_code failed;
      stream.expires_after(std::chrono::seconds(kIdleSecondsMax));
      co_await http::async_read_header(stream, buffer, parser, asio::redirect_error(token, failed));
      unsigned refusal = 0;
      if (failed == http::error::header_limit) refusal = 431;
      if (!failed) {
        parser.body_limit(body_limit(parser));
        // Beast compared an announced length with the larger limit, before the target was known.
        const auto announced = parser.content_length();
        if (announced && *announced > body_limit(parser)) failed = http::error::body_limit;
      }
      if (!failed) {
        if (parser.get()[http::field::expect] == "100-continue") {
          http::response<http::empty_body> go_on{http::status::continue_, parser.get().version()};
          co_await http::async_write(stream, go_on, asio::redirect_error(token, failed));
        }
        if (!failed) {
          co_await http::async_read(stream, buffer, parser, asio::redirect_error(token, failed));
        }
      }
      if (failed == http::error::body_limit) refusal = 413;
      if (failed && refusal == 0 && !first) break;  // Closed between requests, or a time-out.
      if (failed && refusal == 0 &&
          (failed == http::error::end_of_stream || failed == beast::error::timeout ||
           failed == asio::error::connection_reset || failed == http::error::partial_message)) {
        break;
      }
      if (failed) {
        auto message = refuse(refusal == 0 ? 400 : refusal,
                              refusal == 413   ? "the body is larger than this resource takes"
                              : refusal == 431 ? "the header is larger than 16 KiB"
                                               : "this is not an HTTP request",
                              11);
        co_await http::async_write(stream, message, asio::redirect_error(token, failed));
        if (!failed) co_await linger(stream);
        break;
      }
      first = false;
      const auto arrived = std::chrono::steady_clock::now();
      const unsigned version = parser.get().version();
      const bool keep_alive = parser.get().keep_alive();
      const bool head_only = parser.get().method() == http::verb::head;
      Request request = to_request(parser.release(), peer, remote);
      if (head_only) request.method = "GET";
      stream.expires_never();
      Response response;
      if (is_fast(request)) {
        response = handler(request);
      } else {
        co_await asio::post(asio::bind_executor(workers, token));
        response = handler(request);
        co_await asio::post(asio::bind_executor(stream.get_executor(), token));
      }
      if (response.time_bucket_ms != 0) {
        const auto bucket = std::chrono::milliseconds(response.time_bucket_ms);
        const auto used = std::chrono::steady_clock::now() - arrived;
        asio::steady_timer timer(stream.get_executor());
        timer.expires_at(arrived + (used / bucket + 1) * bucket);
        co_await timer.async_wait(asio::redirect_error(token, failed));
      }
      auto message = to_message(std::move(response), version, keep_alive, head_only);
      stream.expires_after(std::chrono::seconds(kIdleSecondsMax));
      if (head_only) {
        http::response_serializer<http::string_body> serializer(message);
        co_await http::async_write_header(stream, serializer, asio::redirect_error(token, failed));
      } else {
        co_await http::async_write(stream, message, asio::redirect_error(token, failed));
      }
      if (failed || !keep_alive) break;
    }
    error_code ignored;
    stream.socket().shutdown(asio::socket_base::shutdown_both, ignored);
  }

  // Counts a connection for as long as it lives, however its coroutine ends.
  struct Counted {
    explicit Counted(std::atomic<std::size_t>& count_in) : count(&count_in) { ++*count; }
    ~Counted() {
      if (count != nullptr) --*count;
    }
    Counted(Counted&& other) noexcept : count(std::exchange(other.count, nullptr)) {}
    Counted& operator=(Counted&&) = delete;
    std::atomic<std::size_t>* count;
  };

  template <class Stream>
  asio::awaitable<void> serve_counted(Stream stream, Peer peer, std::string remote,
                                      Counted counted) {
    static_cast<void>(counted);
    co_await serve(std::move(stream), peer, std::move(remote));
  }

  asio::awaitable<void> listen_tcp() {
    for (;;) {
      error_code failed;
      asio::ip::tcp::socket client(asio::make_strand(io));  // Time-outs and reads take turns.
      co_await tcp->async_accept(client, asio::redirect_error(asio::use_awaitable, failed));
      if (failed == asio::error::operation_aborted || !tcp->is_open()) co_return;
      if (failed || connections.load() >= kConnectionsMax) continue;
      error_code ignored;
      client.set_option(asio::ip::tcp::no_delay(true), ignored);
      const auto remote = client.remote_endpoint(ignored);
      const auto executor = client.get_executor();
      using Stream = beast::basic_stream<asio::ip::tcp>;
      asio::co_spawn(executor,
                     serve_counted(Stream(std::move(client)), Peer::Network,
                                   ignored ? std::string() : remote.address().to_string(),
                                   Counted(connections)),
                     asio::detached);
    }
  }

  asio::awaitable<void> listen_local() {
    for (;;) {
      error_code failed;
      Unix::socket client(asio::make_strand(io));
      co_await local->async_accept(client, asio::redirect_error(asio::use_awaitable, failed));
      if (failed == asio::error::operation_aborted || !local->is_open()) co_return;
      if (failed || connections.load() >= kConnectionsMax) continue;
      // The kernel says who connected; the file's mode already keeps others out.
      ucred peer{};
      socklen_t size = sizeof peer;
      if (::getsockopt(client.native_handle(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0 ||
          (peer.uid != ::getuid() && peer.uid != 0)) {
        continue;
      }
      using Stream = beast::basic_stream<Unix>;
      const auto executor = client.get_executor();
      asio::co_spawn(executor,
                     serve_counted(Stream(std::move(client)), Peer::FolderOwner, std::string(),
                                   Counted(connections)),
                     asio::detached);
    }
  }
};

Server::Server(std::unique_ptr<State> state) : state_(std::move(state)) {}

Result<std::unique_ptr<Server>> Server::start(Handler handler, const Options& options) {
  auto state = std::make_unique<State>(std::move(handler), options);
  try {
    if (options.tcp) {
      const asio::ip::tcp::endpoint endpoint(asio::ip::make_address(options.address), options.port);
      state->tcp = std::make_unique<asio::ip::tcp::acceptor>(state->io, endpoint, true);
      state->port = state->tcp->local_endpoint().port();
    }
    if (!options.socket.empty()) {
      // The caller owns the folder's lock, so a socket that is there belongs to nobody.
      ::unlink(options.socket.c_str());
      const mode_t old_mask = ::umask(0177);
      try {
        state->local = std::make_unique<Unix::acceptor>(
            state->io, Unix::endpoint(options.socket.string()), false);
      } catch (...) {
        ::umask(old_mask);
        throw;
      }
      ::umask(old_mask);
      state->socket = options.socket;
    }
  } catch (const boost::system::system_error& failed) {
    const bool tcp_failed = options.tcp && !state->tcp;
    return Error{
        .code = Errc::Unavailable,
        .message = fmt::format("cannot listen on {}: {}",
                               tcp_failed ? fmt::format("{}:{}", options.address, options.port)
                                          : options.socket.string(),
                               failed.code().message()),
        .remedy =
            "choose another address with --listen ADDRESS:PORT, or stop the program "
            "that uses it"};
  }
  if (state->tcp) asio::co_spawn(state->io, state->listen_tcp(), asio::detached);
  if (state->local) asio::co_spawn(state->io, state->listen_local(), asio::detached);
  for (int i = 0; i < options.io_threads; ++i) {
    state->threads.emplace_back([&io = state->io] { io.run(); });
  }
  return std::unique_ptr<Server>(new Server(std::move(state)));
}

Server::~Server() {
  asio::post(state_->io, [state = state_.get()] {
    error_code ignored;
    if (state->tcp) state->tcp->close(ignored);
    if (state->local) state->local->close(ignored);
  });
  state_->workers.join();
  state_->io.stop();
  for (std::thread& thread : state_->threads) thread.join();
  if (!state_->socket.empty()) ::unlink(state_->socket.c_str());
}

std::uint16_t Server::port() const { return state_->port; }

Result<Response> call_socket(const std::filesystem::path& path, const Request& request) {
  try {
    asio::io_context io;
    Unix::socket socket(io);
    socket.connect(Unix::endpoint(path.string()));
    BeastRequest message;
    message.version(11);
    message.method_string(request.method);
    message.target(request.query.empty() ? request.path : request.path + "?" + request.query);
    message.set(http::field::host, "packtrail");
    for (const auto& [name, value] : request.headers) message.set(name, value);
    message.body() = request.body;
    message.keep_alive(false);
    message.prepare_payload();
    http::write(socket, message);
    beast::flat_buffer buffer;
    http::response_parser<http::string_body> parser;
    parser.body_limit(boost::none);  // Our own server.
    http::read(socket, buffer, parser);
    Response response;
    response.status = parser.get().result_int();
    response.content_type = std::string(parser.get()[http::field::content_type]);
    for (const auto& field : parser.get()) {
      response.headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
    }
    response.body = std::move(parser.get().body());
    return response;
  } catch (const boost::system::system_error& failed) {
    return Error{
        .code = Errc::Unavailable,
        .message = fmt::format("no answer from the server at {}: {}", path.string(), failed.what()),
        .remedy = "check that packtrail serve still runs on this data folder"};
  }
}

}  // namespace packtrail::api
