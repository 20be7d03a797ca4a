#include "adapters/witness/witness.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <sstream>

#include <fmt/format.h>

#include "adapters/os/data_folder.h"
#include "base/crypto.h"
#include "ledger/ledger.h"

namespace packtrail::adapters {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kHeading = "packtrail witness 1\n";
constexpr std::size_t kWitnessSizeMax = 16 * 1024 * 1024;

Error os_error(std::string_view what, const fs::path& path) {
  return Error{.code = Errc::Unavailable,
               .message = fmt::format("{} {}: {}", what, path.string(), std::strerror(errno)),
               .remedy = "check the witness folder's permissions and free space"};
}

}  // namespace

Witness::Witness(fs::path file, fs::path ledger_file, int fd)
    : file_(std::move(file)), ledger_file_(std::move(ledger_file)), fd_(fd) {}

Witness::~Witness() { ::close(fd_); }

Result<std::unique_ptr<Witness>> Witness::open(const fs::path& folder, const ledger::LedgerId& id,
                                               fs::path ledger_file) {
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (failed) {
    return Error{
        .code = Errc::Unavailable,
        .message = "cannot make the witness folder " + folder.string() + ": " + failed.message(),
        .remedy =
            "set [witness] folder in the configuration to a writable place outside "
            "the data folder"};
  }
  const fs::path file = folder / (to_hex(id.value()) + ".witness");
  const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return os_error("cannot open", file);
  std::unique_ptr<Witness> witness(new Witness(file, std::move(ledger_file), fd));
  const std::string content = PACKTRAIL_TRY(read_file(file, kWitnessSizeMax));
  // The last line is the checksum of everything before it; a torn write counts as no witness of
  // what it would have said, and the line before stays valid because it is written over whole.
  const std::size_t end = content.rfind("sum ");
  if (!content.starts_with(kHeading) || end == std::string::npos) return witness;
  const std::string_view said(content.data(), end);
  if (content.substr(end + 4, 64) != to_hex(sha256(as_bytes(said)))) return witness;
  std::istringstream lines{std::string(said.substr(kHeading.size()))};
  for (std::string word; lines >> word;) {
    if (word == "size") lines >> witness->last_.size;
    if (word == "root") lines >> witness->last_.root;
    if (word == "file") lines >> witness->last_.identity;
    if (word == "next") {
      std::uint32_t object_class = 0;
      std::uint64_t counter = 0;
      lines >> object_class >> counter;
      witness->last_.next_counters[object_class] = counter;
    }
  }
  witness->known_ = true;
  return witness;
}

std::string Witness::suspicion(const ledger::Ledger& ledger, const trace::Trace& trace) const {
  const auto head = ledger.head();
  std::string cause;
  if (!known_) {
    // A new ledger has no past to lose; an old one without witness comes from elsewhere.
    if (head.size == 0) return "";
    cause = "this ledger was never seen on this machine: it may be an older copy";
  } else if (head.size < last_.size) {
    cause = fmt::format("the ledger has {} facts, but had {} before: it is an older copy",
                        head.size, last_.size);
  } else if (head.size == last_.size && to_hex(head.root) != last_.root) {
    cause = "the ledger has as many facts as before, but other ones";
  } else if (file_identity(ledger_file_) != last_.identity) {
    cause = "the ledger's file is not the one it was: it may be an older copy";
  }
  if (cause.empty()) return "";
  const auto reader = trace.reader();
  for (const auto& [object_class, counter] : last_.next_counters) {
    const auto pool = reader->pool(trace::ObjectClass(object_class));
    if (pool && counter > pool->next_counter) {
      cause += fmt::format("; pool {} had come to counter {}", object_class, counter);
    }
  }
  return cause;
}

Witness::Seen Witness::observe(const ledger::Ledger& ledger, const trace::Trace& trace) {
  if (!reader_) reader_ = trace.reader();
  reader_->refresh();
  const auto head = ledger.head();
  Seen seen;
  seen.size = head.size;
  seen.root = to_hex(head.root);
  seen.identity = last_.identity;
  for (const auto& pool : reader_->pools()) {
    seen.next_counters[pool.object_class.value()] = pool.next_counter;
  }
  return seen;
}

Status Witness::write(const Seen& seen, bool durably) {
  std::string content(kHeading);
  content += fmt::format("size {}\nroot {}\nfile {}\n", seen.size, seen.root, seen.identity);
  for (const auto& [object_class, counter] : seen.next_counters) {
    content += fmt::format("next {} {}\n", object_class, counter);
  }
  content += "sum " + to_hex(sha256(as_bytes(content))) + "\n";
  if (durably) {
    PACKTRAIL_TRY(write_file_durably(file_, content));
    const int fd = ::open(file_.c_str(), O_RDWR | O_CLOEXEC);
    if (fd < 0) return os_error("cannot open", file_);
    ::close(fd_);
    fd_ = fd;
  } else {
    // Not synced: after a power cut the witness may be behind the ledger, never ahead of it.
    const ssize_t written = ::pwrite(fd_, content.data(), content.size(), 0);
    if (written != static_cast<ssize_t>(content.size()) ||
        ::ftruncate(fd_, static_cast<off_t>(content.size())) != 0) {
      return os_error("cannot write", file_);
    }
  }
  last_ = seen;
  known_ = true;
  return {};
}

Status Witness::adopt(const ledger::Ledger& ledger, const trace::Trace& trace) {
  Seen seen = observe(ledger, trace);
  seen.identity = file_identity(ledger_file_);
  return write(seen, true);
}

Status Witness::committed(const ledger::Ledger& ledger, const trace::Trace& trace) {
  return write(observe(ledger, trace), false);
}

}  // namespace packtrail::adapters
