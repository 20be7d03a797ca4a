#include "epcis/cbv.h"

#include <algorithm>

namespace packtrail::epcis {
namespace {

struct Spelling {
  std::string_view urn;  // After "urn:epcglobal:cbv:".
  std::string_view web;  // After the web namespace or "cbv:".
};

constexpr std::string_view kUrn = "urn:epcglobal:cbv:";
constexpr std::string_view kWeb = "https://ref.gs1.org/cbv/";
// The first is what Packtrail writes; the others occur in documents of earlier drafts.
constexpr std::string_view kWebNamespaces[] = {
    kWeb, "http://ref.gs1.org/cbv/", "https://ns.gs1.org/cbv/", "http://ns.gs1.org/cbv/", "cbv:"};

constexpr Spelling spelling(CbvKind kind) {
  switch (kind) {
    case CbvKind::BizStep:
      return {"bizstep:", "BizStep-"};
    case CbvKind::Disposition:
      return {"disp:", "Disp-"};
    case CbvKind::BizTransactionType:
      return {"btt:", "BTT-"};
    case CbvKind::SourceDestType:
      return {"sdt:", "SDT-"};
    case CbvKind::ErrorReason:
      return {"er:", "ER-"};
  }
  return {};
}

bool take(std::string_view& text, std::string_view head) {
  if (!text.starts_with(head)) return false;
  text.remove_prefix(head.size());
  return true;
}

template <std::size_t N>
constexpr bool ascending(const std::array<std::string_view, N>& words) {
  for (std::size_t i = 1; i < N; ++i) {
    if (!(words[i - 1] < words[i])) return false;
  }
  return true;
}
static_assert(ascending(kBizSteps) && ascending(kDispositions) && ascending(kBizTransactionTypes) &&
              ascending(kSourceDestTypes) && ascending(kErrorReasons));

}  // namespace

std::span<const std::string_view> cbv_words(CbvKind kind) {
  switch (kind) {
    case CbvKind::BizStep:
      return kBizSteps;
    case CbvKind::Disposition:
      return kDispositions;
    case CbvKind::BizTransactionType:
      return kBizTransactionTypes;
    case CbvKind::SourceDestType:
      return kSourceDestTypes;
    case CbvKind::ErrorReason:
      return kErrorReasons;
  }
  return {};
}

std::optional<std::string_view> cbv_word(CbvKind kind, std::string_view text) {
  const Spelling names = spelling(kind);
  std::string_view word = text;
  if (take(word, kUrn)) {
    if (!take(word, names.urn)) return std::nullopt;
  } else {
    for (const std::string_view space : kWebNamespaces) {
      if (!take(word, space)) continue;
      if (!take(word, names.web)) return std::nullopt;
      break;
    }
  }
  const auto words = cbv_words(kind);
  const auto found = std::lower_bound(words.begin(), words.end(), word);
  if (found == words.end() || *found != word) return std::nullopt;
  return *found;
}

bool in_cbv_namespace(std::string_view text) {
  if (text.find(':') == std::string_view::npos || text.starts_with(kUrn)) return true;
  for (const std::string_view space : kWebNamespaces) {
    std::string_view rest = text;
    if (!take(rest, space)) continue;
    for (const CbvKind kind : {CbvKind::BizStep, CbvKind::Disposition, CbvKind::BizTransactionType,
                               CbvKind::SourceDestType, CbvKind::ErrorReason}) {
      if (rest.starts_with(spelling(kind).web)) return true;
    }
  }
  return false;
}

std::string to_cbv_word(CbvKind kind, std::string_view text) {
  return std::string(cbv_word(kind, text).value_or(text));
}

std::string to_cbv_urn(CbvKind kind, std::string_view text) {
  const auto word = cbv_word(kind, text);
  if (!word) return std::string(text);
  return std::string(kUrn).append(spelling(kind).urn).append(*word);
}

std::string to_cbv_web_uri(CbvKind kind, std::string_view text) {
  const auto word = cbv_word(kind, text);
  if (!word) return std::string(text);
  return std::string(kWeb).append(spelling(kind).web).append(*word);
}

}  // namespace packtrail::epcis
