// rooms: base gs1 epcis
// What is read can be written, reads back as the same, and keeps its event hash; the bare spelling
// is a fixed point after one round; XML 1.2 and the hash take whatever was read.
#include <cstdint>
#include <cstdlib>

#include "epcis/event_hash.h"
#include "epcis/json_reader.h"
#include "epcis/json_writer.h"
#include "epcis/xml12_writer.h"

namespace {

using packtrail::ByteView;
namespace epcis = packtrail::epcis;

void require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto document = epcis::read_json(ByteView(data, size));
  if (!document) {
    require(!document.error().message.empty());
    return 0;
  }
  const std::string written = epcis::write_json(*document, epcis::CbvSpelling::AsCaptured);
  const auto again = epcis::read_json(packtrail::as_bytes(written));
  require(again.has_value());
  require(*again == *document);
  require(epcis::write_json(*again, epcis::CbvSpelling::AsCaptured) == written);

  const std::string bare = epcis::write_json(*document);
  const auto bare_again = epcis::read_json(packtrail::as_bytes(bare));
  require(bare_again.has_value());
  require(epcis::write_json(*bare_again) == bare);
  for (std::size_t i = 0; i < document->events.size(); ++i) {
    require(epcis::event_hash_id(document->events[i], document->context) ==
            epcis::event_hash_id(bare_again->events[i], bare_again->context));
  }
  const auto xml = epcis::write_xml12(*document);
  require(xml.has_value() || !xml.error().message.empty());
  return 0;
}
