#include "trace/proof_items.h"

#include "ledger/ledger.h"
#include "packtrail/ledger/v1/fact.pb.h"

namespace packtrail::trace {
namespace {

using Event = ledger::v1::EpcisEvent;

struct ListOfEvent {
  std::uint32_t field;
  const ledger::v1::EpcList& (Event::*list)() const;
};

constexpr ListOfEvent kLists[] = {
    {Event::kEpcListFieldNumber, &Event::epc_list},
    {Event::kParentFieldNumber, &Event::parent},
    {Event::kChildEpcsFieldNumber, &Event::child_epcs},
    {Event::kInputEpcsFieldNumber, &Event::input_epcs},
    {Event::kOutputEpcsFieldNumber, &Event::output_epcs},
};

}  // namespace

Result<std::vector<ledger::ProofItem>> proof_items(Reader& reader, const Viewer& viewer,
                                                   const ledger::Ledger& ledger,
                                                   const ledger::EpcTexts& texts,
                                                   const gs1::Epc& epc) {
  const Error nothing{.code = Errc::NotFound,
                      .message = "no event names " + gs1::to_hri(epc),
                      .remedy = "check the number; what is only inside a container has no event"};
  const auto found = reader.resolve(epc);
  if (!found.object) return nothing;
  const auto history = PACKTRAIL_TRY(reader.history(viewer, found.object, ledger::kProofItemsMax));
  std::vector<ledger::ProofItem> items;
  for (const HistoryEntry& line : history) {
    if (line.inherited) continue;
    ledger::v1::Fact fact;
    PACKTRAIL_TRY(ledger.read_one(line.position, fact));
    if (!fact.has_epcis_event()) continue;
    for (const ListOfEvent& known : kLists) {
      std::uint64_t index = 0;
      PACKTRAIL_TRY(texts.expand((fact.epcis_event().*known.list)(), [&](std::string_view text) {
        const auto parsed = gs1::parse_epc(text);
        if (parsed && parsed->value == epc) items.push_back({line.position, known.field, index});
        ++index;
      }));
    }
  }
  if (items.empty()) return nothing;
  std::sort(items.begin(), items.end());
  return items;
}

}  // namespace packtrail::trace
