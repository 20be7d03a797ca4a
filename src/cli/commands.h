// cli/commands.h - what each command does once its arguments are read. Not for other rooms.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cli/cli.h"

namespace packtrail::cli {

enum class Output { ForPeople, Json };

struct Target {
  const Environment& environment;
  std::filesystem::path data;
  Output output;
};

int order_run(const Target& target, const std::filesystem::path& order,
              const std::filesystem::path& out);
int order_list(const Target& target);
// Rework: puts the packs into the case, all of them or none.
int order_pack(const Target& target, const std::string& order_id, const std::string& sscc,
               const std::vector<std::string>& codes);
int verify(const Target& target, const std::string& code);
int trace(const Target& target, const std::string& epc);
int contents(const Target& target, const std::string& epc);
int proof_create(const Target& target, const std::string& epc, const std::filesystem::path& out);
// Needs no data folder and no key. `trusted_key` pins the signer (hex); empty: shows its
// fingerprint for the reader to compare.
int proof_check(const std::filesystem::path& file, const std::string& trusted_key, Output output);
int rebuild(const Target& target, bool check_only);
int pool_advance(const Target& target, std::uint32_t object_class, const std::string& next_counter,
                 const std::filesystem::path& known, const std::string& evidence);
int bench_list(const Environment& environment, Output output);
int bench_run(const Environment& environment, const std::string& name, Output output);

}  // namespace packtrail::cli
