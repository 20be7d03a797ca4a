// adapters/person_files/person_files.h - one small file per person: the erasable side record.
//
// The file's name is the hash of the login, so a listing of the folder shows no names. Format:
// docs/formats/persons.md. Thread safety: any thread.
#pragma once

#include <filesystem>
#include <mutex>

#include "access/users.h"

namespace packtrail::adapters {

class PersonFiles final : public access::PersonStore {
 public:
  // Creates the folder (0700) where it is missing.
  static Result<std::unique_ptr<PersonFiles>> open(const std::filesystem::path& folder);

  // DataLoss when a file cannot be read as a person.
  Result<std::optional<access::Person>> find(std::string_view login) const override;
  Status put(const access::Person& person) override;
  Status erase(std::string_view login) override;

 private:
  explicit PersonFiles(std::filesystem::path folder) : folder_(std::move(folder)) {}
  [[nodiscard]] std::filesystem::path file_of(std::string_view login) const;

  std::filesystem::path folder_;
  mutable std::mutex mutex_;
};

}  // namespace packtrail::adapters
