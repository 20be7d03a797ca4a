#include "gs1/repair.h"

#include <algorithm>
#include <array>
#include <optional>

#include "gs1/charset.h"
#include "gs1/check_digit.h"
#include "gs1/digital_link.h"
#include "gs1/expiry.h"
#include "gs1/gtin.h"
#include "gs1/keyboard.h"

namespace packtrail::gs1 {
namespace {

struct Candidate {
  std::vector<DamageCause> causes;
  std::string explanation;
  std::string text;
};
using Candidates = std::vector<Candidate>;

// A place in the text that holds the digits of a key with a check digit.
struct Field {
  std::size_t at = 0;
  std::size_t size = 0;
};

std::string replaced(std::string_view text, std::string_view from, std::string_view to) {
  std::string out;
  while (true) {
    const std::size_t at = text.find(from);
    if (at == std::string_view::npos) return out.append(text);
    out.append(text.substr(0, at)).append(to);
    text.remove_prefix(at + from.size());
  }
}

bool is_bracketed(std::string_view text) {
  return !text.empty() && (text[0] == '(' || text[0] == '[');
}

std::string quoted_for_people(std::string_view token) {
  std::string out = "\"";
  for (const char c : token) out.append(1, c);
  return out + "\"";
}

// --- separators spelled out ---------------------------------------------------------------------

constexpr std::string_view kSpelledSeparators[] = {
    "<FNC1>", "{FNC1}", "[FNC1]", "<0x1D>", "\\u001d", "\\u001D", "\\x1d", "\\x1D", "&#x1D;",
    "&#x1d;", "&#29;",  "<GS1>",  "\\035",  "<GS>",    "<gs>",    "{GS}",  "{gs}",  "[GS]",
    "[gs]",   "(GS)",   "%1D",    "%1d",    "\\F",     "\\G",     "^]",    "␝",     "↔"};
// Characters that scanners are set up to send for GS and that no value can hold.
constexpr std::string_view kLoneSeparators = "|#$@^~\\{}`";

void try_visible_separators(std::string_view text, Candidates& out) {
  if (looks_like_link(text)) return;
  std::string all(text);
  std::string first;
  for (const std::string_view token : kSpelledSeparators) {
    if (all.find(token) == std::string::npos) continue;
    if (first.empty()) first = token;
    all = replaced(all, token, is_bracketed(text) ? "" : "\x1d");
  }
  if (!first.empty()) {
    out.push_back({{DamageCause::VisibleSeparator},
                   "the separator (FNC1, GS) arrived as visible text " + quoted_for_people(first),
                   std::move(all)});
  }
  for (const char lone : kLoneSeparators) {
    const std::string_view token(&lone, 1);
    if (text.find(lone) == std::string_view::npos) continue;
    out.push_back({{DamageCause::VisibleSeparator},
                   "the separator (FNC1, GS) arrived as the character " + quoted_for_people(token),
                   replaced(text, token, is_bracketed(text) ? "" : "\x1d")});
  }
}

// --- letters and keys ---------------------------------------------------------------------------

std::string with_case_swapped(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'a' && c <= 'z') {
      c = static_cast<char>(c - 'a' + 'A');
    } else if (c >= 'A' && c <= 'Z') {
      c = static_cast<char>(c - 'A' + 'a');
    }
  }
  return out;
}

void try_caps_lock(std::string_view text, Candidates& out) {
  std::string swapped = with_case_swapped(text);
  if (swapped == text) return;
  out.push_back({{DamageCause::CapsLock},
                 "caps lock was on: small and capital letters changed places",
                 std::move(swapped)});
}

std::string with_yz_swapped(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    constexpr std::string_view kFrom = "yzYZ";
    constexpr std::string_view kTo = "zyZY";
    const std::size_t at = kFrom.find(c);
    if (at != std::string_view::npos) c = kTo[at];
  }
  return out;
}

void try_yz_swap(std::string_view text, Candidates& out) {
  std::string swapped = with_yz_swapped(text);
  if (swapped == text) return;
  out.push_back({{DamageCause::YzSwap},
                 "Y and Z changed places: scanner and computer differ, QWERTZ against QWERTY",
                 std::move(swapped)});
}

void try_keyboards(std::string_view text, Candidates& out) {
  const std::string only_yz = with_yz_swapped(text);
  const std::size_t begin = out.size();
  for (const WrongLayout side : {WrongLayout::Host, WrongLayout::Scanner}) {
    for (const KeyboardLayout& layout : keyboard_layouts()) {
      std::string sent = ungarble(text, layout, side);
      if (sent == text || sent == only_yz) continue;
      const auto same = std::find_if(out.begin() + static_cast<std::ptrdiff_t>(begin), out.end(),
                                     [&](const Candidate& c) { return c.text == sent; });
      if (same != out.end()) continue;  // The commoner layout stands first.
      std::string explanation = side == WrongLayout::Host
                                    ? "the scanner is set to a US keyboard, the computer to "
                                    : "the computer is set to a US keyboard, the scanner to ";
      explanation.append(layout.name);
      out.push_back({{DamageCause::KeyboardLayout}, std::move(explanation), std::move(sent)});
    }
  }
}

// --- blanks -------------------------------------------------------------------------------------

// Bytes of the blank or invisible character at the start of `text`; 0 when it is none.
std::size_t blank_size(std::string_view text) {
  const char c = text[0];
  if (c == ' ' || (c >= '\t' && c <= '\r') || c == '\0') return 1;
  if (text.starts_with("\xC2\xA0") || text.starts_with("\xC2\xAD")) return 2;
  if (text.starts_with("\xEF\xBB\xBF") || text.starts_with("\xE3\x80\x80")) return 3;
  if (text.starts_with("\xE2\x81\xA0") || text.starts_with("\xE2\x80\xAF")) return 3;
  if (text.size() > 2 && text.starts_with("\xE2\x80")) {
    const auto last = static_cast<unsigned char>(text[2]);
    if ((last >= 0x80 && last <= 0x8F) || last == 0xA8 || last == 0xA9) return 3;
  }
  return 0;
}

// Blanks at both ends go, a run of blanks inside becomes `inside`.
std::string without_blanks(std::string_view text, std::string_view inside) {
  std::string out;
  bool pending = false;
  while (!text.empty()) {
    if (const std::size_t size = blank_size(text); size != 0) {
      pending = !out.empty();
      text.remove_prefix(size);
      continue;
    }
    if (pending) out.append(inside);
    pending = false;
    out.push_back(text[0]);
    text.remove_prefix(1);
  }
  return out;
}

void try_blanks(std::string_view text, Candidates& out) {
  std::string removed = without_blanks(text, "");
  if (removed == text) return;
  const bool raw = !is_bracketed(removed) && !looks_like_link(removed);
  if (raw) {
    std::string separated = without_blanks(text, "\x1d");
    if (separated != removed) {
      out.push_back({{DamageCause::Blanks},
                     "blanks or line breaks stand in the text, some in the place of a separator",
                     std::move(separated)});
    }
  }
  out.push_back({{DamageCause::Blanks},
                 "blanks, line breaks or invisible characters stand in the text",
                 std::move(removed)});
}

// --- letters for digits -------------------------------------------------------------------------

char digit_for(char c) {
  constexpr std::string_view kLetters = "OoQDIliSsBZzG";
  constexpr std::string_view kDigits = "0000111558226";
  const std::size_t at = kLetters.find(c);
  return at == std::string_view::npos ? '\0' : kDigits[at];
}

// Replaces letters in the parts of a link's path that are digits otherwise.
std::string link_with_digits(std::string_view text) {
  std::string out(text);
  const std::size_t path = out.find('/', out.find("//") + 2);
  std::size_t begin = path;
  while (begin < out.size()) {
    const std::size_t end = std::min(out.find_first_of("/?&=#", begin + 1), out.size());
    std::string part = out.substr(begin + 1, end - begin - 1);
    bool had_digit = false;
    bool all_digits = true;
    for (char& c : part) {
      had_digit = had_digit || is_digit(c);
      if (const char digit = digit_for(c); digit != '\0') c = digit;
      all_digits = all_digits && is_digit(c);
    }
    const bool key_or_ai = part.size() <= Ai::kTextMax ? part.size() >= 2 : part.size() >= 8;
    if (had_digit && all_digits && key_or_ai) out.replace(begin + 1, part.size(), part);
    begin = end;
  }
  return out;
}

void try_letters(std::string_view text, Candidates& out) {
  constexpr std::size_t kReplacedMax = 24;
  std::string fixed(text);
  std::string letters;
  for (std::size_t n = 0; n < kReplacedMax; ++n) {
    const auto read = recognise(fixed);
    if (read || read.error().field == "EPC tag") break;  // There letters are digits.
    const std::size_t begin = read.error().offset.value_or(fixed.size());
    const std::size_t end =
        std::min(begin + std::max<std::size_t>(read.error().length, 1), fixed.size());
    std::size_t at = begin;
    while (at < end && digit_for(fixed[at]) == '\0') ++at;
    if (at >= end) break;
    if (letters.find(fixed[at]) == std::string::npos) letters.push_back(fixed[at]);
    fixed[at] = digit_for(fixed[at]);
  }
  if (letters.empty() && looks_like_link(text)) {
    fixed = link_with_digits(text);
    letters = "O, I or l";
  }
  const auto add = [&](std::string repaired) {
    if (repaired == text) return;
    out.push_back({{DamageCause::LetterForDigit},
                   "a letter was typed for a digit that looks like it: " + letters,
                   std::move(repaired)});
  };
  // The digits of a key alone begin with no AI, so no error leads to the letter.
  std::string key(text);
  for (char& c : key) {
    if (const char digit = digit_for(c); digit != '\0') c = digit;
  }
  if (key.size() <= 18 && find_outside(key, kDigit) == key.size()) {
    if (letters.empty()) letters = "O, I or l";
    add(std::move(key));
  }
  if (!letters.empty()) add(std::move(fixed));
}

// --- a second code in the same field ------------------------------------------------------------

bool same_article(std::string_view gtin, std::string_view ean) {
  if (!has_valid_check_digit(ean)) return false;
  std::string padded(ean);
  padded.insert(0, Gtin::kSize - padded.size(), '0');
  // The indicator of a case stands outside the digits that its article shares.
  return gtin.substr(1, 12) == std::string_view(padded).substr(1, 12);
}

void try_glued_ean(std::string_view text, Candidates& out) {
  for (const std::size_t size : {13U, 14U, 12U, 8U}) {
    if (text.size() <= size + 2) continue;
    const auto digits = [&](std::string_view part) {
      return find_outside(part, kDigit) == part.size();
    };
    const auto add = [&](std::string_view rest, std::string_view ean) {
      const auto read = recognise(rest);
      if (!read) return;
      const auto gtin = read->elements.find(kAiGtin);
      if (!gtin || !same_article(*gtin, ean)) return;
      out.push_back({{DamageCause::EanGlued},
                     "the pack's own EAN/UPC barcode " + std::string(ean) +
                         " was scanned into the same field",
                     std::string(rest)});
    };
    const std::string_view tail = text.substr(text.size() - size);
    if (digits(tail)) {
      std::string_view rest = text.substr(0, text.size() - size);
      if (rest.ends_with("]E0") || rest.ends_with("]E4")) rest.remove_suffix(3);
      while (!rest.empty() &&
             (rest.back() == kGroupSeparator || blank_size(rest.substr(rest.size() - 1)) != 0)) {
        rest.remove_suffix(1);
      }
      if (!rest.empty()) add(rest, tail);
    }
    std::string_view front = text;
    if (front.starts_with("]E0") || front.starts_with("]E4")) front.remove_prefix(3);
    const std::string_view head = front.substr(0, size);
    if (head.size() == size && digits(head)) {
      std::string_view rest = front.substr(size);
      while (!rest.empty() && blank_size(rest) != 0) rest.remove_prefix(blank_size(rest));
      if (!rest.empty()) add(rest, head);
    }
  }
}

void try_twice(std::string_view text, Candidates& out) {
  constexpr std::size_t kBetweenMax = 2;
  for (std::size_t between = 0; between <= kBetweenMax; ++between) {
    if (text.size() < 2 * 8 + between || (text.size() - between) % 2 != 0) continue;
    const std::size_t half = (text.size() - between) / 2;
    if (text.substr(0, half) != text.substr(half + between)) continue;
    out.push_back({{DamageCause::ScannedTwice},
                   "the same code was scanned twice into one field",
                   std::string(text.substr(0, half))});
  }
}

// --- symbology identifiers ----------------------------------------------------------------------

void try_identifier(std::string_view text, Candidates& out) {
  if (text.size() > 3 && text[0] == ']' && !aim_symbology(text.substr(0, 3)).empty()) {
    out.push_back({{DamageCause::SymbologyIdentifier},
                   "the identifier " + std::string(text.substr(0, 3)) + " names " +
                       std::string(aim_symbology(text.substr(0, 3))) +
                       ": the content is GS1 data all the same",
                   std::string(text.substr(3))});
  }
  const std::string with_bracket = "]" + std::string(text.substr(0, 2));
  if (text.size() > 3 && gs1_aim_prefix(with_bracket) != 0) {
    out.push_back({{DamageCause::SymbologyIdentifier},
                   "the ] of the AIM symbology identifier is missing",
                   "]" + std::string(text)});
  }
}

// --- lost separators ----------------------------------------------------------------------------

bool is_plausible_expiry(std::string_view yymmdd, Date today) {
  const auto expiry = Expiry::try_parse(yymmdd, today);
  if (!expiry) return false;
  const int years = expiry->resolved().year() - today.year();
  return years >= -3 && years <= 12;
}

// How likely an element is on a medicine pack or a logistic unit; what else reads by chance.
int weight_of(Ai ai, std::string_view value, Date today) {
  if (ai == kAiGtin || ai == kAiSscc) return 10;
  if (ai == kAiExpiry) return is_plausible_expiry(value, today) ? 10 : -8;
  if (ai == kAiLot) return 6;
  if (ai == kAiSerial) return 6;
  if (ai.digits == 3 && ai.number >= 710 && ai.number <= 717) return 3;
  if (ai.digits == 2 && (ai.number == 11 || ai.number == 15 || ai.number == 16)) {
    return is_plausible_expiry(value, today) ? 3 : -8;
  }
  if (ai.digits == 2 && (ai.number == 2 || ai.number == 37)) return 2;
  const AiEntry* entry = find_ai(ai);
  return entry != nullptr && !entry->link_key.empty() ? 3 : -6;
}

// Every way to end the values of variable length so that the whole text reads; the best few.
class SeparatorSearch {
 public:
  struct Way {
    int weight = 0;
    std::string text;
  };

  SeparatorSearch(std::string_view body, Date today) : body_(body), today_(today) {}

  std::vector<Way> run() {
    step(0, 0, 0);
    std::stable_sort(ways_.begin(), ways_.end(),
                     [](const Way& a, const Way& b) { return a.weight > b.weight; });
    // What fits much worse than the best is noise.
    while (!ways_.empty() && (ways_.size() > kSuggestionsMax ||
                              ways_.back().weight + kWeightSpread < ways_.front().weight)) {
      ways_.pop_back();
    }
    return std::move(ways_);
  }

 private:
  static constexpr std::size_t kStepsMax = 20'000;
  static constexpr std::size_t kWaysMax = 200;
  static constexpr int kWeightSpread = 10;
  static constexpr std::size_t kDepthMax = 10;

  [[nodiscard]] bool seen(Ai ai) const {
    return std::any_of(seen_.begin(), seen_.begin() + static_cast<std::ptrdiff_t>(depth_),
                       [&](Ai other) { return other == ai; });
  }

  void step(std::size_t at, int weight, int inserted) {
    if (++steps_ > kStepsMax || ways_.size() >= kWaysMax) return;
    if (at == body_.size()) {
      if (inserted > 0) ways_.push_back({weight - 4 * inserted, current_});
      return;
    }
    const LeadingAi leading = leading_ai(body_.substr(at));
    if (leading.entry == nullptr || depth_ == kDepthMax || seen(leading.ai)) return;
    const std::size_t begin = at + leading.ai.digits;
    const std::size_t wall = std::min(body_.find(kGroupSeparator, begin), body_.size());
    const std::size_t most = std::min(wall - begin, std::size_t{leading.entry->size_max});
    seen_[depth_++] = leading.ai;
    for (std::size_t size = leading.entry->size_min; size <= most; ++size) {
      const std::string_view value = body_.substr(begin, size);
      if (!check_ai_value(leading.ai, *leading.entry, value)) continue;
      take(at, begin + size, wall, leading, weight + weight_of(leading.ai, value, today_),
           inserted);
    }
    --depth_;
  }

  void take(std::size_t at, std::size_t end, std::size_t wall, const LeadingAi& leading, int weight,
            int inserted) {
    const std::size_t kept = current_.size();
    current_.append(body_.substr(at, end - at));
    if (end == wall) {
      if (end < body_.size()) current_.push_back(kGroupSeparator);
      step(end < body_.size() ? end + 1 : end, weight, inserted);
    } else if (leading.entry->predefined) {
      step(end, weight, inserted);
    } else {
      current_.push_back(kGroupSeparator);
      step(end, weight, inserted + 1);
    }
    current_.resize(kept);
  }

  std::string_view body_;
  Date today_;
  std::size_t steps_ = 0;
  std::size_t depth_ = 0;
  std::array<Ai, kDepthMax> seen_{};
  std::string current_;
  std::vector<Way> ways_;
};

std::string_view aim_of(std::string_view text) { return text.substr(0, gs1_aim_prefix(text)); }

void try_lost_separators(std::string_view text, Date today, Candidates& out) {
  if (is_bracketed(text) || looks_like_link(text)) return;
  const std::string_view aim = aim_of(text);
  std::string_view body = text.substr(aim.size());
  if (!body.empty() && body[0] == kGroupSeparator) body.remove_prefix(1);
  for (const auto& way : SeparatorSearch(body, today).run()) {
    if (way.weight < 8) continue;  // A key and little else that fits.
    out.push_back({{DamageCause::LostSeparator},
                   "the separators (FNC1, GS) after values of variable length are lost",
                   std::string(aim) + way.text});
  }
}

// --- keys ---------------------------------------------------------------------------------------

std::optional<Field> field_after(std::string_view text, std::string_view ai) {
  if (looks_like_link(text)) {
    const std::string key = "/" + std::string(ai) + "/";
    const std::size_t at = text.rfind(key);
    if (at == std::string_view::npos) return std::nullopt;
    const std::size_t begin = at + key.size();
    return Field{begin, std::min(text.find_first_of("/?#", begin), text.size()) - begin};
  }
  if (is_bracketed(text)) {
    const char close = text[0] == '(' ? ')' : ']';
    const std::string key = text[0] + std::string(ai) + close;
    const std::size_t at = text.find(key);
    if (at == std::string_view::npos) return std::nullopt;
    const std::size_t begin = at + key.size();
    return Field{begin, std::min(text.find(text[0], begin), text.size()) - begin};
  }
  std::size_t at = aim_of(text).size();
  if (at < text.size() && text[at] == kGroupSeparator) ++at;
  if (!text.substr(at).starts_with(ai)) return std::nullopt;
  const std::size_t size = ai == "01" ? Gtin::kSize : 18;
  return Field{at + ai.size(), std::min(size, text.size() - at - ai.size())};
}

bool all_digits(std::string_view text) { return find_outside(text, kDigit) == text.size(); }

std::vector<Field> key_fields(std::string_view text) {
  std::vector<Field> fields;
  if (all_digits(text) && text.size() <= 18) fields.push_back({0, text.size()});
  for (const std::string_view ai : {"01", "00", "02"}) {
    if (const auto field = field_after(text, ai)) fields.push_back(*field);
  }
  return fields;
}

std::string spliced(std::string_view text, const Field& field, std::string_view with) {
  std::string out(text.substr(0, field.at));
  return out.append(with).append(text.substr(field.at + field.size));
}

void try_gtin_forms(std::string_view text, Candidates& out) {
  const auto add = [&](const Field& field, const std::string& gtin, const char* explanation) {
    if (Gtin::try_parse(gtin)) {
      out.push_back({{DamageCause::GtinForm}, explanation, spliced(text, field, gtin)});
    }
  };
  for (const Field& whole : key_fields(text)) {
    if (whole.at == 0 && whole.size != Gtin::kSize) continue;
    const bool raw = !is_bracketed(text) && !looks_like_link(text) && whole.at != 0;
    if (whole.size == Gtin::kSize && all_digits(text.substr(whole.at, whole.size))) {
      const std::string digits(text.substr(whole.at, whole.size));
      const std::string thirteen = digits.substr(0, 13);
      if (digits.back() == '0' && has_valid_check_digit(thirteen)) {
        add(whole, "0" + thirteen, "a GTIN-13 was filled up on the right instead of the left");
      }
      if (digits[0] != '0' && has_valid_check_digit(std::string_view(digits).substr(1))) {
        const auto completed = Gtin::complete(thirteen);
        if (completed) {
          add(whole, std::string(completed->digits()),
              "an indicator was put before a GTIN-13 and its check digit kept");
        }
      }
    }
    for (const std::size_t size : {13U, 12U, 8U}) {
      const bool fits = raw ? whole.size >= size : whole.size == size;
      if (!fits || whole.at == 0) continue;
      const Field field{whole.at, size};
      const std::string digits(text.substr(field.at, size));
      if (!all_digits(digits)) continue;
      add(field, std::string(Gtin::kSize - size, '0') + digits,
          "a GTIN-13, -12 or -8 stands where 14 digits should: zeros on the left are missing");
    }
  }
}

void try_transposed(std::string_view text, Candidates& out) {
  for (const Field& field : key_fields(text)) {
    std::string digits(text.substr(field.at, field.size));
    if (digits.size() < 8 || !all_digits(digits) || has_valid_check_digit(digits)) continue;
    for (std::size_t i = 0; i + 1 < digits.size(); ++i) {
      if (digits[i] == digits[i + 1]) continue;
      std::swap(digits[i], digits[i + 1]);
      if (has_valid_check_digit(digits)) {
        out.push_back({{DamageCause::TransposedDigits},
                       "two neighbouring digits changed places: the check digit fits with " +
                           digits.substr(i, 2) + " at digit " + std::to_string(i + 1),
                       spliced(text, field, digits)});
      }
      std::swap(digits[i], digits[i + 1]);
    }
  }
}

// --- choosing -----------------------------------------------------------------------------------

void try_scheme(std::string_view text, Candidates& out) {
  const std::size_t size = mixed_scheme_size(text);
  if (size == 0) return;
  const std::string scheme = size == 5 ? "https" : "http";
  out.push_back({{DamageCause::SchemeCase},
                 "a phone or keyboard changed the case of letters in " + scheme,
                 scheme + std::string(text.substr(size))});
}

std::string evidence_of(const Recognised& read, Date today) {
  std::string out;
  const auto add = [&](std::string_view words) {
    if (!out.empty()) out += ", ";
    out.append(words);
  };
  for (const std::string_view ai : {"00", "01"}) {
    if (read.elements.find(ai)) add("the check digit of (" + std::string(ai) + ") is right");
  }
  if (const auto expiry = read.elements.find(kAiExpiry)) {
    if (const auto date = Expiry::try_parse(*expiry, today)) {
      add("(17) is " + date->resolved().to_iso());
    }
  }
  add(std::to_string(read.elements.size()) +
      (read.elements.size() == 1 ? " element reads" : " elements read"));
  return out;
}

// What reads as a key, or as elements around one, speaks for a repair; what names nothing does not.
int quality_of(const Recognised& read, Date today) {
  int quality = 0;
  for (std::size_t i = 0; i < read.elements.size(); ++i) {
    quality += weight_of(read.elements[i].ai, read.elements[i].value, today);
  }
  return quality;
}

struct Judged {
  Suggestion suggestion;
  int quality = 0;
};

int rank_of(const Suggestion& suggestion) {
  return static_cast<int>(suggestion.causes.size()) * 100 +
         static_cast<int>(suggestion.causes.front());
}

void judge(const Candidates& candidates, std::string_view text, Date today,
           std::vector<Judged>& out) {
  for (const Candidate& candidate : candidates) {
    if (candidate.text == text) continue;
    const auto read = recognise(candidate.text);
    if (!read) continue;
    const auto same = std::find_if(out.begin(), out.end(), [&](const Judged& other) {
      return other.suggestion.repaired == candidate.text;
    });
    if (same != out.end()) continue;
    out.push_back(
        {{candidate.causes, candidate.explanation, candidate.text, evidence_of(*read, today)},
         quality_of(*read, today)});
  }
}

Candidates single_causes(std::string_view text, Date today) {
  Candidates out;
  try_visible_separators(text, out);
  try_twice(text, out);
  try_glued_ean(text, out);
  try_caps_lock(text, out);
  try_blanks(text, out);
  try_yz_swap(text, out);
  try_keyboards(text, out);
  try_letters(text, out);
  try_identifier(text, out);
  try_lost_separators(text, today, out);
  try_gtin_forms(text, out);
  try_transposed(text, out);
  try_scheme(text, out);
  return out;
}

// What often comes together: a wedge scanner in the wrong layout that drops GS as well.
Candidates second_causes(const Candidate& first, Date today) {
  Candidates out;
  try_caps_lock(first.text, out);
  try_blanks(first.text, out);
  try_glued_ean(first.text, out);
  try_letters(first.text, out);
  try_lost_separators(first.text, today, out);
  for (Candidate& second : out) {
    second.explanation = first.explanation + "; and " + second.explanation;
    second.causes.insert(second.causes.begin(), first.causes.begin(), first.causes.end());
  }
  return out;
}

std::vector<Suggestion> best_of(std::vector<Judged> judged) {
  std::stable_sort(judged.begin(), judged.end(), [](const Judged& a, const Judged& b) {
    const int left = rank_of(a.suggestion);
    const int right = rank_of(b.suggestion);
    return left != right ? left < right : a.quality > b.quality;
  });
  std::vector<Suggestion> out;
  for (Judged& one : judged) {
    if (one.quality <= 0 || out.size() == kSuggestionsMax) continue;
    out.push_back(std::move(one.suggestion));
  }
  return out;
}

}  // namespace

const char* to_string(DamageCause cause) {
  switch (cause) {
    case DamageCause::VisibleSeparator:
      return "visible_separator";
    case DamageCause::ScannedTwice:
      return "scanned_twice";
    case DamageCause::EanGlued:
      return "ean_glued";
    case DamageCause::CapsLock:
      return "caps_lock";
    case DamageCause::Blanks:
      return "blanks";
    case DamageCause::YzSwap:
      return "yz_swap";
    case DamageCause::KeyboardLayout:
      return "keyboard_layout";
    case DamageCause::LetterForDigit:
      return "letter_for_digit";
    case DamageCause::SymbologyIdentifier:
      return "symbology_identifier";
    case DamageCause::LostSeparator:
      return "lost_separator";
    case DamageCause::GtinForm:
      return "gtin_form";
    case DamageCause::TransposedDigits:
      return "transposed_digits";
    case DamageCause::SchemeCase:
      return "scheme_case";
  }
  return "unknown";
}

std::vector<Suggestion> suggest_repairs(std::string_view text, Date today) {
  if (text.empty() || text.size() > kRepairTextMax) return {};
  const Candidates singles = single_causes(text, today);
  std::vector<Judged> judged;
  judge(singles, text, today, judged);
  auto best = best_of(judged);
  if (!best.empty()) return best;
  for (const Candidate& first : singles) {
    if (first.text == text || first.causes.front() == DamageCause::LostSeparator) continue;
    judge(second_causes(first, today), text, today, judged);
  }
  return best_of(std::move(judged));
}

std::vector<Suggestion> suspect_damage(std::string_view text, const Recognised& read, Date today) {
  if (text.size() > kRepairTextMax) return {};
  const auto more_elements = [&](const Candidate& candidate) {
    const auto again = recognise(candidate.text);
    return again && again->elements.size() > read.elements.size();
  };
  Candidates found;
  Candidates tried;
  try_visible_separators(text, tried);
  for (Candidate& candidate : tried) {
    if (more_elements(candidate)) found.push_back(std::move(candidate));
  }
  const bool raw =
      read.syntax == Syntax::RawElementString || read.syntax == Syntax::AimElementString;
  if (raw && !read.elements.find(kAiExpiry)) {
    tried.clear();
    try_lost_separators(text, today, tried);
    for (Candidate& candidate : tried) {
      const auto again = recognise(candidate.text);
      if (!again || again->elements.size() < read.elements.size() + 2) continue;
      const auto expiry = again->elements.find(kAiExpiry);
      if (!expiry || !is_plausible_expiry(*expiry, today)) continue;
      if (!again->elements.find(kAiLot) || !again->elements.find(kAiSerial)) continue;
      found.push_back(std::move(candidate));
      break;
    }
  }
  try_glued_ean(text, found);
  if (text.starts_with("HTTP")) {
    bool small = false;
    bool capital = false;
    for (const char c : text.substr(std::min(read.stem.size(), text.size()))) {
      small = small || (c >= 'a' && c <= 'z');
      capital = capital || (c >= 'A' && c <= 'Z');
    }
    if (small && !capital) try_caps_lock(text, found);
  }
  std::vector<Judged> judged;
  judge(found, text, today, judged);
  return best_of(std::move(judged));
}

}  // namespace packtrail::gs1
