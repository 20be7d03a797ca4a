// plant/batch_files.h - the documents of a finished batch, made again from the ledger at any time.
//
//   epcis-2.0.json   every event of the order as a JSON-LD EPCISDocument, in ledger order
//   epcis-1.2.xml    the same as EPCIS 1.2 XML under a Standard Business Document Header
//   report.json      order, balances, findings, samples, units, timeline, tree head
//   report.html      the same for people: one file without scripts, made to be printed
//   labels/...       one pack label and one case label, as SVG and ZPL
//
// Equal ledgers give equal bytes, but for the tree head in the reports, which is today's, and the
// pictures, which are kept beside the ledger.
//
// Thread safety: as what is read. Cost: a pass over the order's facts for each file; files are
// written in pieces, so memory does not grow with the order.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <string_view>

#include "base/result.h"
#include "plant/line_port.h"

namespace packtrail::ledger {
class Ledger;
}
namespace packtrail::trace {
class Trace;
}

namespace packtrail::plant {

inline constexpr std::array<std::string_view, 8> kBatchFiles = {
    "epcis-2.0.json",  "epcis-1.2.xml",   "report.json",     "report.html",
    "labels/pack.svg", "labels/pack.zpl", "labels/case.svg", "labels/case.zpl"};
inline constexpr std::size_t kFilePieceSize = 256 * 1024;  // Bytes, about.

// Where files go. One file is open at a time.
class FileSink {
 public:
  virtual ~FileSink() = default;
  virtual Status open(std::string_view name) = 0;  // One of kBatchFiles; may name a folder.
  virtual Status write(std::string_view bytes) = 0;
  virtual Status close() = 0;  // After this the file is complete.
};

struct BatchSource {
  const ledger::Ledger& ledger;
  const trace::Trace& trace;
  const PictureStore* pictures = nullptr;  // May be null: the report says that none was kept.
};

// Writes one file, in pieces. NotFound: no such order or file. FailedPrecondition: the order is not
// closed yet. Fails as `write` does.
Status write_batch_file(std::string_view order_id, std::string_view name, const BatchSource& source,
                        const std::function<Status(std::string_view)>& write);

// All of them.
Status write_batch_files(std::string_view order_id, const BatchSource& source, FileSink& sink);

}  // namespace packtrail::plant
