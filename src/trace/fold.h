// trace/fold.h - from layers to the entries of the store.
//
// Thread safety: the fold's thread. Cost: one block read, joined and written again per block that
// changed.
#pragma once

#include <memory>
#include <vector>

#include "trace/layer.h"
#include "trace/ports.h"

namespace packtrail::trace {

// What the store has to write so that it holds these layers too (oldest first, not empty), with the
// position they end at. DataLoss when what it holds does not decode.
Result<std::vector<Write>> fold_layers(Snapshot& snapshot,
                                       const std::vector<std::shared_ptr<const Layer>>& layers);

}  // namespace packtrail::trace
