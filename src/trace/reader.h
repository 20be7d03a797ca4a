// trace/reader.h - the readers' side: answers at one published position.
//
// Thread safety: one thread at a time. Cost: as Lens.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "trace/directory.h"
#include "trace/lens.h"
#include "trace/overlay.h"
#include "trace/texts.h"
#include "trace/trace.h"

namespace packtrail::trace {

inline constexpr unsigned kNestingMax = 16;  // Containers within containers that are followed.

class PublishedReader final : public Reader {
 public:
  PublishedReader(const ProjectionStore& store, const Overlay& overlay, const Texts& terms,
                  const Texts& batches);

  void refresh() override;
  [[nodiscard]] std::uint64_t position() const override { return lens_.view().position; }
  Resolution resolve(const gs1::Epc& epc) override;
  std::optional<ObjectState> state(const Viewer& viewer, ObjectNumber object) override;
  std::optional<ObjectState> effective_state(const Viewer& viewer, ObjectNumber object) override;
  std::string epc_text(ObjectNumber object) override;
  std::string term(TermId id) override;
  Batch batch(BatchId id) override;
  std::optional<PoolInfo> pool(ObjectClass object_class) override;
  std::vector<PoolInfo> pools() override;
  std::vector<ObjectRun> children(const Viewer& viewer, ObjectNumber parent) override;
  Result<std::vector<HistoryEntry>> history(const Viewer& viewer, ObjectNumber object,
                                            std::size_t limit, bool* truncated) override;
  std::vector<StateCount> counts(const Viewer& viewer) override;
  std::vector<ObjectRun> in_state(ObjectClass object_class, numbering::SerialState life,
                                  std::size_t limit) override;
  std::optional<std::uint64_t> event_position(std::string_view event_id) override;
  std::optional<std::uint64_t> token_position(std::string_view order_id,
                                              std::string_view token) override;
  std::vector<Reservation> reservations(ObjectClass object_class) override;
  std::vector<numbering::Usage> usage(ObjectClass object_class, std::string_view line,
                                      std::int64_t from_us) override;
  std::string companions(ObjectNumber object) override;
  std::optional<OrderInfo> order(std::string_view order_id) override;
  std::vector<OrderInfo> orders() override;
  Result<Digest> digest() override;
  [[nodiscard]] Status failure() const override { return lens_.failure(); }

  [[nodiscard]] ClassesNow classes() const {
    return {*lens_.view().classes, *lens_.view().counters};
  }
  [[nodiscard]] Lens& lens() { return lens_; }

 private:
  // Does the object exist for the viewer?
  bool sees(const Viewer& viewer, ObjectNumber object);

  const Overlay& overlay_;
  const Texts& terms_;
  const Texts& batches_;
  Lens lens_;
  std::uint64_t version_ = 0;
};

}  // namespace packtrail::trace
