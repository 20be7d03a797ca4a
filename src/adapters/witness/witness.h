// adapters/witness/witness.h - remembers, outside the data folder, how far its ledger had come.
//
// A data folder put back from an older copy looks perfectly sound from the inside: only somebody
// outside can know that it once was longer. The witness is a small file per ledger in a folder of
// its own; it also remembers which file on which disk the ledger was, so that a copy put in its
// place is noticed even where the witness itself is new. Format: docs/formats/witness.md.
//
// Thread safety: `committed` from capture's commit thread; the rest before capture starts.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "capture/capture.h"
#include "ledger/ids.h"

namespace packtrail::adapters {

class Witness final : public capture::CommitObserver {
 public:
  // `folder` is made (0700) where it is missing; `ledger_file` is the ledger's data file.
  static Result<std::unique_ptr<Witness>> open(const std::filesystem::path& folder,
                                               const ledger::LedgerId& id,
                                               std::filesystem::path ledger_file);
  ~Witness() override;
  Witness(const Witness&) = delete;
  Witness& operator=(const Witness&) = delete;

  // Why the ledger before us may not be the newest of its name; empty when nothing speaks against
  // it. Says how far each pool had come where the witness knows.
  [[nodiscard]] std::string suspicion(const ledger::Ledger& ledger,
                                      const trace::Trace& trace) const;

  // Records that this file, as it is now, is the ledger. Durable.
  Status adopt(const ledger::Ledger& ledger, const trace::Trace& trace);

  Status committed(const ledger::Ledger& ledger, const trace::Trace& trace) override;

 private:
  struct Seen {
    std::uint64_t size = 0;
    std::string root;                                      // Hex.
    std::string identity;                                  // Of the ledger file.
    std::map<std::uint32_t, std::uint64_t> next_counters;  // By object class.
  };
  Witness(std::filesystem::path file, std::filesystem::path ledger_file, int fd);
  Status write(const Seen& seen, bool durably);
  Seen observe(const ledger::Ledger& ledger, const trace::Trace& trace);

  std::filesystem::path file_;
  std::filesystem::path ledger_file_;
  int fd_;
  Seen last_;           // What the file said when it was opened, then what was written.
  bool known_ = false;  // Whether the file said anything.
  std::unique_ptr<trace::Reader> reader_;
};

}  // namespace packtrail::adapters
