// bench/bench.h - measurements of this program on this machine, with their conditions.
//
// A figure without its conditions says nothing, so every report carries both. docs/user/bench.md
// says what each figure means.
//
// Thread safety: one bench at a time.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/ports.h"
#include "base/result.h"

namespace packtrail::capture {
class Capture;
}
namespace packtrail::ledger {
class Ledger;
}
namespace packtrail::trace {
class Trace;
}

namespace packtrail::bench {

struct Figure {
  std::string name;  // "verify_single_per_s".
  double value = 0;
  std::string unit;  // "1/s", "us", "B".
};

struct Report {
  std::string bench;
  std::vector<Figure> figures;
  std::vector<std::pair<std::string, std::string>> conditions;

  // {"bench":..., "figures":[{"name":..., "value":..., "unit":...}], "conditions":{...}}
  [[nodiscard]] std::string to_json() const;
};

// A data folder of its own, on the disk that the user chose (TMPDIR), gone with the object.
class World {
 public:
  virtual ~World() = default;
  virtual capture::Capture& capture() = 0;
  virtual trace::Trace& trace() = 0;
  virtual ledger::Ledger& ledger() = 0;
  virtual std::string key_id() = 0;
  virtual std::string company() = 0;
  virtual std::string folder() = 0;
};

struct Ports {
  const Clock& clock;
  std::function<Result<std::unique_ptr<World>>()> open_world;
};

struct Bench {
  const char* name;
  const char* measures;
  Result<Report> (*run)(const Ports&);
};

// Every bench, in the order of `packtrail bench list`.
[[nodiscard]] const std::vector<Bench>& all();

Result<Report> run_ff1(const Ports& ports);
Result<Report> run_verify(const Ports& ports);
Result<Report> run_capture(const Ports& ports);
Result<Report> run_gs1(const Ports& ports);
Result<Report> run_symbol_make(const Ports& ports);
Result<Report> run_symbol_read(const Ports& ports);
Result<Report> run_symbol_grade(const Ports& ports);

// The machine, compiler and build that every report names.
void add_machine(Report& report);

}  // namespace packtrail::bench
