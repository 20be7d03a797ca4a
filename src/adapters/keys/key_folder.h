// adapters/keys/key_folder.h - the secret keys of one installation, as files in a folder of their
// own.
//
// Folder mode 0700, files 0600, one key each: the master key that numbers derive from, the key that
// salts EPC commitments, the Ed25519 key that signs tree heads. Each file carries a check value, so
// a damaged key is noticed before it is used. Format: docs/formats/keys.md. The folder is never
// part of a backup of the ledger.
//
// Thread safety: any thread. Secrets are wiped when they go and never printed.
// Cost: master_key reads a file; a signature is about 25 us.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "base/bytes.h"
#include "base/ports.h"
#include "base/result.h"
#include "ledger/ports.h"
#include "numbering/keys.h"

namespace packtrail::adapters {

class KeyFolder final : public ledger::HeadSigner, public numbering::KeySource {
 public:
  // Makes the folder with fresh keys from `random`, all or nothing, durably. AlreadyExists when
  // the path exists: keys are never overwritten.
  static Status create(const std::filesystem::path& path, Random& random);

  // NotFound when there is no folder or a key is missing; PermissionDenied when the folder or a
  // file is open to group or others or belongs to another user; DataLoss when a key is damaged.
  static Result<std::unique_ptr<KeyFolder>> open(const std::filesystem::path& path);
  ~KeyFolder() override;
  KeyFolder(const KeyFolder&) = delete;
  KeyFolder& operator=(const KeyFolder&) = delete;

  // The master key that new pools take.
  [[nodiscard]] const numbering::KeyId& master_key_id() const;
  [[nodiscard]] Result<numbering::MasterKey> master_key(const numbering::KeyId& id) override;

  // The ledger that these keys serve, lower-case hex; empty before the first use. Equal keys give
  // equal numbers, so a second ledger must never begin with them.
  [[nodiscard]] const std::string& ledger_id() const;
  // Writes `ledger_id` (hex) beside the keys, once and durably. FailedPrecondition when they serve
  // another ledger; repeating it changes nothing.
  Status bind(const std::string& ledger_id);

  [[nodiscard]] Bytes commitment_key() const;  // 32 bytes; the caller wipes its copy.

  [[nodiscard]] Bytes public_key() const override;
  Result<Bytes> sign(ByteView message) const override;

 private:
  struct State;
  explicit KeyFolder(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace packtrail::adapters
