// Numbers made elsewhere, into their pool.
#include <algorithm>
#include <string_view>
#include <unordered_map>

#include <boost/json/array.hpp>

#include "api/state.h"
#include "base/crypto.h"
#include "gs1/element_string.h"
#include "numbering/market_profile.h"

namespace packtrail::api {
namespace {

namespace json = boost::json;
using capture::ImportNumbers;

constexpr std::size_t kClashesNamedMax = 1'000;  // Further ones are only counted.

Error wrong_member(std::string_view name, std::string message, std::string remedy = {}) {
  return Error{
      .message = std::move(message), .field = "/" + std::string(name), .remedy = std::move(remedy)};
}

struct Given {
  std::string token, file_name;
  std::uint64_t first_line = 0;
  std::vector<std::string> serials, companions;
  ImportNumbers::OnClash on_clash = ImportNumbers::OnClash::Refuse;
  bool dry_run = false;
};

Status read_texts(const json::object& body, std::string_view name, std::vector<std::string>& out) {
  const json::value* list = body.if_contains(name);
  if (list == nullptr) return {};
  if (!list->is_array()) return wrong_member(name, "is not a list");
  if (list->get_array().size() > capture::kEpcsPerRequestMax) {
    return Error{.code = Errc::ResourceExhausted,
                 .message = "names more than " + std::to_string(capture::kEpcsPerRequestMax) +
                            " numbers, which are not taken in one piece",
                 .field = "/" + std::string(name),
                 .rule = "all or nothing",
                 .remedy = "Split the file; each part is taken for itself."};
  }
  out.reserve(list->get_array().size());
  for (const json::value& text : list->get_array()) {
    if (!text.is_string()) return wrong_member(name, "holds something that is no text");
    out.emplace_back(text.get_string().data(), text.get_string().size());
  }
  return {};
}

Result<Given> read_given(const json::object& body) {
  Given given;
  given.token = PACKTRAIL_TRY(text_member(body, "token"));
  if (body.contains("file_name")) given.file_name = PACKTRAIL_TRY(text_member(body, "file_name"));
  if (const json::value* line = body.if_contains("first_line")) {
    boost::system::error_code wrong;
    given.first_line = line->to_number<std::uint64_t>(wrong);
    if (wrong) return wrong_member("first_line", "is not a whole number from 0");
  }
  if (body.contains("on_clash")) {
    const std::string on_clash = PACKTRAIL_TRY(text_member(body, "on_clash"));
    if (on_clash == "leave_out") {
      given.on_clash = ImportNumbers::OnClash::LeaveOut;
    } else if (on_clash != "refuse") {
      return wrong_member("on_clash", "is not known", "refuse or leave_out");
    }
  }
  if (const json::value* dry_run = body.if_contains("dry_run")) {
    if (!dry_run->is_bool()) return wrong_member("dry_run", "is neither true nor false");
    given.dry_run = dry_run->get_bool();
  }
  PACKTRAIL_TRY(read_texts(body, "serials", given.serials));
  PACKTRAIL_TRY(read_texts(body, "companions", given.companions));
  if (given.serials.empty()) return wrong_member("serials", "names no number");
  if (!given.companions.empty() && given.companions.size() != given.serials.size()) {
    return wrong_member("companions", "has not one text for each number");
  }
  return given;
}

// Each number by itself: characters, length and companions as the market has them.
Status check_numbers(const Given& given, const trace::PoolInfo& pool) {
  const auto profile = numbering::builtin_profile(pool.format);
  if (!profile && !pool.format.empty()) return profile.error();
  for (std::size_t i = 0; i < given.serials.size(); ++i) {
    const auto serial = gs1::SerialNumber::parse(given.serials[i]);
    Status good = serial ? Status() : Status(serial.error());
    std::string_view member = "serials";
    if (good && profile) good = profile->check(*serial);
    if (good && (profile || !given.companions.empty())) {
      const std::string_view text =
          given.companions.empty() ? std::string_view() : given.companions[i];
      const auto tail = text.empty() ? Result<gs1::ElementString>(gs1::ElementString())
                                     : gs1::ElementString::parse_raw(text);
      good = tail ? Status() : Status(tail.error());
      if (good && profile) good = profile->check_companions(*tail);
      member = "companions";
    }
    if (good) continue;
    Error error = std::move(good).error();
    error.field = "/" + std::string(member) + "/" + std::to_string(i);
    return error;
  }
  return {};
}

Bytes digest_of(const Given& given) {
  Sha256 hash;
  const auto add = [&](std::string_view text) {
    hash.update({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  };
  for (std::size_t i = 0; i < given.serials.size(); ++i) {
    add(given.serials[i]);
    add("\t");
    if (!given.companions.empty()) add(given.companions[i]);
    add("\n");
  }
  const Digest digest = hash.finish();
  return {digest.begin(), digest.end()};
}

// Where the numbers of a list are already, as it stood when the reader was taken.
class Places {
 public:
  Places(trace::Reader& reader, const gs1::Gtin& gtin, const std::vector<std::string>& serials)
      : reader_(reader), gtin_(gtin), serials_(serials) {
    first_.reserve(serials.size());
    for (std::size_t i = 0; i < serials.size(); ++i) first_.emplace(serials[i], i);
  }
  // Empty: nowhere.
  std::string of(std::size_t index) {
    if (const std::size_t first = first_.at(serials_[index]); first != index) {
      return "number " + std::to_string(first) + " of this import";
    }
    const auto known =
        reader_.resolve(gs1::Sgtin{gtin_, *gs1::SerialNumber::parse(serials_[index])});
    if (!known.object) return {};
    return capture::place_of(known.object, reader_.pool(known.object.object_class()));
  }

 private:
  trace::Reader& reader_;
  const gs1::Gtin& gtin_;
  const std::vector<std::string>& serials_;
  std::unordered_map<std::string_view, std::size_t> first_;
};

// One command of the request: at most kNumbersPerImportMax of the numbers, by a token of its own.
struct Part {
  std::size_t first = 0;
  std::size_t size = 0;
  std::string token;
  bool recorded = false;    // The token was used before.
  std::size_t clashes = 0;  // Known before it is submitted.
};

std::vector<Part> parts_of(const Given& given, trace::Reader& reader) {
  std::vector<Part> parts;
  for (std::size_t first = 0; first < given.serials.size();
       first += capture::kNumbersPerImportMax) {
    Part part{.first = first,
              .size = std::min(capture::kNumbersPerImportMax, given.serials.size() - first),
              .token = given.token};
    if (!parts.empty()) part.token += "/" + std::to_string(parts.size() + 1);
    part.recorded = reader.token_position({}, part.token).has_value();
    parts.push_back(std::move(part));
  }
  return parts;
}

ImportNumbers command_of(const Part& part, const Given& given, const trace::PoolInfo& pool,
                         const Bytes& digest) {
  ImportNumbers command{.pool = pool.object_class, .gtin = *pool.gtin};
  const auto slice = [&](const std::vector<std::string>& texts) {
    const auto begin = texts.begin() + static_cast<std::ptrdiff_t>(part.first);
    return std::vector<std::string>(begin, begin + static_cast<std::ptrdiff_t>(part.size));
  };
  command.serials = slice(given.serials);
  if (!given.companions.empty()) command.companions = slice(given.companions);
  command.token = part.token;
  command.on_clash = given.on_clash;
  command.file_name = given.file_name;
  command.file_sha256 = digest;
  command.first_line = part.first == 0 ? given.first_line : 0;
  return command;
}

Error exists(const Given& given, std::size_t index, const std::string& place) {
  return Error{.code = Errc::AlreadyExists,
               .message = given.serials[index] + " exists already: " + place,
               .field = "/serials/" + std::to_string(index),
               .rule = "number_exists",
               .remedy = "Leave it out, or import what does not clash."};
}

json::object answer_of(const Given& given, const trace::PoolInfo& pool,
                       const std::vector<std::size_t>& clashes, Places& places) {
  json::array named;
  for (const std::size_t index : clashes) {
    if (named.size() == kClashesNamedMax) break;
    named.push_back(json::object{
        {"index", index}, {"serial", given.serials[index]}, {"place", places.of(index)}});
  }
  return json::object{{"object_class", pool.object_class.value()},
                      {"token", given.token},
                      {"taken", given.serials.size() - clashes.size()},
                      {"clash_count", clashes.size()},
                      {"clashes", std::move(named)},
                      {"dry_run", given.dry_run},
                      {"repeated", false}};
}

}  // namespace

Result<Response> Api::State::import_numbers(trace::Reader& reader, const trace::PoolInfo& pool,
                                            const json::object& body,
                                            const capture::Actor& actor) const {
  if (pool.kind != trace::PoolKind::Imported) {
    return Error{.code = Errc::FailedPrecondition,
                 .message = "the pool makes its own numbers",
                 .rule = "not_an_import_pool",
                 .remedy = "Create a pool of kind imported for the GTIN."};
  }
  const Given given = PACKTRAIL_TRY(read_given(body));
  PACKTRAIL_TRY(check_numbers(given, pool));
  const bool refuse = given.on_clash == ImportNumbers::OnClash::Refuse;
  Places places(reader, *pool.gtin, given.serials);
  std::vector<Part> parts = parts_of(given, reader);
  const bool repeated =
      std::any_of(parts.begin(), parts.end(), [](const Part& part) { return part.recorded; });
  std::vector<std::size_t> clashes;
  if (!repeated) {
    // All clashes are looked up beforehand, so that one answer names every one of them.
    for (Part& part : parts) {
      for (std::size_t i = part.first; i < part.first + part.size; ++i) {
        if (places.of(i).empty()) continue;
        clashes.push_back(i);
        ++part.clashes;
      }
    }
    PACKTRAIL_TRY(reader.failure());
    if (given.dry_run) return json_response(answer_of(given, pool, clashes, places));
    if (refuse && !clashes.empty()) {
      std::vector<Error> errors;
      for (const std::size_t index : clashes) {
        if (errors.size() == kClashesNamedMax) break;
        errors.push_back(exists(given, index, places.of(index)));
      }
      return problem(errors);
    }
  }
  // A part of which nothing is left is no command, neither now nor when it comes again.
  capture::Request fact;
  fact.actor = actor;
  const Bytes digest = digest_of(given);
  std::vector<const Part*> sent;
  clashes.clear();
  for (const Part& part : parts) {
    if (repeated ? !part.recorded : part.clashes == part.size) continue;
    fact.commands.emplace_back(command_of(part, given, pool, digest));
    sent.push_back(&part);
  }
  bool known_before = false;
  std::vector<std::vector<std::size_t>> left_out(parts.size());
  if (!sent.empty()) {
    const auto receipt = PACKTRAIL_TRY(rooms.capture.submit(std::move(fact)));
    known_before = receipt.repeated;
    for (std::size_t i = 0; i < sent.size(); ++i) {
      for (const auto& clash : receipt.imported.at(i).clashes) {
        left_out[static_cast<std::size_t>(sent[i] - parts.data())].push_back(sent[i]->first +
                                                                             clash.index);
      }
    }
  }
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const bool was_sent = std::find(sent.begin(), sent.end(), &parts[i]) != sent.end();
    for (std::size_t at = 0; !was_sent && at < parts[i].size; ++at) {
      clashes.push_back(parts[i].first + at);
    }
    clashes.insert(clashes.end(), left_out[i].begin(), left_out[i].end());
  }
  json::object answer = answer_of(given, pool, clashes, places);
  PACKTRAIL_TRY(reader.failure());
  answer["repeated"] = known_before;
  return json_response(answer);
}

}  // namespace packtrail::api
