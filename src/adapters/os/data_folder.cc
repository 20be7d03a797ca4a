#include "adapters/os/data_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include <fmt/format.h>

namespace packtrail::adapters {
namespace {

namespace fs = std::filesystem;

Error os_error(std::string what, const fs::path& path) {
  const int cause = errno;
  const bool full = cause == ENOSPC || cause == EDQUOT;
  return Error{.code = full ? Errc::ResourceExhausted : Errc::Unavailable,
               .message = fmt::format("{} {}: {}", what, path.string(), std::strerror(cause)),
               .remedy = full ? "free disk space, then start again"
                              : "check the path and the permissions of its folder"};
}

Status sync_folder(const fs::path& folder) {
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return os_error("cannot open folder", folder);
  const int failed = ::fsync(fd);
  ::close(fd);
  if (failed != 0) return os_error("cannot sync folder", folder);
  return {};
}

Status write_all(int fd, std::string_view content, const fs::path& path) {
  while (!content.empty()) {
    const ssize_t written = ::write(fd, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return os_error("cannot write", path);
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

}  // namespace

Result<DataFolder> DataFolder::own(const fs::path& path) {
  std::error_code failed;
  const bool created = fs::create_directories(path, failed);
  if (failed) {
    return Error{.code = Errc::Unavailable,
                 .message = "cannot create data folder " + path.string() + ": " + failed.message(),
                 .remedy = "choose another folder with --data"};
  }
  if (created) fs::permissions(path, fs::perms::owner_all, failed);
  const fs::path lock = path / "lock";
  const int fd = ::open(lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return os_error("cannot open", lock);
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    char owner[32] = {};
    const ssize_t got = ::pread(fd, owner, sizeof owner - 1, 0);
    ::close(fd);
    std::string pid(owner, got > 0 ? static_cast<std::size_t>(got) : 0);
    while (!pid.empty() && pid.back() == '\n') pid.pop_back();
    return Error{.code = Errc::Unavailable,
                 .message = fmt::format("data folder {} belongs to process {}", path.string(),
                                        pid.empty() ? "(starting)" : pid),
                 .rule = "a data folder has one owner",
                 .remedy = "use the running server, or stop it first"};
  }
  const std::string pid = fmt::format("{}\n", ::getpid());
  if (::ftruncate(fd, 0) != 0 || ::pwrite(fd, pid.data(), pid.size(), 0) < 0) {
    auto error = os_error("cannot write", lock);
    ::close(fd);
    return error;
  }
  return DataFolder(path, fd);
}

DataFolder::DataFolder(DataFolder&& other) noexcept
    : path_(std::move(other.path_)), fd_(std::exchange(other.fd_, -1)) {}

DataFolder::~DataFolder() {
  if (fd_ >= 0) ::close(fd_);  // Releases the lock.
}

fs::path DataFolder::socket_path(const fs::path& folder) { return folder / "packtrail.sock"; }

std::string file_identity(const fs::path& path) {
  struct statx facts {};
  if (::statx(AT_FDCWD, path.c_str(), 0, STATX_INO | STATX_BTIME, &facts) != 0) return "";
  if ((facts.stx_mask & STATX_BTIME) == 0) {
    return fmt::format("{}-disk{}-{}", facts.stx_ino, facts.stx_dev_major, facts.stx_dev_minor);
  }
  return fmt::format("{}-{}-{}", facts.stx_ino, facts.stx_btime.tv_sec, facts.stx_btime.tv_nsec);
}

Status write_file_durably(const fs::path& path, std::string_view content) {
  fs::path temporary = path;
  temporary += ".new";
  const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return os_error("cannot create", temporary);
  Status written = write_all(fd, content, temporary);
  if (written && ::fsync(fd) != 0) written = os_error("cannot sync", temporary);
  ::close(fd);
  if (!written) return written;
  if (::rename(temporary.c_str(), path.c_str()) != 0) return os_error("cannot rename", path);
  return sync_folder(path.parent_path().empty() ? fs::path(".") : path.parent_path());
}

Result<std::string> read_file(const fs::path& path, std::size_t size_max) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    auto error = os_error("cannot open", path);
    if (errno == ENOENT) error.code = Errc::NotFound;
    return error;
  }
  std::string content;
  char buffer[65536];
  for (;;) {
    const ssize_t got = ::read(fd, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      auto error = os_error("cannot read", path);
      ::close(fd);
      return error;
    }
    if (got == 0) break;
    content.append(buffer, static_cast<std::size_t>(got));
    if (content.size() > size_max) {
      ::close(fd);
      return Error{.code = Errc::ResourceExhausted,
                   .message = fmt::format("{} is larger than {} bytes", path.string(), size_max)};
    }
  }
  ::close(fd);
  return content;
}

}  // namespace packtrail::adapters
