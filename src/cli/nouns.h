// cli/nouns.h - the command groups of the program, one file each. Not for other rooms.
//
// A group adds its commands to the parser; a command that ran leaves its exit code behind. The
// options of a command live as long as its callback, which holds them.
#pragma once

#include <CLI/CLI.hpp>

#include "cli/cli.h"

namespace packtrail::cli {

struct Nouns {
  CLI::App& app;
  const Environment& environment;
  int& code;

  // A noun whose verbs are its subcommands: "packtrail gs1 parse".
  CLI::App* noun(const char* name, const char* what) const {
    auto* group = app.add_subcommand(name, what);
    group->require_subcommand(1);
    return group;
  }
};

void add_pool_commands(const Nouns& nouns);
void add_gs1_commands(const Nouns& nouns);
void add_ff1_commands(const Nouns& nouns);
void add_symbol_commands(const Nouns& nouns);
void add_label_commands(const Nouns& nouns);
void add_code_commands(const Nouns& nouns);

// The verbs of `symbol`, each added to the noun that add_symbol_commands creates.
void add_symbol_make(CLI::App& symbol, const Nouns& nouns);
void add_symbol_read(CLI::App& symbol, const Nouns& nouns);
void add_symbol_grade(CLI::App& symbol, const Nouns& nouns);

// The verb `pool audit`; needs no data folder.
void add_pool_audit(CLI::App& pool, const Nouns& nouns);
// The verb `pool import`.
void add_pool_import(CLI::App& pool, const Nouns& nouns);

}  // namespace packtrail::cli
