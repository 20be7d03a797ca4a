// The in-memory store of the tests keeps the contract that the tests rely on.
#include "trace/projection_store_contract.h"
#include "trace/testing.h"

namespace packtrail::trace::testing {

INSTANTIATE_TEST_SUITE_P(Memory, ProjectionStoreContract, ::testing::Values(StoreFactory([] {
                           return std::make_unique<MemoryProjectionStore>();
                         })));

}  // namespace packtrail::trace::testing
