// plant/order.h - a packaging order: what to make, how to pack it, where it goes.
//
// People write it as TOML (docs/user/orders.md); the ledger keeps it as canonical JSON. An Order is
// valid from the moment it exists, so the line never checks it again.
//
// Thread safety: a value. Cost: a few hundred bytes of text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "gs1/expiry.h"
#include "gs1/gln.h"
#include "gs1/gtin.h"
#include "gs1/lot.h"

namespace packtrail::trace {
struct PoolInfo;
}

namespace packtrail::plant {

inline constexpr std::uint64_t kOrderQuantityMax = 10'000'000;  // Packs.
inline constexpr std::uint32_t kPacksPerCaseMax = 10'000;
inline constexpr std::uint32_t kCasesPerPalletMax = 1'000;
inline constexpr std::uint32_t kPackSizeMax = 100'000;  // Tablets, ampoules, ... in one pack.
inline constexpr std::uint32_t kSamplesDefault = 2;
inline constexpr std::size_t kOrderIdSizeMax = 40;       // Bytes; part of idempotency keys.
inline constexpr std::size_t kReferenceSizeMax = 30;     // Delivery and purchase order numbers.
inline constexpr std::size_t kOrderNameSizeMax = 120;    // Product name, strength, form: UTF-8.
inline constexpr std::size_t kOrderTextMax = 64 * 1024;  // Bytes of TOML or JSON.
inline constexpr std::size_t kOrderErrorsMax = 100;      // More problems are not listed.

// Whether the last case and pallet may be closed short.
enum class PartialUnits : std::uint8_t { Allowed, Refused };

class Order {
 public:
  struct Product {
    gs1::Gtin gtin;
    std::string name;
    std::string strength;
    std::string form;
    std::uint32_t pack_size;  // 1 .. kPackSizeMax.
    std::string market;       // ISO 3166-1 alpha-2, or "EU".
  };
  struct Batch {
    gs1::Lot lot;
    gs1::Expiry expiry;      // The day is always printed.
    std::uint64_t quantity;  // Packs to accept, samples included: 1 .. kOrderQuantityMax.
    std::uint32_t samples;   // Below quantity.
  };
  struct Packaging {
    std::uint32_t packs_per_case;    // 1 .. kPacksPerCaseMax.
    std::uint32_t cases_per_pallet;  // 1 .. kCasesPerPalletMax.
    PartialUnits partial;
  };
  struct Plant {
    gs1::Gln gln;
    gs1::CompanyPrefix company_prefix;  // 6 .. 12 digits; the start of the GLN and of the GTIN.
    std::string line;                   // 1 .. 20 of A-Z a-z 0-9 . _ -; also its SGLN extension.
    int label_dpi;                      // 203, 300 or 600.
  };
  struct Shipping {
    gs1::Gln receiver;
    gs1::CompanyPrefix receiver_prefix;
    std::string delivery;        // Despatch advice number of the plant.
    std::string purchase_order;  // The receiver's order number.
  };

  // Reads the TOML form. On failure every problem found, each with field ("product.gtin"), offset
  // in the value where one byte is to blame, rule and remedy; the message names line and column.
  // `today` decides whether the expiry date is past (a batch may expire today or later).
  static Result<Order, std::vector<Error>> parse(std::string_view toml, Date today);

  // The inverse of to_json, as stored in the ledger: the expiry date may be past by now.
  static Result<Order> from_json(std::string_view json);
  // Canonical: fixed member order, no blanks; equal orders give equal bytes.
  [[nodiscard]] std::string to_json() const;

  // InvalidArgument (field "batch.quantity") when the pool may not safely issue what this order can
  // need (EU guess rule, Delegated Regulation (EU) 2016/161 art. 4), or has too few numbers left;
  // FailedPrecondition when the pool is blocked or is of another product.
  Status check_pool(const trace::PoolInfo& pool) const;
  // Numbers an order may draw in all: its quantity and a reserve for rejects.
  [[nodiscard]] std::uint64_t numbers_expected() const;

  [[nodiscard]] const std::string& id() const { return id_; }
  [[nodiscard]] const Product& product() const { return product_; }
  [[nodiscard]] const Batch& batch() const { return batch_; }
  [[nodiscard]] const Packaging& packaging() const { return packaging_; }
  [[nodiscard]] const Plant& plant() const { return plant_; }
  [[nodiscard]] const Shipping& shipping() const { return shipping_; }

 private:
  friend class OrderReader;
  Order(std::string id, Product product, Batch batch, Packaging packaging, Plant plant,
        Shipping shipping);

  std::string id_;
  Product product_;
  Batch batch_;
  Packaging packaging_;
  Plant plant_;
  Shipping shipping_;
};

}  // namespace packtrail::plant
