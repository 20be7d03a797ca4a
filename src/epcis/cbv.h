// epcis/cbv.h - the GS1 Core Business Vocabulary 2.0, as tables and spellings.
//
// A CBV value has one bare word and four spellings: the word itself (JSON-LD), a CURIE
// ("cbv:BizStep-packing"), a web URI ("https://ref.gs1.org/cbv/BizStep-packing") and a URN
// ("urn:epcglobal:cbv:bizstep:packing", the only spelling of EPCIS 1.x). Values outside the CBV are
// the user's own URIs.
//
// Thread safety: constants and pure functions. Cost: a scan of at most 41 words.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace packtrail::epcis {

enum class CbvKind : std::uint8_t {
  BizStep,             // CBV 2.0 section 7.1.
  Disposition,         // CBV 2.0 section 7.2.
  BizTransactionType,  // CBV 2.0 section 7.3.
  SourceDestType,      // CBV 2.0 section 7.4.
  ErrorReason,         // CBV 2.0 section 7.5.
};

// Each table is in ascending order.
inline constexpr std::array<std::string_view, 41> kBizSteps = {"accepting",
                                                               "arriving",
                                                               "assembling",
                                                               "collecting",
                                                               "commissioning",
                                                               "consigning",
                                                               "creating_class_instance",
                                                               "cycle_counting",
                                                               "decommissioning",
                                                               "departing",
                                                               "destroying",
                                                               "disassembling",
                                                               "dispensing",
                                                               "encoding",
                                                               "entering_exiting",
                                                               "holding",
                                                               "inspecting",
                                                               "installing",
                                                               "killing",
                                                               "loading",
                                                               "other",
                                                               "packing",
                                                               "picking",
                                                               "receiving",
                                                               "removing",
                                                               "repackaging",
                                                               "repairing",
                                                               "replacing",
                                                               "reserving",
                                                               "retail_selling",
                                                               "sampling",
                                                               "sensor_reporting",
                                                               "shipping",
                                                               "staging_outbound",
                                                               "stock_taking",
                                                               "stocking",
                                                               "storing",
                                                               "transporting",
                                                               "unloading",
                                                               "unpacking",
                                                               "void_shipping"};

inline constexpr std::array<std::string_view, 33> kDispositions = {"active",
                                                                   "available",
                                                                   "completeness_inferred",
                                                                   "completeness_verified",
                                                                   "conformant",
                                                                   "container_closed",
                                                                   "container_open",
                                                                   "damaged",
                                                                   "destroyed",
                                                                   "dispensed",
                                                                   "disposed",
                                                                   "encoded",
                                                                   "expired",
                                                                   "in_progress",
                                                                   "in_transit",
                                                                   "inactive",
                                                                   "mismatch_class",
                                                                   "mismatch_instance",
                                                                   "mismatch_quantity",
                                                                   "needs_replacement",
                                                                   "no_pedigree_match",
                                                                   "non_conformant",
                                                                   "non_sellable_other",
                                                                   "partially_dispensed",
                                                                   "recalled",
                                                                   "reserved",
                                                                   "retail_sold",
                                                                   "returned",
                                                                   "sellable_accessible",
                                                                   "sellable_not_accessible",
                                                                   "stolen",
                                                                   "unavailable",
                                                                   "unknown"};

inline constexpr std::array<std::string_view, 13> kBizTransactionTypes = {
    "bol",       "cert",   "desadv", "inv",     "pedigree", "po",   "poc",
    "prodorder", "recadv", "rma",    "testprd", "testres",  "upevt"};

inline constexpr std::array<std::string_view, 3> kSourceDestTypes = {"location", "owning_party",
                                                                     "possessing_party"};

inline constexpr std::array<std::string_view, 2> kErrorReasons = {"did_not_occur",
                                                                  "incorrect_data"};

// The words of a kind, ascending.
[[nodiscard]] std::span<const std::string_view> cbv_words(CbvKind kind);

// The table's word when `text` is any spelling of a word of this kind; nothing for user URIs,
// unknown words and words of other kinds.
[[nodiscard]] std::optional<std::string_view> cbv_word(CbvKind kind, std::string_view text);

// Whether `text` claims to be CBV: a bare word (no colon), a URI in the CBV URN namespace, or a
// CURIE or web URI in the form of a CBV value of any kind ("cbv:Disp-...").
[[nodiscard]] bool in_cbv_namespace(std::string_view text);

// `text` in one spelling when it is CBV of this kind, else `text` as it is.
[[nodiscard]] std::string to_cbv_word(CbvKind kind, std::string_view text);
[[nodiscard]] std::string to_cbv_urn(CbvKind kind, std::string_view text);
[[nodiscard]] std::string to_cbv_web_uri(CbvKind kind, std::string_view text);

}  // namespace packtrail::epcis
