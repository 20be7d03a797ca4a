#include "access/users.h"

#include <algorithm>

#include "access/password.h"
#include "base/assert.h"
#include "base/crypto.h"
#include "ledger/ledger.h"
#include "packtrail/ledger/v1/fact.pb.h"

namespace packtrail::access {
namespace {

constexpr std::size_t kLoginSizeMax = 64;
constexpr std::size_t kFailuresTrackedMax = 10'000;
constexpr std::int64_t kDelayMaxUs = 300LL * 1'000'000;

Bytes random_bytes(Random& random, std::size_t size) {
  Bytes bytes(size);
  random.fill(bytes);
  return bytes;
}

}  // namespace

Digest Person::commitment() const {
  std::string message = login;
  message += '\0';
  message += password_hash;
  return hmac_sha256(salt, as_bytes(message));
}

Users::Users(PersonStore& persons, capture::Capture& capture, const ledger::Ledger& ledger,
             const Clock& clock, Random& random)
    : persons_(persons), capture_(capture), ledger_(ledger), clock_(clock), random_(random) {}

const std::string& Users::decoy_hash() {
  std::call_once(decoy_once_, [this] {
    auto decoy = hash_password(make_password(random_), random_);
    PACKTRAIL_ASSERT(decoy.has_value());
    decoy_hash_ = *std::move(decoy);
  });
  return decoy_hash_;
}

Result<Identity> Users::put(std::string_view login, std::string_view password,
                            std::vector<std::string> roles, std::string_view company) {
  if (login.empty() || login.size() > kLoginSizeMax) {
    return Error{.message = "a login has 1 to 64 bytes", .field = "user"};
  }
  const auto known = PACKTRAIL_TRY(persons_.find(login));
  Person person;
  person.login = login;
  person.user_id = known ? known->user_id : "user-" + to_hex(random_bytes(random_, 8));
  person.password_hash = PACKTRAIL_TRY(hash_password(password, random_));
  person.salt = random_bytes(random_, 16);
  const Digest commitment = person.commitment();

  capture::Request request;
  request.actor.id = "owner";
  request.actor.method = capture::AuthMethod::LocalUser;
  request.actor.company = company;
  request.commands.push_back(
      capture::RecordUser{.user_id = person.user_id,
                          .roles = roles,
                          .commitment = Bytes(commitment.begin(), commitment.end()),
                          .disabled = false});
  const auto receipt = PACKTRAIL_TRY(capture_.submit(std::move(request)));
  person.position = receipt.first_position;
  PACKTRAIL_TRY(persons_.put(person));
  {
    const std::lock_guard lock(mutex_);  // A new password ends the old sessions.
    std::erase_if(sessions_, [&](const auto& entry) {
      return entry.second.identity.user_id == person.user_id;
    });
  }
  return Identity{person.user_id, person.login, std::move(roles)};
}

Result<Identity> Users::identity_of(const Person& person) const {
  ledger::v1::Fact fact;
  PACKTRAIL_TRY(ledger_.read_one(person.position, fact));
  const auto& user = fact.user_recorded();
  const Digest commitment = person.commitment();
  if (!fact.has_user_recorded() || user.user_id() != person.user_id ||
      !constant_time_equal(as_bytes(user.commitment()), commitment)) {
    return Error{.code = Errc::DataLoss,
                 .message = "the record of user " + person.user_id +
                            " does not match the ledger's commitment",
                 .remedy = "set the password of this user again"};
  }
  if (user.disabled()) {
    return Error{.code = Errc::PermissionDenied, .message = "user or password is wrong"};
  }
  return Identity{person.user_id, person.login, {user.roles().begin(), user.roles().end()}};
}

Result<bool> Users::check_password(std::string_view password, const std::optional<Person>& person) {
  {
    const std::lock_guard lock(mutex_);
    if (password_checks_ >= kPasswordChecksMax) {
      return Error{.code = Errc::ResourceExhausted,
                   .message = "too many logins at this moment",
                   .remedy = "try again in a second"};
    }
    ++password_checks_;
  }
  const std::string& decoy = decoy_hash();  // Made before it is needed, whoever asks first.
  const bool matches = verify_password(password, person ? person->password_hash : decoy);
  const std::lock_guard lock(mutex_);
  --password_checks_;
  return matches && person.has_value();
}

Result<std::pair<std::string, Session>> Users::open_session(std::string_view login,
                                                            std::string_view password,
                                                            std::string_view address) {
  const Error denied{.code = Errc::PermissionDenied,
                     .message = "user or password is wrong",
                     .remedy = "check both and try again"};
  const UtcTime now = clock_.now();
  const std::pair caller(std::string(login.substr(0, kLoginSizeMax)), std::string(address));
  {
    const std::lock_guard lock(mutex_);
    const auto failed = failures_.find(caller);
    if (failed != failures_.end() && now < failed->second.not_before) {
      const auto seconds = (failed->second.not_before.us - now.us) / 1'000'000 + 1;
      return Error{.code = Errc::ResourceExhausted,
                   .message = "too many failed logins",
                   .remedy = "wait " + std::to_string(seconds) + " seconds"};
    }
  }
  const auto person =
      login.size() <= kLoginSizeMax ? PACKTRAIL_TRY(persons_.find(login)) : std::optional<Person>();
  if (!PACKTRAIL_TRY(check_password(password, person))) {
    const std::lock_guard lock(mutex_);
    if (failures_.size() >= kFailuresTrackedMax) {
      std::erase_if(failures_, [&](const auto& entry) { return entry.second.not_before <= now; });
    }
    if (failures_.size() >= kFailuresTrackedMax) failures_.clear();
    auto& failed = failures_[caller];
    if (++failed.count >= kFailuresBeforeDelay) {
      const int doublings = std::min(failed.count - kFailuresBeforeDelay, 20);
      failed.not_before.us = now.us + std::min(kDelayMaxUs, std::int64_t{1'000'000} << doublings);
    }
    return denied;
  }
  Session session;
  session.identity = PACKTRAIL_TRY(identity_of(*person));
  session.expires_at.us = now.us + kSessionUs;
  std::string token = to_base64(random_bytes(random_, 32));
  const std::lock_guard lock(mutex_);
  failures_.erase(caller);
  std::erase_if(sessions_, [&](const auto& entry) { return entry.second.expires_at <= now; });
  if (sessions_.size() >= kSessionsMax) {
    return Error{.code = Errc::ResourceExhausted, .message = "too many open sessions"};
  }
  sessions_.emplace(sha256(as_bytes(token)), session);
  return std::pair(std::move(token), std::move(session));
}

std::optional<Session> Users::session(std::string_view token) {
  const Digest key = sha256(as_bytes(token));
  const std::lock_guard lock(mutex_);
  const auto found = sessions_.find(key);
  if (found == sessions_.end()) return std::nullopt;
  if (found->second.expires_at <= clock_.now()) {
    sessions_.erase(found);
    return std::nullopt;
  }
  return found->second;
}

void Users::close_session(std::string_view token) {
  const std::lock_guard lock(mutex_);
  sessions_.erase(sha256(as_bytes(token)));
}

}  // namespace packtrail::access
