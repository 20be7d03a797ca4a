#include "trace/coding.h"

#include "base/crypto.h"

namespace packtrail::trace::cell {

namespace {

std::string named(Table table, char short_kind, char long_kind, std::string_view name) {
  if (name.size() <= kKeyTextMax) return cell_key(table, short_kind).append(name);
  const Digest digest = sha256(as_bytes(name));
  return cell_key(table, long_kind).append(as_text(digest));
}

}  // namespace

std::string of_class(char kind, std::uint32_t object_class) {
  std::string key = cell_key(Table::Directory, kind);
  put_be32(key, object_class);
  return key;
}

std::string key_text(std::uint32_t object_class, std::uint64_t instance) {
  std::string key = of_class(kKeyText, object_class);
  put_be64(key, instance);
  return key;
}

std::string instance(std::uint32_t object_class, std::string_view text) {
  return of_class(kInstance, object_class).append(text);
}

std::string skip(std::uint32_t object_class, std::uint64_t counter) {
  std::string key = of_class(kSkip, object_class);
  put_be64(key, counter);
  return key;
}

std::string companion(std::uint32_t object_class, std::uint64_t instance) {
  std::string key = of_class(kCompanion, object_class);
  put_be64(key, instance);
  return key;
}

std::string holder(std::uint32_t object_class, std::uint64_t bucket) {
  std::string key = of_class(kHolder, object_class);
  put_be64(key, bucket);
  return key;
}

std::string reserved(std::uint32_t object_class, std::string_view line) {
  return of_class(kReserved, object_class).append(line);
}

std::string usage(std::uint32_t object_class, std::uint64_t hour, std::string_view line) {
  std::string key = of_class(kUsage, object_class);
  put_be64(key, hour);
  return key.append(line);
}

std::string term(char kind, std::uint32_t id) {
  std::string key = cell_key(Table::Directory, kind);
  put_be32(key, id);
  return key;
}

std::string event_id(std::string_view id) {
  return named(Table::EventIndex, kEventId, kLongEventId, id);
}

std::string request(std::string_view company, ByteView key, std::uint32_t batch_index) {
  std::string text;
  put_text(text, company);
  text.append(as_text(key));
  const Digest digest = sha256(as_bytes(text));
  std::string out = cell_key(Table::EventIndex, kRequest);
  out.append(as_text(digest).substr(0, 16));
  put_be32(out, batch_index);
  return out;
}

// An index that no request reaches keeps tokens apart from idempotency keys.
std::string allocation(std::string_view order_id, std::string_view token) {
  return request(order_id, as_bytes(token), 0xffff'ffff);
}

std::string order(std::string_view order_id) {
  return named(Table::Orders, kOrder, kLongOrder, order_id);
}

std::string count(std::uint32_t object_class, std::uint32_t batch, std::uint8_t life,
                  bool quarantined) {
  std::string key = cell_key(Table::Meta, kCount);
  put_be32(key, object_class);
  put_be32(key, batch);
  key.push_back(static_cast<char>(life));
  key.push_back(quarantined ? '\1' : '\0');
  return key;
}

}  // namespace packtrail::trace::cell
