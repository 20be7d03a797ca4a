#include "adapters/witness/witness.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <sstream>

#include <fmt/format.h>

#include "adapters/os/data_folder.h"
#include "base/crypto.h"
#include "ledger/ledger.h"

namespace packtrail::adapters {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kHeading = "packtrail witness 2\n";
constexpr std::size_t kWitnessSizeMax = 16 * 1024 * 1024;
constexpr std::string_view kBase = ".base";
constexpr std::array<std::string_view, 2> kSlots{".0", ".1"};

Error os_error(std::string_view what, const fs::path& path) {
  return Error{.code = Errc::Unavailable,
               .message = fmt::format("{} {}: {}", what, path.string(), std::strerror(errno)),
               .remedy = "check the witness folder's permissions and free space"};
}

void raise(std::map<std::uint32_t, std::uint64_t>& counters, std::uint32_t object_class,
           std::uint64_t counter) {
  auto& known = counters[object_class];
  known = std::max(known, counter);
}

fs::path with_suffix(fs::path path, std::string_view suffix) {
  path += suffix;
  return path;
}

}  // namespace

Witness::Witness(fs::path file, std::string identity)
    : file_(std::move(file)), identity_(std::move(identity)) {}

Witness::~Witness() {
  for (const int fd : slots_) {
    if (fd >= 0) ::close(fd);
  }
}

std::string Witness::text_of(const Seen& seen) {
  std::string content(kHeading);
  content += fmt::format("sequence {}\nsize {}\nroot {}\n", seen.sequence, seen.size, seen.root);
  for (const auto& [object_class, counter] : seen.next_counters) {
    content += fmt::format("next {} {}\n", object_class, counter);
  }
  for (const auto& [object_class, counter] : seen.floors) {
    content += fmt::format("floor {} {}\n", object_class, counter);
  }
  content += "sum " + to_hex(sha256(as_bytes(content))) + "\n";
  return content;
}

// Nothing for what is torn: then the other slot or the base counts.
std::optional<Witness::Seen> Witness::parse(std::string_view content) {
  const std::size_t end = content.rfind("sum ");
  if (!content.starts_with(kHeading) || end == std::string_view::npos) return std::nullopt;
  const std::string_view said = content.substr(0, end);
  if (content.substr(end + 4) != to_hex(sha256(as_bytes(said))) + "\n") return std::nullopt;
  Seen seen;
  std::istringstream lines{std::string(said.substr(kHeading.size()))};
  for (std::string word; lines >> word;) {
    if (word == "sequence") lines >> seen.sequence;
    if (word == "size") lines >> seen.size;
    if (word == "root") lines >> seen.root;
    if (word == "next" || word == "floor") {
      std::uint32_t object_class = 0;
      std::uint64_t counter = 0;
      lines >> object_class >> counter;
      raise(word == "next" ? seen.next_counters : seen.floors, object_class, counter);
    }
  }
  return seen;
}

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
  const std::string identity = file_identity(ledger_file);
  const std::string prefix = to_hex(id.value()) + "-";
  std::unique_ptr<Witness> witness(new Witness(folder / (prefix + identity), identity));
  for (fs::directory_iterator it(folder, failed), end; !failed && it != end; it.increment(failed)) {
    const std::string name = it->path().filename().string();
    if (!name.starts_with(prefix) || it->path().extension() == ".new") continue;
    witness->any_ = true;
    const auto content = read_file(it->path(), kWitnessSizeMax);
    if (!content) return std::move(content).error();
    const auto seen = parse(*content);
    if (!seen) continue;
    if (it->path().parent_path() / it->path().stem() == witness->file_) {
      if (!witness->last_ || seen->sequence > witness->last_->sequence) witness->last_ = *seen;
      continue;
    }
    for (const auto& [object_class, counter] : seen->next_counters) {
      raise(witness->elsewhere_, object_class, counter);
    }
  }
  if (failed) {
    return Error{.code = Errc::Unavailable,
                 .message = "cannot list " + folder.string() + ": " + failed.message(),
                 .remedy = "check the witness folder's permissions"};
  }
  return witness;
}

Result<Witness::Suspicion> Witness::suspicion(const ledger::Ledger& ledger,
                                              const trace::Trace& trace) const {
  const auto head = ledger.head();
  Suspicion found;
  // A new ledger has no past to lose; an old one without witness comes from elsewhere.
  if (head.size == 0 && !any_) return found;
  if (!any_) {
    found.cause = "this ledger was never seen on this machine: it may be an older copy";
  } else if (!last_) {
    found.cause = "the ledger's file is not the one it was: it may be an older copy";
  } else if (head.size < last_->size) {
    found.cause = fmt::format("the ledger has {} facts, but had {} before: it is an older copy",
                              head.size, last_->size);
  } else if (head.size == last_->size && to_hex(head.root) != last_->root) {
    found.cause = "the ledger has as many facts as before, but other ones";
  }
  const bool is_other = !found.cause.empty();
  Counters known = elsewhere_;
  if (last_) {
    for (const auto& [object_class, counter] : last_->next_counters) {
      raise(known, object_class, counter);
    }
  }
  const auto reader = trace.reader();
  bool went_on = false;
  for (const auto& [object_class, counter] : known) {
    const auto pool = reader->pool(trace::ObjectClass(object_class));
    if (counter <= (pool ? pool->next_counter : 0)) continue;
    // Floors that the ledger carries already hold by themselves.
    std::uint64_t floor = 0;
    if (last_ && last_->floors.contains(object_class)) floor = last_->floors.at(object_class);
    if (!is_other && counter <= floor) continue;
    went_on = true;
    found.floors.emplace_back(trace::ObjectClass(object_class), counter);
  }
  PACKTRAIL_TRY(reader->failure());
  if (found.cause.empty() && went_on) {
    found.cause = "numbers were issued from another copy of this ledger";
  }
  for (const auto& [object_class, counter] : found.floors) {
    found.cause += fmt::format("; pool {} had come to counter {}", object_class.value(), counter);
  }
  return found;
}

Result<Witness::Seen> Witness::observe(const ledger::Ledger& ledger, const trace::Trace& trace) {
  if (!reader_) reader_ = trace.reader();
  reader_->refresh();
  const auto head = ledger.head();
  Seen seen = last_.value_or(Seen{});
  ++seen.sequence;
  seen.size = head.size;
  seen.root = to_hex(head.root);
  for (const auto& pool : reader_->pools()) {
    raise(seen.next_counters, pool.object_class.value(), pool.next_counter);
  }
  if (auto sound = reader_->failure(); !sound) {
    reader_.reset();
    return std::move(sound).error();
  }
  return seen;
}

Status Witness::adopt(const ledger::Ledger& ledger, const trace::Trace& trace,
                      const Suspicion& settled) {
  Seen seen = PACKTRAIL_TRY(observe(ledger, trace));
  for (const auto& [object_class, counter] : settled.floors) {
    raise(seen.floors, object_class.value(), counter);
    raise(seen.next_counters, object_class.value(), counter);
  }
  PACKTRAIL_TRY(write_file_durably(with_suffix(file_, kBase), text_of(seen)));
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    const fs::path path = with_suffix(file_, kSlots[i]);
    if (slots_[i] < 0) slots_[i] = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (slots_[i] < 0) return os_error("cannot open", path);
  }
  last_ = std::move(seen);
  return {};
}

Status Witness::committed(const ledger::Ledger& ledger, const trace::Trace& trace) {
  Seen seen = PACKTRAIL_TRY(observe(ledger, trace));
  const std::string content = text_of(seen);
  const std::size_t slot = seen.sequence % slots_.size();
  const fs::path path = with_suffix(file_, kSlots[slot]);
  if (slots_[slot] < 0) slots_[slot] = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  // Not synced: after a power cut the witness may be behind the ledger, never ahead of it. The
  // other slot and the base stay whole whatever becomes of this one.
  if (slots_[slot] < 0 ||
      ::pwrite(slots_[slot], content.data(), content.size(), 0) !=
          static_cast<ssize_t>(content.size()) ||
      ::ftruncate(slots_[slot], static_cast<off_t>(content.size())) != 0) {
    return os_error("cannot write", path);
  }
  last_ = std::move(seen);
  return {};
}

}  // namespace packtrail::adapters
