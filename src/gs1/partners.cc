#include "gs1/partners.h"

#include <algorithm>
#include <string>

namespace packtrail::gs1 {
namespace {

// Calls `visit` with each piece of `list` between separators; ends early when it returns true.
template <class Visit>
bool any_piece(std::string_view list, char separator, const Visit& visit) {
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(separator), list.size());
    if (visit(list.substr(0, end))) return true;
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return false;
}

// "35nn" matches 3502; 'n' stands for any digit.
bool matches(std::string_view pattern, Ai ai) {
  const AiText text = to_text(ai);
  if (pattern.size() != text.size) return false;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] != 'n' && pattern[i] != text.view()[i]) return false;
  }
  return true;
}

bool has(const ElementString& elements, std::string_view pattern) {
  for (std::size_t i = 0; i < elements.size(); ++i) {
    if (matches(pattern, elements[i].ai)) return true;
  }
  return false;
}

bool has_required(const ElementString& elements, std::string_view required) {
  return required.empty() || any_piece(required, '|', [&](std::string_view alternative) {
           return !any_piece(alternative, '+',
                             [&](std::string_view pattern) { return !has(elements, pattern); });
         });
}

// What the masks of one row mean: `single` holds the alternatives of one partner each, the groups
// those of several.
struct RowPartners {
  AiRowSet single;
  AiRowSet excluded;
  std::uint16_t group_begin = 0;
  std::uint16_t group_count = 0;
  bool needs_partner = false;
  bool excludes = false;
};
struct Group {
  static constexpr std::size_t kMax = 3;
  std::array<AiRowSet, kMax> all{};
  std::size_t count = 0;
};

class PartnerMasks {
 public:
  PartnerMasks() {
    for (std::size_t row = 0; row < kAiRowCount; ++row) add(ai_table()[row], rows_[row]);
  }
  [[nodiscard]] bool hold(std::size_t row, const AiRowSet& present,
                          const AiRowSet& repeated) const {
    const RowPartners& partners = rows_[row];
    if (partners.excludes) {
      const bool self = !repeated.contains(row);
      if (partners.excluded.meets(self ? present.without(row) : present)) return false;
    }
    if (!partners.needs_partner || partners.single.meets(present)) return true;
    for (std::size_t i = 0; i < partners.group_count; ++i) {
      const Group& group = groups_[partners.group_begin + i];
      std::size_t met = 0;
      while (met < group.count && group.all[met].meets(present)) ++met;
      if (met == group.count) return true;
    }
    return false;
  }

 private:
  static AiRowSet rows_of(std::string_view pattern) {
    AiRowSet rows;
    for (std::size_t row = 0; row < kAiRowCount; ++row) {
      if (matches(pattern, {ai_table()[row].first, ai_table()[row].digits})) rows.insert(row);
    }
    return rows;
  }
  static void unite(AiRowSet& rows, std::string_view pattern) {
    for (std::size_t row = 0; row < kAiRowCount; ++row) {
      if (matches(pattern, {ai_table()[row].first, ai_table()[row].digits})) rows.insert(row);
    }
  }
  void add(const AiEntry& entry, RowPartners& partners) {
    partners.needs_partner = !entry.required.empty();
    partners.excludes = !entry.excluded.empty();
    partners.group_begin = static_cast<std::uint16_t>(groups_.size());
    any_piece(entry.excluded, '|', [&](std::string_view pattern) {
      unite(partners.excluded, pattern);
      return false;
    });
    any_piece(entry.required, '|', [&](std::string_view alternative) {
      if (alternative.find('+') == std::string_view::npos) {
        unite(partners.single, alternative);
        return false;
      }
      Group group;
      any_piece(alternative, '+', [&](std::string_view pattern) {
        group.all[group.count++] = rows_of(pattern);
        return false;
      });
      groups_.push_back(group);
      return false;
    });
    partners.group_count = static_cast<std::uint16_t>(groups_.size() - partners.group_begin);
  }

  std::array<RowPartners, kAiRowCount> rows_{};
  std::vector<Group> groups_;
};

const PartnerMasks kMasks;

// "(01) and (21), or (03)".
std::string spoken(std::string_view alternatives) {
  std::string text;
  any_piece(alternatives, '|', [&](std::string_view alternative) {
    if (!text.empty()) text += ", or ";
    std::string both;
    any_piece(alternative, '+', [&](std::string_view pattern) {
      if (!both.empty()) both += " and ";
      both.append("(").append(pattern).append(")");
      return false;
    });
    text += both;
    return false;
  });
  return text;
}

}  // namespace

bool partners_hold(std::size_t row, const AiRowSet& present, const AiRowSet& repeated) {
  return kMasks.hold(row, present, repeated);
}

Error PartnerFault::to_error() const {
  std::string name = "(" + std::string(to_text(ai).view()) + ")";
  Error error{.code = Errc::InvalidArgument, .message = {}, .field = {}};
  error.field = to_text(ai).view();
  if (kind == Kind::Missing) {
    error.message = name + " stands without the AI it belongs to";
    error.rule = name + " needs " + spoken(rule) + " on the same item (GenSpecs 4.14)";
    error.remedy = "add the missing AI, or take " + name + " away";
  } else {
    error.message =
        name + " may not stand together with (" + std::string(to_text(other).view()) + ")";
    error.rule = name + " excludes " + spoken(rule) + " on the same item (GenSpecs 4.13)";
    error.remedy = "keep one of the two";
  }
  return error;
}

std::vector<PartnerFault> partner_faults(const ElementString& elements) {
  std::vector<PartnerFault> faults;
  for (std::size_t i = 0; i < elements.size(); ++i) {
    const Ai ai = elements[i].ai;
    const AiEntry* entry = find_ai(ai);
    if (!has_required(elements, entry->required)) {
      faults.push_back({PartnerFault::Kind::Missing, ai, {}, entry->required});
    }
    for (std::size_t j = 0; j < elements.size(); ++j) {
      const Ai other = elements[j].ai;
      if (i == j || !any_piece(entry->excluded, '|',
                               [&](std::string_view pattern) { return matches(pattern, other); })) {
        continue;
      }
      faults.push_back({PartnerFault::Kind::Excluded, ai, other, entry->excluded});
    }
  }
  return faults;
}

Status check_partners(const ElementString& elements) {
  const auto faults = partner_faults(elements);
  if (faults.empty()) return {};
  return faults.front().to_error();
}

}  // namespace packtrail::gs1
