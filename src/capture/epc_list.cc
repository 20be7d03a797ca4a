#include "capture/epc_list.h"

#include <algorithm>

#include "packtrail/ledger/v1/fact.pb.h"
#include "trace/epc_runs.h"

namespace packtrail::capture {
namespace {

rules::Scheme scheme_of(const gs1::Epc& epc) {
  if (std::holds_alternative<gs1::Sgtin>(epc)) return rules::Scheme::Sgtin;
  if (std::holds_alternative<gs1::Sscc>(epc)) return rules::Scheme::Sscc;
  if (std::holds_alternative<gs1::Grai>(epc)) return rules::Scheme::Grai;
  if (std::holds_alternative<gs1::Giai>(epc)) return rules::Scheme::Giai;
  return rules::Scheme::Other;
}

void write_spelling(const gs1::EpcSpelling& spelling, ledger::v1::Spelling& out) {
  using Form = ledger::v1::Spelling;
  switch (spelling.kind) {
    case gs1::EpcSpelling::Kind::Urn:
      out.set_form(Form::FORM_URN);
      out.set_gcp_length(spelling.gcp_length);
      break;
    case gs1::EpcSpelling::Kind::DigitalLink:
      out.set_form(Form::FORM_DIGITAL_LINK);
      out.set_stem(std::string(spelling.stem));
      break;
    case gs1::EpcSpelling::Kind::Other:
      break;
  }
}

}  // namespace

Result<EpcTextList> EpcTextList::parse(std::string_view name, std::vector<std::string_view> views,
                                       const Resolve& resolve) {
  EpcTextList list;
  list.name_ = name;
  list.texts_ = std::move(views);
  list.entries_.reserve(list.texts_.size());
  for (std::size_t at = 0; at < list.texts_.size(); ++at) {
    auto parsed = gs1::parse_epc(list.texts_[at]);
    if (!parsed) {
      Error error = std::move(parsed).error();
      error.field = list.place(at);
      if (error.remedy.empty()) error.remedy = error.rule;
      error.rule = "epc_syntax";
      return error;
    }
    if (gs1::is_class(parsed->value)) {
      return Error{.code = Errc::InvalidArgument,
                   .message = "the text names a class of objects, not an object: " +
                              std::string(list.texts_[at]),
                   .field = list.place(at),
                   .rule = "class_in_list",
                   .remedy = "Put it into the quantity list."};
    }
    if (list.spellings_.empty() || !(list.spellings_.back() == parsed->spelling)) {
      list.spellings_.push_back(parsed->spelling);
    }
    const trace::Resolution found = resolve(parsed->value);
    list.entries_.push_back({.object = found.object,
                             .spelling = static_cast<std::uint32_t>(list.spellings_.size() - 1),
                             .scheme = scheme_of(parsed->value),
                             .is_canonical = parsed->is_canonical});
    if (!found.object) {
      list.unknown_.push_back({static_cast<std::uint32_t>(at), std::move(parsed->value),
                               found.object_class.value() == 0});
    }
  }
  PACKTRAIL_TRY(list.refuse_duplicates());
  return list;
}

void EpcTextList::add_new_gtins(std::unordered_set<std::uint64_t>& gtins) const {
  for (const Unknown& entry : unknown_) {
    const auto* sgtin = entry.is_new_class ? std::get_if<gs1::Sgtin>(&entry.value) : nullptr;
    if (sgtin != nullptr) gtins.insert(sgtin->gtin.number());
  }
}

Error EpcTextList::duplicate(std::size_t at) const {
  return {.code = Errc::InvalidArgument,
          .message = std::string(texts_[at]) + " stands twice in one list",
          .field = place(at),
          .rule = "duplicate_in_list",
          .remedy = "Name every object once."};
}

Status EpcTextList::refuse_duplicates() const {
  // Most lists ascend; then nothing needs sorting.
  const auto before = [](const Entry& a, const Entry& b) { return a.object < b.object; };
  bool ascends = unknown_.empty();
  for (std::size_t i = 1; ascends && i < entries_.size(); ++i) {
    ascends = before(entries_[i - 1], entries_[i]);
  }
  if (ascends) return {};
  std::vector<std::uint32_t> known;
  known.reserve(entries_.size() - unknown_.size());
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    if (entries_[i].object) known.push_back(static_cast<std::uint32_t>(i));
  }
  std::sort(known.begin(), known.end(), [&](std::uint32_t a, std::uint32_t b) {
    if (entries_[a].object != entries_[b].object) return entries_[a].object < entries_[b].object;
    return a < b;
  });
  for (std::size_t i = 1; i < known.size(); ++i) {
    if (entries_[known[i - 1]].object == entries_[known[i]].object) return duplicate(known[i]);
  }
  std::vector<const Unknown*> unknown;
  unknown.reserve(unknown_.size());
  for (const Unknown& entry : unknown_) unknown.push_back(&entry);
  std::sort(unknown.begin(), unknown.end(), [](const Unknown* a, const Unknown* b) {
    if (a->value != b->value) return a->value < b->value;
    return a->at < b->at;
  });
  for (std::size_t i = 1; i < unknown.size(); ++i) {
    if (unknown[i - 1]->value == unknown[i]->value) return duplicate(unknown[i]->at);
  }
  return {};
}

Result<bool> EpcTextList::resolve_rest(
    const Resolve& resolve, const std::function<Status(std::size_t, const gs1::Epc&)>& take) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < unknown_.size(); ++i) {
    const trace::Resolution found = resolve(unknown_[i].value);
    if (found.object) {
      entries_[unknown_[i].at].object = found.object;
      continue;
    }
    PACKTRAIL_TRY(take(unknown_[i].at, unknown_[i].value));
    if (kept != i) unknown_[kept] = std::move(unknown_[i]);
    ++kept;
  }
  const bool changed = kept != unknown_.size();
  unknown_.erase(unknown_.begin() + static_cast<std::ptrdiff_t>(kept), unknown_.end());
  return changed;
}

void EpcTextList::write(ledger::v1::EpcList& out) const {
  out.Clear();
  std::vector<trace::ObjectRun> runs;
  for (std::size_t at = 0; at < entries_.size();) {
    const Entry& first = entries_[at];
    ledger::v1::EpcRun& run = *out.add_runs();
    if (!first.object || !first.is_canonical) {
      for (; at < entries_.size() && (!entries_[at].object || !entries_[at].is_canonical); ++at) {
        run.add_texts(texts_[at].data(), texts_[at].size());
      }
      continue;
    }
    runs.clear();
    for (; at < entries_.size(); ++at) {
      const Entry& entry = entries_[at];
      if (!entry.is_canonical || entry.spelling != first.spelling ||
          entry.object.object_class() != first.object.object_class()) {
        break;
      }
      trace::append_object(runs, entry.object);
    }
    trace::encode_runs(runs, run);
    write_spelling(spellings_[first.spelling], *run.mutable_spelling());
  }
}

std::string EpcTextList::place(std::size_t at) const {
  return std::string(name_) + "/" + std::to_string(at);
}

}  // namespace packtrail::capture
