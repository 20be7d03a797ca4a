// epcis/json_reader.h - reads EPCIS 2.0 JSON (JSON-LD): documents, query documents, bare events.
//
// Nothing is dropped: a member that Packtrail does not know is an error unless it is an extension
// ("prefix:name" with the prefix declared in @context, or a full URI), and then it is kept. Every
// event passes check_event(). Every fault is an Error whose `field` is a JSON pointer into the
// document ("/epcisBody/eventList/3/eventTime").
//
// Not read: event types of one's own, remote contexts (only their URI is kept), terms without
// prefix that a context defines.
//
// Thread safety: pure. Cost: one copy of the document and one pass over it; what is kept is bounded
// by the limits below.
#pragma once

#include <cstddef>

#include "base/bytes.h"
#include "base/result.h"
#include "epcis/event.h"

namespace packtrail::epcis {

inline constexpr std::size_t kDocumentSizeMax = 64U << 20U;    // Bytes.
inline constexpr std::size_t kDepthMax = 64;                   // Nested objects and lists.
inline constexpr std::size_t kEventsMax = 100'000;             // Events of one document.
inline constexpr std::size_t kEpcsPerEventMax = 2'000'000;     // EPCs of one list.
inline constexpr std::size_t kListItemsMax = 100'000;          // Items of any other list.
inline constexpr std::size_t kExtensionFieldsMax = 1'000'000;  // Extension fields of a document.
inline constexpr std::size_t kNumberSizeMax = 128;             // Characters of one number.

// Prefixes are looked up one after the other; real documents declare fewer than twenty.
inline constexpr std::size_t kContextEntriesMax = 100;

struct ReadLimits {
  std::size_t document_size_max = kDocumentSizeMax;
  std::size_t depth_max = kDepthMax;
  std::size_t events_max = kEventsMax;
  std::size_t epcs_per_event_max = kEpcsPerEventMax;
  std::size_t list_items_max = kListItemsMax;
  std::size_t extension_fields_max = kExtensionFieldsMax;
};

// Takes events one by one, in document order.
class EventSink {
 public:
  EventSink() = default;
  EventSink(const EventSink&) = delete;
  EventSink& operator=(const EventSink&) = delete;
  virtual ~EventSink() = default;

  // `index` counts from 0. An error ends the reading and is returned from read_json() as it is.
  [[nodiscard]] virtual Status on_event(Event&& event, std::size_t index) = 0;
};

// Reads a whole document. InvalidArgument when it is not EPCIS 2.0 JSON; ResourceExhausted, naming
// the limit, when it is larger than `limits` allow.
[[nodiscard]] Result<Document> read_json(ByteView document, const ReadLimits& limits = {});

// The same, handing each event to `sink` instead of keeping it: the returned document has no
// events. When reading fails later, events handed over before must be given up by the caller.
[[nodiscard]] Result<Document> read_json(ByteView document, const ReadLimits& limits,
                                         EventSink& sink);

}  // namespace packtrail::epcis
