// adapters/witness/witness.h - remembers, outside the data folder, how far its ledger had come.
//
// A data folder put back from an older copy looks perfectly sound from the inside: only somebody
// outside can know that it once was longer. The witness keeps, in a folder of its own, a record for
// every file that ever was this ledger here (the true one and each copy that was opened): how long
// it was, and how far each pool had come in it. A record only ever learns; no file takes another
// one's place. Format: docs/formats/witness.md.
//
// Thread safety: `committed` from capture's commit thread; the rest before capture starts. Records
// of one ledger may be written by several processes: each file has its own.
#pragma once

#include <array>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "capture/capture.h"
#include "ledger/ids.h"

namespace packtrail::adapters {

class Witness final : public capture::CommitObserver {
 public:
  // `folder` is made where it is missing; `ledger_file` is the ledger's data file.
  static Result<std::unique_ptr<Witness>> open(const std::filesystem::path& folder,
                                               const ledger::LedgerId& id,
                                               std::filesystem::path ledger_file);
  ~Witness() override;
  Witness(const Witness&) = delete;
  Witness& operator=(const Witness&) = delete;

  // What speaks against the ledger being the newest of its name.
  struct Suspicion {
    std::string cause;  // Empty: nothing.
    // Classes that had come further, in any file of this ledger, than the ledger now says.
    std::vector<std::pair<trace::ObjectClass, std::uint64_t>> floors;
  };
  // DataLoss when the projections cannot be read.
  [[nodiscard]] Result<Suspicion> suspicion(const ledger::Ledger& ledger,
                                            const trace::Trace& trace) const;

  // Records that this file, as it is now, is the ledger, and that it carries the floors of
  // `settled`. Durable. Forgets nothing about counters.
  Status adopt(const ledger::Ledger& ledger, const trace::Trace& trace, const Suspicion& settled);

  Status committed(const ledger::Ledger& ledger, const trace::Trace& trace) override;

 private:
  using Counters = std::map<std::uint32_t, std::uint64_t>;  // By object class.
  struct Seen {
    std::uint64_t sequence = 0;  // Of the writing: the greatest sound one counts.
    std::uint64_t size = 0;
    std::string root;        // Hex.
    Counters next_counters;  // The greatest ever seen.
    Counters floors;         // The greatest that the ledger's facts carry.
  };
  Witness(std::filesystem::path file, std::string identity);
  static std::optional<Seen> parse(std::string_view content);
  static std::string text_of(const Seen& seen);
  Result<Seen> observe(const ledger::Ledger& ledger, const trace::Trace& trace);

  std::filesystem::path file_;  // Without the slot's suffix.
  std::string identity_;        // Of the ledger's file.
  std::array<int, 2> slots_{-1, -1};
  bool any_ = false;          // Some file was this ledger before.
  std::optional<Seen> last_;  // What this file's record said, then what was written.
  Counters elsewhere_;        // The greatest counters of the other files' records, at opening.
  std::unique_ptr<trace::Reader> reader_;
};

}  // namespace packtrail::adapters
