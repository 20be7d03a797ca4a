#include "adapters/person_files/person_files.h"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "adapters/os/data_folder.h"
#include "base/crypto.h"

namespace packtrail::adapters {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

constexpr std::size_t kPersonFileMax = 64 * 1024;

std::string text(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value != nullptr && value->is_string()
             ? std::string(value->get_string().data(), value->get_string().size())
             : std::string();
}

}  // namespace

Result<std::unique_ptr<PersonFiles>> PersonFiles::open(const fs::path& folder) {
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (!failed) fs::permissions(folder, fs::perms::owner_all, failed);
  if (failed) {
    return Error{.code = Errc::Unavailable,
                 .message = "cannot make " + folder.string() + ": " + failed.message()};
  }
  return std::unique_ptr<PersonFiles>(new PersonFiles(folder));
}

fs::path PersonFiles::file_of(std::string_view login) const {
  return folder_ / (to_hex(sha256(as_bytes(login))) + ".json");
}

Result<std::optional<access::Person>> PersonFiles::find(std::string_view login) const {
  const std::lock_guard lock(mutex_);
  const auto content = read_file(file_of(login), kPersonFileMax);
  if (!content) {
    if (content.error().code == Errc::NotFound) return std::optional<access::Person>();
    return content.error();
  }
  boost::system::error_code failed;
  const auto value = json::parse(*content, failed);
  const Error damaged{.code = Errc::DataLoss,
                      .message = "the record of a person is damaged: " + file_of(login).string(),
                      .remedy = "remove the file and set the password again"};
  if (failed || !value.is_object()) return damaged;
  const auto& object = value.get_object();
  access::Person person;
  person.user_id = text(object, "user_id");
  person.login = text(object, "login");
  person.password_hash = text(object, "password_hash");
  const auto salt = from_hex(text(object, "salt"));
  const auto* position = object.if_contains("position");
  if (person.login != login || !salt || position == nullptr || !position->is_int64() ||
      position->get_int64() < 0) {
    return damaged;
  }
  person.salt = *salt;
  person.position = static_cast<std::uint64_t>(position->get_int64());
  return std::optional<access::Person>(std::move(person));
}

Status PersonFiles::put(const access::Person& person) {
  json::object object;
  object["user_id"] = person.user_id;
  object["login"] = person.login;
  object["password_hash"] = person.password_hash;
  object["salt"] = to_hex(person.salt);
  object["position"] = person.position;
  const std::lock_guard lock(mutex_);
  return write_file_durably(file_of(person.login), json::serialize(object));
}

Status PersonFiles::erase(std::string_view login) {
  const std::lock_guard lock(mutex_);
  std::error_code failed;
  fs::remove(file_of(login), failed);
  if (failed) {
    return Error{.code = Errc::Unavailable,
                 .message = "cannot remove " + file_of(login).string() + ": " + failed.message()};
  }
  return {};
}

}  // namespace packtrail::adapters
