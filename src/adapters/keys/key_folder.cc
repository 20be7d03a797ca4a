#include "adapters/keys/key_folder.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/crypto.h"

namespace packtrail::adapters {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kSecretSize = 32;
constexpr std::size_t kKeyIdSizeMax = 64;
constexpr std::string_view kFirstLine = "packtrail key 1";
constexpr std::string_view kCurrentFile = "current";
constexpr std::string_view kLedgerFile = "ledger";
constexpr std::size_t kLedgerIdSize = 32;  // Hex digits.
constexpr std::string_view kCommitmentName = "commitment";
constexpr std::string_view kSigningName = "signing";

using Secret = std::array<std::uint8_t, kSecretSize>;

Error system_error(int code, std::string what, const fs::path& path) {
  Error error{.code = Errc::Unavailable,
              .message = std::move(what) + ": " + std::strerror(code),
              .field = path.string()};
  if (code == ENOENT) error.code = Errc::NotFound;
  if (code == EEXIST) error.code = Errc::AlreadyExists;
  if (code == EACCES || code == EPERM || code == ELOOP) error.code = Errc::PermissionDenied;
  if (code == ENOSPC || code == EDQUOT) error.code = Errc::ResourceExhausted;
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

// Bound to the name, so that key files cannot change places unnoticed. 64 bits of a hash of a
// secret of 256 bits tell nothing about it.
std::string check_value(std::string_view name, ByteView secret) {
  Sha256 hash;
  hash.update(as_bytes("packtrail key check\n")).update(as_bytes(name)).update(as_bytes("\n"));
  const Digest digest = hash.update(secret).finish();
  return to_hex(ByteView(digest).first(8));
}

Status write_file(const fs::path& path, std::string_view content) {
  const File file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (file.fd() < 0) return system_error(errno, "cannot create", path);
  while (!content.empty()) {
    const ssize_t written = ::write(file.fd(), content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return system_error(errno, "cannot write", path);
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::fsync(file.fd()) != 0) return system_error(errno, "cannot sync", path);
  return {};
}

Status sync_folder(const fs::path& path) {
  const File folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.fd() < 0) return system_error(errno, "cannot open", path);
  if (::fsync(folder.fd()) != 0) return system_error(errno, "cannot sync", path);
  return {};
}

// Nobody but the owner may reach what holds keys.
Status check_private(int fd, const fs::path& path) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) return system_error(errno, "cannot inspect", path);
  const bool is_folder = S_ISDIR(status.st_mode);
  if ((status.st_mode & 077) != 0) {
    return Error{.code = Errc::PermissionDenied,
                 .message = "keys are open to other users",
                 .field = path.string(),
                 .remedy = std::string("chmod ") + (is_folder ? "700 " : "600 ") + path.string() +
                           "; if others could read it, replace the keys."};
  }
  if (status.st_uid != ::geteuid() && status.st_uid != 0) {
    return Error{.code = Errc::PermissionDenied,
                 .message = "keys belong to another user",
                 .field = path.string(),
                 .remedy = "Run as the user that owns the keys, or chown " + path.string() + "."};
  }
  return {};
}

// Files here are a few lines; more is not ours.
Result<std::string> read_private(const fs::path& path) {
  const File file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (file.fd() < 0) return system_error(errno, "cannot open", path);
  PACKTRAIL_TRY(check_private(file.fd(), path));
  std::string content(512, '\0');
  std::size_t size = 0;
  while (size < content.size()) {
    const ssize_t got = ::read(file.fd(), content.data() + size, content.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_error(errno, "cannot read", path);
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  content.resize(size);
  return content;
}

fs::path key_path(const fs::path& folder, std::string_view name) {
  return folder / (std::string(name) + ".key");
}

std::string key_text(std::string_view name, ByteView secret) {
  std::string text(kFirstLine);
  text.append("\n").append(name).append("\n");
  std::string secret_text = to_hex(secret);
  text.append(secret_text).append("\n").append(check_value(name, secret)).append("\n");
  wipe({reinterpret_cast<std::uint8_t*>(secret_text.data()), secret_text.size()});
  return text;
}

void wipe_text(std::string& text) {
  wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
}

Result<Secret> read_key(const fs::path& folder, std::string_view name) {
  const fs::path path = key_path(folder, name);
  std::string text = PACKTRAIL_TRY(read_private(path));
  Secret secret{};
  const std::size_t begin = kFirstLine.size() + 1 + name.size() + 1;
  bool is_sound = false;
  if (text.size() > begin + 2 * kSecretSize) {
    auto bytes = from_hex(std::string_view(text).substr(begin, 2 * kSecretSize));
    if (bytes) {
      std::copy(bytes->begin(), bytes->end(), secret.begin());
      wipe(*bytes);
      std::string expected = key_text(name, secret);
      is_sound = expected == text;
      wipe_text(expected);
    }
  }
  wipe_text(text);
  if (is_sound) return secret;
  wipe(secret);
  return Error{.code = Errc::DataLoss,
               .message = "not a key file of this name, or damaged",
               .field = path.string(),
               .rule = "docs/formats/keys.md",
               .remedy = "Put the key back from its own copy."};
}

Status write_key(const fs::path& folder, std::string_view name, Random& random) {
  Secret secret;
  random.fill(secret);
  std::string text = key_text(name, secret);
  wipe(secret);
  Status written = write_file(key_path(folder, name), text);
  wipe_text(text);
  return written;
}

// A key id becomes part of a file name.
bool is_key_id(std::string_view id) {
  if (id.empty() || id.size() > kKeyIdSizeMax || id[0] == '.') return false;
  for (const char c : id) {
    const bool is_allowed = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                            (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
    if (!is_allowed) return false;
  }
  return true;
}

std::string master_name(const std::string& id) { return "master-" + id; }

}  // namespace

struct KeyFolder::State {
  fs::path path;
  numbering::KeyId master_key_id;
  std::string ledger_id;
  Secret commitment{};
  EVP_PKEY* signing = nullptr;

  ~State() {
    wipe(commitment);
    EVP_PKEY_free(signing);
  }
};

KeyFolder::KeyFolder(std::unique_ptr<State> state) : state_(std::move(state)) {}
KeyFolder::~KeyFolder() = default;

Status KeyFolder::create(const fs::path& given, Random& random) {
  const fs::path path = given.has_filename() ? given : given.parent_path();
  std::error_code ignored;
  if (fs::exists(fs::symlink_status(path, ignored))) {
    return system_error(EEXIST, "keys are there already", path);
  }
  // Made beside its place and renamed, so that a folder of keys is whole or not there. The name is
  // fresh: what an interrupted attempt left is never taken for keys.
  std::array<std::uint8_t, 8> tail;
  random.fill(tail);
  fs::path making = path;
  making += ".new-" + to_hex(tail);
  if (::mkdir(making.c_str(), 0700) != 0) return system_error(errno, "cannot make", making);
  std::array<std::uint8_t, 4> id_bytes;
  random.fill(id_bytes);
  const std::string id = "k" + to_hex(id_bytes);
  PACKTRAIL_TRY(write_key(making, master_name(id), random));
  PACKTRAIL_TRY(write_key(making, kCommitmentName, random));
  PACKTRAIL_TRY(write_key(making, kSigningName, random));
  PACKTRAIL_TRY(write_file(making / kCurrentFile, id + "\n"));
  PACKTRAIL_TRY(sync_folder(making));
  if (::rename(making.c_str(), path.c_str()) != 0) {
    return system_error(errno == ENOTEMPTY ? EEXIST : errno, "cannot put the keys in place", path);
  }
  const fs::path parent = path.parent_path();
  return sync_folder(parent.empty() ? fs::path(".") : parent);
}

Result<std::unique_ptr<KeyFolder>> KeyFolder::open(const fs::path& path) {
  const File folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.fd() < 0) return system_error(errno, "cannot open the folder of keys", path);
  PACKTRAIL_TRY(check_private(folder.fd(), path));
  auto state = std::make_unique<State>();
  state->path = path;
  std::string id = PACKTRAIL_TRY(read_private(path / kCurrentFile));
  if (!id.empty() && id.back() == '\n') id.pop_back();
  if (!is_key_id(id)) {
    return Error{.code = Errc::DataLoss,
                 .message = "the file does not name a master key",
                 .field = (path / kCurrentFile).string()};
  }
  Secret master = PACKTRAIL_TRY(read_key(path, master_name(id)));
  wipe(master);
  state->master_key_id = numbering::KeyId(std::move(id));
  auto ledger_id = read_private(path / kLedgerFile);
  if (ledger_id) {
    if (!ledger_id->empty() && ledger_id->back() == '\n') ledger_id->pop_back();
    if (ledger_id->size() != kLedgerIdSize || !from_hex(*ledger_id)) {
      return Error{.code = Errc::DataLoss,
                   .message = "the file does not name a ledger",
                   .field = (path / kLedgerFile).string(),
                   .rule = "docs/formats/keys.md",
                   .remedy = "Put the keys back from their own copy."};
    }
    state->ledger_id = *std::move(ledger_id);
  } else if (ledger_id.error().code != Errc::NotFound) {
    return std::move(ledger_id).error();
  }
  state->commitment = PACKTRAIL_TRY(read_key(path, kCommitmentName));
  Secret seed = PACKTRAIL_TRY(read_key(path, kSigningName));
  state->signing =
      EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.data(), seed.size());
  wipe(seed);
  if (state->signing == nullptr) {
    return Error{.code = Errc::Unavailable, .message = "the crypto library refuses Ed25519"};
  }
  return std::unique_ptr<KeyFolder>(new KeyFolder(std::move(state)));
}

const numbering::KeyId& KeyFolder::master_key_id() const { return state_->master_key_id; }

const std::string& KeyFolder::ledger_id() const { return state_->ledger_id; }

Status KeyFolder::bind(const std::string& ledger_id) {
  if (state_->ledger_id == ledger_id) return {};
  if (!state_->ledger_id.empty()) {
    return Error{
        .code = Errc::FailedPrecondition,
        .message = "the keys belong to ledger " + state_->ledger_id + ", this is " + ledger_id,
        .field = state_->path.string(),
        .rule = "one ledger per folder of keys: equal keys issue equal numbers",
        .remedy =
            "Put ledger and keys together as they were; for a new installation move "
            "the folder of keys away."};
  }
  // Beside its place and renamed: it is whole or not there.
  fs::path making = state_->path / kLedgerFile;
  making += ".new";
  ::unlink(making.c_str());
  PACKTRAIL_TRY(write_file(making, ledger_id + "\n"));
  if (::rename(making.c_str(), (state_->path / kLedgerFile).c_str()) != 0) {
    return system_error(errno, "cannot put in place", state_->path / kLedgerFile);
  }
  PACKTRAIL_TRY(sync_folder(state_->path));
  state_->ledger_id = ledger_id;
  return {};
}

Result<numbering::MasterKey> KeyFolder::master_key(const numbering::KeyId& id) {
  if (!is_key_id(id.value())) {
    return Error{.code = Errc::NotFound, .message = "no such master key", .field = "key_id"};
  }
  Secret secret = PACKTRAIL_TRY(read_key(state_->path, master_name(id.value())));
  auto key = numbering::MasterKey::from_bytes(secret);
  wipe(secret);
  return key;
}

Bytes KeyFolder::commitment_key() const {
  return {state_->commitment.begin(), state_->commitment.end()};
}

Bytes KeyFolder::public_key() const {
  Bytes key(32);
  std::size_t size = key.size();
  EVP_PKEY_get_raw_public_key(state_->signing, key.data(), &size);
  return key;
}

Result<Bytes> KeyFolder::sign(ByteView message) const {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        &EVP_MD_CTX_free);
  Bytes signature(64);
  std::size_t size = signature.size();
  if (context == nullptr ||
      EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, state_->signing) != 1 ||
      EVP_DigestSign(context.get(), signature.data(), &size, message.data(), message.size()) != 1) {
    return Error{.code = Errc::Unavailable, .message = "the crypto library did not sign"};
  }
  return signature;
}

}  // namespace packtrail::adapters
