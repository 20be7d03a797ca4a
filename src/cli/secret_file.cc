#include "cli/secret_file.h"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/bytes.h"
#include "base/crypto.h"

namespace packtrail::cli {
namespace {

Error system_error(int code, const char* what, const std::string& path) {
  Error error{.code = Errc::Unavailable,
              .message = std::string(what) + ": " + std::strerror(code),
              .field = path};
  if (code == ENOENT) error.code = Errc::NotFound;
  if (code == EEXIST) {
    error.code = Errc::AlreadyExists;
    error.remedy = "Choose another name: a secret is never overwritten.";
  }
  if (code == EACCES || code == EPERM || code == ELOOP) error.code = Errc::PermissionDenied;
  return error;
}

class File {
 public:
  explicit File(int fd) : fd_(fd) {}
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  [[nodiscard]] int fd() const { return fd_; }

 private:
  int fd_;
};

// The folder too: a new name is lost with the power until its folder is on the disk.
Status sync_folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const File file(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  // A folder that may be written and not read cannot be opened, and some file systems do not sync
  // one: the file itself is safe then.
  if (file.fd() < 0 && errno == EACCES) return {};
  if (file.fd() < 0) return system_error(errno, "cannot open the folder", folder);
  if (::fsync(file.fd()) != 0 && errno != EINVAL) {
    return system_error(errno, "cannot sync the folder", folder);
  }
  return {};
}

Status fill(int fd, std::string_view content, const std::string& path) {
  while (!content.empty()) {
    const ssize_t written = ::write(fd, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return system_error(errno, "cannot write", path);
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::fsync(fd) != 0) return system_error(errno, "cannot sync", path);
  return sync_folder_of(path);
}

}  // namespace

Result<std::string> read_secret_file(const std::string& path) {
  const File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.fd() < 0) return system_error(errno, "cannot open", path);
  struct stat status {};
  if (::fstat(file.fd(), &status) != 0) return system_error(errno, "cannot inspect", path);
  if ((status.st_mode & 077) != 0) {
    return Error{.code = Errc::PermissionDenied,
                 .message = "the secret is open to other users",
                 .field = path,
                 .remedy = "chmod 600 " + path + "; if others could read it, replace the secret."};
  }
  if (status.st_uid != ::geteuid() && status.st_uid != 0) {
    return Error{.code = Errc::PermissionDenied,
                 .message = "the secret belongs to another user",
                 .field = path,
                 .remedy = "Run as the user that owns it."};
  }
  std::string content(kSecretFileMax + 1, '\0');
  std::size_t size = 0;
  while (size < content.size()) {
    const ssize_t got = ::read(file.fd(), content.data() + size, content.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_error(errno, "cannot read", path);
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  if (size > kSecretFileMax) {
    wipe({reinterpret_cast<std::uint8_t*>(content.data()), content.size()});
    return Error{.code = Errc::ResourceExhausted,
                 .message = "the file has more than " + std::to_string(kSecretFileMax) + " bytes",
                 .field = path,
                 .remedy = "Give the file that holds the secret alone."};
  }
  content.resize(size);
  return content;
}

Status write_secret_file(const std::string& path, std::string_view content) {
  const File file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (file.fd() < 0) return system_error(errno, "cannot create", path);
  Status written = fill(file.fd(), content, path);
  // A file that holds half a secret would stand in the way of the next attempt.
  if (!written) ::unlink(path.c_str());
  return written;
}

Status fill_random(std::span<std::uint8_t> out) {
  while (!out.empty()) {
    const ssize_t got = ::getrandom(out.data(), out.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      return Error{.code = Errc::Unavailable, .message = "the system gives no random bytes"};
    }
    out = out.subspan(static_cast<std::size_t>(got));
  }
  return {};
}

}  // namespace packtrail::cli
