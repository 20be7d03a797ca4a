#include "numbering/serial_rules.h"

#include <algorithm>
#include <array>
#include <deque>

namespace packtrail::numbering {
namespace {

Error rule_error(std::string field, std::string message, std::string rule, std::string remedy) {
  return Error{.code = Errc::InvalidArgument,
               .message = std::move(message),
               .field = std::move(field),
               .rule = std::move(rule),
               .remedy = std::move(remedy)};
}

char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

bool in(const Alphabet& alphabet, std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [&](char c) { return alphabet.value_of(c) != Alphabet::kNoDigit; });
}

// The automaton of Aho and Corasick over all bytes, letters in either case.
struct Automaton {
  static constexpr std::uint16_t kNone = 0xffff;
  std::vector<std::array<std::uint16_t, 256>> next;
  std::vector<bool> ends;
  std::vector<std::uint16_t> fail;

  Automaton() { add_state(); }

  void add(std::string_view word) {
    std::uint16_t state = 0;
    for (const char c : word) {
      const auto byte = static_cast<unsigned char>(upper(c));
      if (next[state][byte] == kNone) {
        const auto made = add_state();
        next[state][byte] = made;
      }
      state = next[state][byte];
    }
    ends[state] = true;
  }

  void close() {
    fail.assign(next.size(), 0);
    std::deque<std::uint16_t> queue;
    for (auto& to : next[0]) {
      if (to == kNone) {
        to = 0;
      } else {
        queue.push_back(to);
      }
    }
    while (!queue.empty()) {
      const std::uint16_t state = queue.front();
      queue.pop_front();
      ends[state] = ends[state] || ends[fail[state]];
      for (std::size_t byte = 0; byte < 256; ++byte) {
        auto& to = next[state][byte];
        if (to == kNone) {
          to = next[fail[state]][byte];
        } else {
          fail[to] = next[fail[state]][byte];
          queue.push_back(to);
        }
      }
    }
    for (auto& row : next) {
      for (char c = 'a'; c <= 'z'; ++c) {
        row[static_cast<unsigned char>(c)] = row[static_cast<unsigned char>(upper(c))];
      }
    }
  }

 private:
  std::uint16_t add_state() {
    next.emplace_back().fill(kNone);
    ends.push_back(false);
    return static_cast<std::uint16_t>(next.size() - 1);
  }
};

Status check(const Alphabet& alphabet, std::size_t length, const SerialRules& rules) {
  const std::string characters = "characters of the pool's alphabet";
  if (rules.prefix.size() >= length) {
    return rule_error("pool.prefix", "the prefix leaves no character to number with",
                      "shorter than the serial number", "choose longer serial numbers");
  }
  if (!in(alphabet, rules.prefix)) {
    return rule_error("pool.prefix", "'" + rules.prefix + "' is not of the alphabet", characters,
                      "add its characters to the alphabet, or drop the prefix");
  }
  if (!in(alphabet, rules.first_characters)) {
    return rule_error("pool.first_characters",
                      "'" + rules.first_characters + "' is not of the alphabet", characters,
                      "name characters of the alphabet");
  }
  for (std::size_t i = 0; i < rules.first_characters.size(); ++i) {
    if (rules.first_characters.find(rules.first_characters[i]) == i) continue;
    Error twice = rule_error("pool.first_characters", "a character stands twice", "each once",
                             "remove the second one");
    twice.offset = i;
    twice.length = 1;
    return twice;
  }
  if (!rules.prefix.empty() && !rules.first_characters.empty() &&
      rules.first_characters.find(rules.prefix[0]) == std::string::npos) {
    return rule_error("pool.first_characters", "the prefix does not begin with one of them",
                      "prefix and first characters agree", "drop one of the two");
  }
  if (rules.excluded_words.size() > kExcludedWordsMax) {
    return rule_error("pool.excluded_words",
                      std::to_string(rules.excluded_words.size()) + " words are excluded",
                      "at most " + std::to_string(kExcludedWordsMax), "shorten the list");
  }
  for (std::size_t i = 0; i < rules.excluded_words.size(); ++i) {
    const std::string& word = rules.excluded_words[i];
    const std::string field = "pool.excluded_words[" + std::to_string(i) + "]";
    if (word.size() < kExcludedWordSizeMin || word.size() > kExcludedWordSizeMax) {
      return rule_error(field, "a word has " + std::to_string(word.size()) + " characters",
                        "3 to 20 characters", "leave the word out");
    }
    std::string folded = rules.prefix;
    std::transform(folded.begin(), folded.end(), folded.begin(), upper);
    std::string sought = word;
    std::transform(sought.begin(), sought.end(), sought.begin(), upper);
    if (folded.find(sought) != std::string::npos) {
      return rule_error(field, "the prefix contains '" + word + "'", "a text can be issued at all",
                        "leave the word out, or change the prefix");
    }
  }
  return {};
}

}  // namespace

Result<SerialFilter> SerialFilter::create(const Alphabet& alphabet, std::size_t length,
                                          const SerialRules& rules) {
  PACKTRAIL_TRY(check(alphabet, length, rules));
  SerialFilter filter;
  filter.space_ = 1;
  for (std::size_t i = rules.prefix.size(); i < length; ++i) filter.space_ *= alphabet.radix();
  filter.any_first_ = rules.first_characters.empty() || !rules.prefix.empty();
  filter.first_.assign(256, filter.any_first_);
  for (const char c : rules.first_characters) filter.first_[static_cast<unsigned char>(c)] = true;

  Automaton words;
  for (const std::string& word : rules.excluded_words) words.add(word);
  words.close();
  // Texts that pass, by the automaton's state after the characters so far.
  std::vector<Count> ways(words.next.size(), 0);
  std::uint16_t start = 0;
  for (const char c : rules.prefix) start = words.next[start][static_cast<unsigned char>(c)];
  ways[start] = 1;
  for (std::size_t i = rules.prefix.size(); i < length; ++i) {
    std::vector<Count> after(ways.size(), 0);
    for (std::size_t state = 0; state < ways.size(); ++state) {
      if (ways[state] == 0) continue;
      for (const char c : alphabet.characters()) {
        const auto byte = static_cast<unsigned char>(c);
        if (i == 0 && !filter.first_[byte]) continue;
        const std::uint16_t to = words.next[state][byte];
        if (!words.ends[to]) after[to] += ways[state];
      }
    }
    ways = std::move(after);
  }
  for (const Count count : ways) filter.usable_ += count;
  if (!rules.excluded_words.empty()) {
    filter.step_.reserve(words.next.size() * 256);
    for (const auto& row : words.next) {
      filter.step_.insert(filter.step_.end(), row.begin(), row.end());
    }
    filter.excluded_ = std::move(words.ends);
  }
  return filter;
}

std::vector<double> SerialFilter::pair_shares(const Alphabet& alphabet, std::size_t length,
                                              std::string_view prefix) const {
  if (length < prefix.size() + 2) return {};
  const std::size_t places = length - prefix.size();
  const std::size_t radix = alphabet.radix();
  const std::size_t states = step_.empty() ? 1 : step_.size() / 256;
  const auto step = [&](std::size_t state, char c) -> std::size_t {
    return step_.empty() ? 0 : step_[state * 256 + static_cast<unsigned char>(c)];
  };
  const auto passes = [&](std::size_t state) { return step_.empty() || !excluded_[state]; };
  const auto may_begin = [&](std::size_t place, char c) {
    return place != 0 || any_first_ || first_[static_cast<unsigned char>(c)];
  };
  // Chances that the texts before a place lead to a state, and that what follows passes from there,
  // when every character is drawn evenly.
  std::vector<std::vector<double>> before(places + 1, std::vector<double>(states, 0));
  std::vector<std::vector<double>> after(places + 1, std::vector<double>(states, 0));
  std::size_t start = 0;
  for (const char c : prefix) start = step(start, c);
  before[0][start] = 1;
  const double even = 1 / static_cast<double>(radix);
  for (std::size_t i = 0; i < places; ++i) {
    for (std::size_t state = 0; state < states; ++state) {
      if (before[i][state] == 0) continue;
      for (const char c : alphabet.characters()) {
        const std::size_t to = step(state, c);
        if (may_begin(i, c) && passes(to)) before[i + 1][to] += before[i][state] * even;
      }
    }
  }
  after[places].assign(states, 1);
  for (std::size_t i = places; i-- > 1;) {
    for (std::size_t state = 0; state < states; ++state) {
      for (const char c : alphabet.characters()) {
        const std::size_t to = step(state, c);
        if (passes(to)) after[i][state] += after[i + 1][to] * even;
      }
    }
  }
  double all = 0;
  for (const double part : before[places]) all += part;
  std::vector<double> shares((places - 1) * radix * radix, 0);
  for (std::size_t i = 0; i + 1 < places; ++i) {
    for (std::size_t state = 0; state < states; ++state) {
      if (before[i][state] == 0) continue;
      for (std::size_t a = 0; a < radix; ++a) {
        const std::size_t middle = step(state, alphabet.at(a));
        if (!may_begin(i, alphabet.at(a)) || !passes(middle)) continue;
        for (std::size_t b = 0; b < radix; ++b) {
          const std::size_t to = step(middle, alphabet.at(b));
          if (!passes(to)) continue;
          shares[(i * radix + a) * radix + b] +=
              before[i][state] * even * even * after[i + 2][to] / all;
        }
      }
    }
  }
  return shares;
}

bool SerialFilter::admits(std::string_view text) const {
  if (!any_first_ && (text.empty() || !first_[static_cast<unsigned char>(text[0])])) return false;
  if (step_.empty()) return true;
  std::size_t state = 0;
  for (const char c : text) {
    state = step_[state * 256 + static_cast<unsigned char>(c)];
    if (excluded_[state]) return false;
  }
  return true;
}

}  // namespace packtrail::numbering
