// adapters/os/data_folder.h - one data folder belongs to one process.
//
// The owner holds a lock that the kernel releases when it dies; everybody else reaches it through
// the Unix socket in the folder. Whether the ledger in it is the newest of its name is for
// adapters/witness to tell.
#pragma once

#include <filesystem>
#include <string>

#include "base/result.h"

namespace packtrail::adapters {

class DataFolder {
 public:
  // Creates the folder (0700) where it is missing and takes the lock. Unavailable, naming the
  // owner's process id, when another process has it.
  static Result<DataFolder> own(const std::filesystem::path& path);
  ~DataFolder();
  DataFolder(DataFolder&& other) noexcept;
  DataFolder& operator=(DataFolder&&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  // The kernel takes 107 bytes at most; a server on a longer path says so and does not start.
  static std::filesystem::path socket_path(const std::filesystem::path& folder);

 private:
  DataFolder(std::filesystem::path path, int fd) : path_(std::move(path)), fd_(fd) {}
  std::filesystem::path path_;
  int fd_;
};

// "inode-birth" of a file: another one when the file is a copy. The disk's number is left out, for
// it changes between starts of the machine; only where the file system keeps no birth time it is
// added. Letters, digits and "-" only. Empty when the file does not exist.
[[nodiscard]] std::string file_identity(const std::filesystem::path& path);

// Writes a small file so that a power cut leaves the old or the new one: temporary file, fsync,
// rename, fsync of the folder. Mode 0600.
Status write_file_durably(const std::filesystem::path& path, std::string_view content);
Result<std::string> read_file(const std::filesystem::path& path, std::size_t size_max);

}  // namespace packtrail::adapters
