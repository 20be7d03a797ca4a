#include "verify/verify.h"

#include <array>

#include "base/crypto.h"

namespace packtrail::verify {
namespace {

using numbering::SerialState;

bool on_the_market(SerialState life) {
  return life == SerialState::Commissioned || life == SerialState::Released;
}

// States that only a pack which once was commissioned can be in.
bool was_commissioned(SerialState life) {
  switch (life) {
    case SerialState::Commissioned:
    case SerialState::Sampled:
    case SerialState::Inactive:
    case SerialState::Destroyed:
    case SerialState::Released:
      return true;
    default:
      return false;
  }
}

std::string expiry_iso(const gs1::PackCode& code) {
  return code.expiry ? code.expiry->resolved().to_iso() : std::string();
}

}  // namespace

std::string_view to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::Genuine:
      return "genuine";
    case Verdict::Mismatch:
      return "mismatch";
    case Verdict::Unknown:
      return "unknown";
    case Verdict::NotCommissioned:
      return "not_commissioned";
    case Verdict::NotForSale:
      return "not_for_sale";
    case Verdict::Expired:
      return "expired";
  }
  return "unknown";
}

Verification verify(trace::Reader& reader, const trace::Viewer& viewer, const gs1::PackCode& code,
                    Date today) {
  Verification answer;
  const trace::Resolution found = reader.resolve(gs1::Epc(code.sgtin()));
  if (!found.object) return answer;
  answer.state = reader.effective_state(viewer, found.object);
  if (!answer.state || answer.state->life == SerialState::Unassigned) {
    answer.state.reset();
    return answer;
  }
  answer.object = found.object;
  if (!was_commissioned(answer.state->life)) {
    answer.verdict = Verdict::NotCommissioned;
    return answer;
  }
  answer.batch = reader.batch(answer.state->batch);
  if (code.lot) answer.lot_matches = code.lot->text() == answer.batch.lot;
  if (code.expiry) answer.expiry_matches = expiry_iso(code) == answer.batch.expiry;
  if (answer.lot_matches == false || answer.expiry_matches == false) {
    answer.verdict = Verdict::Mismatch;
  } else if (!on_the_market(answer.state->life) || answer.state->quarantined != 0) {
    answer.verdict = Verdict::NotForSale;
  } else {
    answer.verdict = answer.batch.is_expired(today) ? Verdict::Expired : Verdict::Genuine;
  }
  return answer;
}

PublicAnswer verify_public(trace::Reader& reader, const gs1::PackCode& code, Date today) {
  const auto owner = trace::Viewer::owner();
  const trace::Resolution found = reader.resolve(gs1::Epc(code.sgtin()));
  // A code that leads nowhere is looked up like one that does, in the same class where there is
  // one, and compared with the same care.
  const bool known = static_cast<bool>(found.object);
  const trace::ObjectNumber object =
      known ? found.object : trace::ObjectNumber(trace::ObjectClass(1), 0);
  const auto state = reader.effective_state(owner, object).value_or(trace::ObjectState{});
  const trace::Batch batch = reader.batch(state.batch);
  const auto pool = reader.pool(object.object_class());

  const std::string lot(code.lot ? code.lot->text() : std::string_view());
  const bool lot_equal = constant_time_equal(sha256(as_bytes(lot)), sha256(as_bytes(batch.lot)));
  const bool expiry_equal =
      constant_time_equal(sha256(as_bytes(expiry_iso(code))), sha256(as_bytes(batch.expiry)));
  PublicAnswer answer;
  answer.genuine =
      known && was_commissioned(state.life) && code.lot && code.expiry && lot_equal && expiry_equal;
  if (!answer.genuine) return answer;
  answer.product = pool ? pool->product_name : "";
  if (!on_the_market(state.life) || state.quarantined != 0) {
    answer.status = PublicAnswer::Status::NotForSale;
  } else if (batch.is_expired(today)) {
    answer.status = PublicAnswer::Status::Expired;
  }
  return answer;
}

}  // namespace packtrail::verify
