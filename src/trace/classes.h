// trace/classes.h - the classes of objects that the facts have made, and how to find them.
//
// A pool turns counters into serial numbers with its cipher; an SSCC series writes them down; a
// dictionary lists texts in order of arrival. There is one dictionary per GTIN for packs made
// elsewhere, and one for each other kind of EPC.
//
// Thread safety: a ClassIndex is immutable once a view holds it.
// Cost: finding a class is one hash probe; the first one added after a publish copies the index.
#pragma once

#include <array>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gs1/epc.h"
#include "numbering/pool.h"
#include "trace/ids.h"

namespace packtrail::trace {

// An imported pool is a dictionary whose numbers wait to be handed out.
enum class ClassKind : std::uint8_t { Pool = 1, Series = 2, Dictionary = 3, Imported = 4 };

// Which EPCs a dictionary lists: the alternatives of gs1::Epc, as stored.
enum class Scheme : std::uint8_t {
  Sgtin = 0,
  Sscc = 1,
  Sgln = 2,
  Lgtin = 3,
  Grai = 4,
  Giai = 5,
  Other = 6,
  Gtin = 7,
  Pgln = 8,
  Gsrn = 9,
  Gsrnp = 10,
  Gdti = 11,
  Gcn = 12,
  Gsin = 13,
  Ginc = 14,
  Cpi = 15,
  Itip = 16,
  Upui = 17,
};
inline constexpr std::size_t kSchemeCount = 18;

struct ImportedFrom {
  std::string source, owner, market, format;
  std::uint64_t low_water = 0;
};

struct ClassInfo {
  ObjectClass object_class;
  std::uint32_t index = 0;  // Order of creation.
  ClassKind kind = ClassKind::Dictionary;
  std::string company;    // Whose fact made it.
  Bytes key_check_value;  // Pool: tells a wrong master key.
  Scheme scheme = Scheme::Sgtin;
  std::optional<gs1::Gtin> gtin;                       // Pool, imported, dictionary of packs.
  std::optional<numbering::PoolSpec> spec;             // Pool.
  std::shared_ptr<const numbering::Pool> limits;       // Pool.
  std::shared_ptr<const numbering::PoolCodec> cipher;  // Pool.
  std::string company_prefix;                          // Series.
  unsigned extension_digit = 0;                        // Series.
  unsigned gcp_length = 0;                             // Pool, series: for EPC URNs.
  std::string product_name;                            // Pool, imported.
  std::int64_t made_us = 0;                            // Record time of the fact that made it.
  ImportedFrom imported;                               // Imported.
};

using ClassPtr = std::shared_ptr<const ClassInfo>;

struct GtinClasses {
  std::vector<ClassPtr> pools;
  std::vector<ClassPtr> imported;
  ClassPtr dictionary;
};

class ClassIndex {
 public:
  [[nodiscard]] const ClassInfo* find(ObjectClass object_class) const {
    const auto it = by_class_.find(object_class.value());
    return it == by_class_.end() ? nullptr : it->second.get();
  }
  [[nodiscard]] const GtinClasses* of_gtin(const gs1::Gtin& gtin) const {
    const auto it = by_gtin_.find(gtin.number());
    return it == by_gtin_.end() ? nullptr : &it->second;
  }
  [[nodiscard]] const std::vector<ClassPtr>& series() const { return series_; }
  [[nodiscard]] const ClassInfo* dictionary(Scheme scheme) const {
    return dictionaries_[static_cast<std::size_t>(scheme)].get();
  }
  [[nodiscard]] const std::vector<ClassPtr>& all() const { return all_; }  // By index.
  [[nodiscard]] ObjectClass next_class() const { return ObjectClass(next_class_); }
  void add(ClassPtr info);  // Precondition: its class is new and its index is all().size().

 private:
  std::vector<ClassPtr> all_;
  boost::unordered_flat_map<std::uint32_t, ClassPtr> by_class_;
  boost::unordered_flat_map<std::uint64_t, GtinClasses> by_gtin_;
  std::vector<ClassPtr> series_;
  std::array<ClassPtr, kSchemeCount> dictionaries_{};
  std::uint32_t next_class_ = 1;
};

[[nodiscard]] Scheme scheme_of(const gs1::Epc& epc);

// Key text of an EPC in its dictionary: the serial number of a pack, else the path of its Digital
// Link or the URI itself. Every spelling of one EPC has one key text.
[[nodiscard]] std::string dictionary_text(const gs1::Epc& epc);
// The EPC back; DataLoss when the text is none.
Result<gs1::Epc> from_dictionary_text(const ClassInfo& info, std::string_view text);

// As a cell's value; decoding derives the cipher from the pool's key, so it fails as
// numbering::KeySource and Pool::cipher do.
[[nodiscard]] std::string encode_class(const ClassInfo& info);
Result<ClassInfo> decode_class(std::string_view value, numbering::KeySource& keys);
// Gives a pool its cipher.
Status derive_cipher(ClassInfo& info, numbering::KeySource& keys);

// Serial reference of an SSCC under a series; nothing when it belongs to another one.
[[nodiscard]] std::optional<std::uint64_t> series_counter(const ClassInfo& info,
                                                          const gs1::Sscc& sscc);

}  // namespace packtrail::trace
