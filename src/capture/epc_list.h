// capture/epc_list.h - a list of EPC texts on its way into a fact.
//
// In the caller's thread every text is parsed, looked up among what readers see, and the list is
// written as it would stand in the fact. What was not known then is looked up again by the commit
// thread, among what is pending: an object's number never changes, so the known ones stay.
//
// Thread safety: a list belongs to one thread at a time.
// Cost: 16 bytes per EPC and one FF1 decryption; the commit thread pays for unknown EPCs only.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "base/result.h"
#include "gs1/epc.h"
#include "rules/model.h"
#include "trace/trace.h"

namespace packtrail::ledger::v1 {
class EpcList;
}

namespace packtrail::capture {

using Resolve = std::function<trace::Resolution(const gs1::Epc&)>;

class EpcTextList {
 public:
  // `name` as in EPCIS: "epcList"; `views` must outlive the list. Errors carry the place in the
  // list as "epcList/17" and a rule: "epc_syntax", "class_in_list", "duplicate_in_list".
  static Result<EpcTextList> parse(std::string_view name, std::vector<std::string_view> views,
                                   const Resolve& resolve);
  EpcTextList() = default;

  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  [[nodiscard]] bool empty() const { return entries_.empty(); }
  [[nodiscard]] const std::vector<std::string_view>& texts() const { return texts_; }
  [[nodiscard]] trace::ObjectNumber object(std::size_t at) const { return entries_[at].object; }
  [[nodiscard]] rules::Scheme scheme(std::size_t at) const { return entries_[at].scheme; }
  [[nodiscard]] bool is_whole() const { return unknown_.empty(); }  // All have numbers.

  // Looks up what is not known. `take(place in the list, EPC)` hears of each EPC that stays
  // unknown and may refuse. True when a number was found, so that the list must be written again.
  Result<bool> resolve_rest(const Resolve& resolve,
                            const std::function<Status(std::size_t, const gs1::Epc&)>& take);

  // As it stands in a fact: numbers where known and where the text follows from them, else texts.
  void write(ledger::v1::EpcList& out) const;

  // Adds the GTINs of which nothing was known when the list was parsed.
  void add_new_gtins(std::unordered_set<std::uint64_t>& gtins) const;

  // "epcList/17": for errors.
  [[nodiscard]] std::string place(std::size_t at) const;

 private:
  struct Entry {
    trace::ObjectNumber object;
    std::uint32_t spelling = 0;  // Index into spellings_.
    rules::Scheme scheme = rules::Scheme::Other;
    bool is_canonical = false;  // The text follows from value and spelling.
  };
  struct Unknown {
    std::uint32_t at;
    gs1::Epc value;
    bool is_new_class;  // Nothing of its class was known.
  };
  Status refuse_duplicates() const;
  [[nodiscard]] Error duplicate(std::size_t at) const;

  std::string_view name_;
  std::vector<std::string_view> texts_;
  std::vector<Entry> entries_;
  std::vector<gs1::EpcSpelling> spellings_;
  std::vector<Unknown> unknown_;
};

}  // namespace packtrail::capture
