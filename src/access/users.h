// access/users.h - users, and the sessions they open.
//
// The ledger holds who exists and with which roles, without personal data; the login name and the
// password hash are in an erasable side record, bound to the ledger's fact by a salted commitment.
// Erasing the record forgets the person and leaves every proof valid.
//
// Thread safety: all members from any thread.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/ports.h"
#include "base/result.h"
#include "capture/capture.h"

namespace packtrail::ledger {
class Ledger;
}

namespace packtrail::access {

// The erasable record of one person.
struct Person {
  std::string user_id;         // Opaque; what facts name.
  std::string login;           // 1..64 bytes.
  std::string password_hash;   // Argon2id.
  Bytes salt;                  // 16 bytes.
  std::uint64_t position = 0;  // The UserRecorded fact that gives roles and binds this record.

  // HMAC-SHA256(salt, login 0x00 password hash): what the fact carries.
  [[nodiscard]] Digest commitment() const;
};

// Side store; adapters/person_files implements it. Thread safety: any thread.
class PersonStore {
 public:
  virtual ~PersonStore() = default;
  virtual Result<std::optional<Person>> find(std::string_view login) const = 0;
  virtual Status put(const Person& person) = 0;  // Durable. Replaces the record of that login.
  virtual Status erase(std::string_view login) = 0;
};

struct Identity {
  std::string user_id;
  std::string login;
  std::vector<std::string> roles;
};

struct Session {
  Identity identity;
  UtcTime expires_at;
};

inline constexpr std::int64_t kSessionUs = 12LL * 3600 * 1'000'000;  // A shift.
inline constexpr std::size_t kSessionsMax = 10'000;
inline constexpr int kFailuresBeforeDelay = 5;
// Argon2 takes memory and time by design: more logins at one moment are refused, not queued.
inline constexpr int kPasswordChecksMax = 2;

class Users {
 public:
  // All references outlive this.
  Users(PersonStore& persons, capture::Capture& capture, const ledger::Ledger& ledger,
        const Clock& clock, Random& random);

  // Creates the user, or gives an existing login a new password and roles. The fact is recorded
  // for `company` on behalf of the folder's owner.
  Result<Identity> put(std::string_view login, std::string_view password,
                       std::vector<std::string> roles, std::string_view company);

  // Opens a session and returns its token (256 random bits, base64). The one error for an unknown
  // login and a wrong password is PermissionDenied after the same work. ResourceExhausted: after
  // repeated failures of this login from this `address`, with a growing delay, never for good (so
  // a stranger elsewhere locks nobody out); and while kPasswordChecksMax others are being checked.
  Result<std::pair<std::string, Session>> open_session(std::string_view login,
                                                       std::string_view password,
                                                       std::string_view address);
  [[nodiscard]] std::optional<Session> session(std::string_view token);
  void close_session(std::string_view token);

 private:
  struct Failures {
    int count = 0;
    UtcTime not_before;
  };

  Result<Identity> identity_of(const Person& person) const;
  const std::string& decoy_hash();
  // Argon2 outside the lock, at most kPasswordChecksMax at a time.
  Result<bool> check_password(std::string_view password, const std::optional<Person>& person);

  PersonStore& persons_;
  capture::Capture& capture_;
  const ledger::Ledger& ledger_;
  const Clock& clock_;
  Random& random_;
  std::once_flag decoy_once_;
  std::string decoy_hash_;  // Verified for unknown logins, so that they take as long.

  std::mutex mutex_;
  std::map<Digest, Session> sessions_;  // Keyed by SHA-256 of the token: a dump opens nothing.
  std::map<std::pair<std::string, std::string>, Failures> failures_;  // By login and address.
  int password_checks_ = 0;                                           // Running now.
};

}  // namespace packtrail::access
