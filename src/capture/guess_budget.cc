#include "capture/guess_budget.h"

#include <algorithm>
#include <string>

#include "numbering/market_profile.h"

namespace packtrail::capture {
namespace {

constexpr const char* kRule =
    "chance of a guess below 1 in 10,000 (EU 2016/161 Art. 4(c)); at most 1 of 100,000 serial "
    "numbers of the GTIN is ever issued";

bool have_common_character(const numbering::Alphabet& a, const numbering::Alphabet& b) {
  const std::string_view characters = a.characters();
  return std::any_of(characters.begin(), characters.end(),
                     [&](char c) { return b.value_of(c) != numbering::Alphabet::kNoDigit; });
}

bool prefixes_agree(std::string_view a, std::string_view b) {
  return a.starts_with(b) || b.starts_with(a);
}

std::uint64_t add(std::uint64_t a, std::uint64_t b) {
  return b > ~std::uint64_t{0} - a ? ~std::uint64_t{0} : a + b;
}

enum class Count { Planned, Issued };

// What a pool takes of the budgets it has a part in. Imported numbers are out of our hands.
std::uint64_t part_of(const trace::PoolInfo& pool, Count count) {
  if (!pool.spec) return pool.known_end;
  return count == Count::Issued ? pool.issued : std::max(pool.spec->planned_quantity, pool.issued);
}

std::string describe(const trace::PoolInfo& pool, Count count) {
  std::string text = "class " + std::to_string(pool.object_class.value());
  if (!pool.spec) return text + " imported " + std::to_string(pool.known_end);
  text += " (epoch " + std::to_string(pool.spec->epoch) + ")";
  return text + (count == Count::Planned ? " plans " : " issued ") +
         std::to_string(part_of(pool, count));
}

struct Used {
  std::uint64_t sum = 0;
  std::string by;  // "class 1 (epoch 0) plans 5, class 2 imported 3".
};

constexpr std::size_t kPoolsNamedMax = 20;

Used used_of(const trace::PoolInfo& of, const std::vector<trace::PoolInfo>& all, Count count,
             bool with_text) {
  Used used;
  std::size_t named = 0;
  for (const trace::PoolInfo& pool : all) {
    if (!share_budget(of, pool)) continue;
    const std::uint64_t part = part_of(pool, count);
    if (part == 0) continue;
    used.sum = add(used.sum, part);
    if (!with_text) continue;
    if (++named > kPoolsNamedMax) continue;
    used.by += (used.by.empty() ? "" : ", ") + describe(pool, count);
  }
  if (named > kPoolsNamedMax) {
    used.by += " and " + std::to_string(named - kPoolsNamedMax) + " more";
  }
  return used;
}

Status check(const trace::PoolInfo& pool, std::uint64_t more,
             const std::vector<trace::PoolInfo>& all, Count count) {
  const auto over = [&](const trace::PoolInfo& of) -> Status {
    const auto limits = PACKTRAIL_TRY(numbering::Pool::create(*of.spec));
    const Used used = used_of(of, all, count, false);
    if (add(used.sum, more) <= limits.safe_size()) return {};
    const bool plans = count == Count::Planned;
    return Error{
        .code = plans ? Errc::InvalidArgument : Errc::ResourceExhausted,
        .message = std::to_string(more) + (plans ? " more packs of " : " more numbers of ") +
                   std::string(of.spec->gtin.digits()) + " are too many: of the " +
                   std::to_string(limits.safe_size()) + " that its serial numbers of " +
                   std::to_string(of.spec->length) + " characters allow, " +
                   std::to_string(used.sum) + " are used: " + used_of(of, all, count, true).by,
        .field = plans ? "spec.planned_quantity" : "count",
        .rule = kRule,
        .remedy = "Create a pool with longer serial numbers; a new epoch has the same budget."};
  };
  PACKTRAIL_TRY(over(pool));
  for (const trace::PoolInfo& other : all) {
    if (other.spec && share_budget(other, pool)) PACKTRAIL_TRY(over(other));
  }
  return {};
}

}  // namespace

bool share_budget(const trace::PoolInfo& serial, const trace::PoolInfo& other) {
  if (!serial.spec) return false;
  const numbering::PoolSpec& own = *serial.spec;
  if (other.kind == trace::PoolKind::Sscc || other.gtin != own.gtin) return false;
  if (other.spec) {
    return other.spec->length == own.length &&
           have_common_character(other.spec->alphabet, own.alphabet) &&
           prefixes_agree(other.spec->rules.prefix, own.rules.prefix);
  }
  const auto profile = numbering::builtin_profile(other.format);
  if (!profile) return true;
  return own.length >= profile->length_min && own.length <= profile->length_max &&
         have_common_character(profile->alphabet, own.alphabet) &&
         prefixes_agree(profile->rules.prefix, own.rules.prefix);
}

std::uint64_t issued_of_budget(const trace::PoolInfo& pool,
                               const std::vector<trace::PoolInfo>& all) {
  return used_of(pool, all, Count::Issued, false).sum;
}

Status check_plan(const numbering::PoolSpec& spec, const std::vector<trace::PoolInfo>& all) {
  trace::PoolInfo pool;
  pool.spec = spec;
  pool.gtin = spec.gtin;
  return check(pool, spec.planned_quantity, all, Count::Planned);
}

Status check_issue(const trace::PoolInfo& pool, std::uint64_t count,
                   const std::vector<trace::PoolInfo>& all) {
  return check(pool, count, all, Count::Issued);
}

}  // namespace packtrail::capture
