#include "bench/bench.h"

#include <fstream>
#include <thread>

#include <fmt/format.h>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace packtrail::bench {

std::string Report::to_json() const {
  boost::json::array shown;
  for (const Figure& figure : figures) {
    shown.push_back(
        boost::json::object{{"name", figure.name}, {"value", figure.value}, {"unit", figure.unit}});
  }
  boost::json::object named;
  for (const auto& [name, value] : conditions) named[name] = value;
  return boost::json::serialize(boost::json::object{
      {"bench", bench}, {"figures", std::move(shown)}, {"conditions", std::move(named)}});
}

const std::vector<Bench>& all() {
  static const std::vector<Bench> kAll{
      {"ff1", "serial numbers made from counters and back, one core", run_ff1},
      {"symbol-make", "symbols made from element data, one core, beside libzint alone",
       run_symbol_make},
      {"symbol-read", "symbols read from pictures, one core, beside zxing alone", run_symbol_read},
      {"symbol-grade", "print quality of a symbol, one core, beside zxing reading it",
       run_symbol_grade},
      {"gs1", "element strings, Digital Links and EPC URNs read and checked, one core", run_gs1},
      {"verify", "pack codes verified in process, one core, state with inheritance", run_verify},
      {"capture", "EPCs of EPCIS documents captured, durable", run_capture},
  };
  return kAll;
}

void add_machine(Report& report) {
  std::string model = "unknown";
  std::ifstream cpu("/proc/cpuinfo");
  for (std::string line; std::getline(cpu, line);) {
    if (line.starts_with("model name")) {
      model = line.substr(line.find(':') + 2);
      break;
    }
  }
  report.conditions.emplace_back("cpu", model);
  report.conditions.emplace_back("cores", std::to_string(std::thread::hardware_concurrency()));
  report.conditions.emplace_back("compiler", __VERSION__);
#ifdef NDEBUG
  report.conditions.emplace_back("build", "release");
#else
  report.conditions.emplace_back("build", "debug: figures mean little");
#endif
}

}  // namespace packtrail::bench
