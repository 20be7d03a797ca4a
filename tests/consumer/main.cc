#include <cstdio>

#include "gs1/element_string.h"
#include "gs1/interpretation.h"

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const auto found = packtrail::gs1::interpret(argv[1], {*packtrail::Date::parse("2026-11-20")});
  if (!found) {
    std::fprintf(stderr, "%s\n", found.error().error.to_text().c_str());
    return 3;
  }
  std::puts(found->source.to_bracketed().c_str());
}
