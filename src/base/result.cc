#include "base/result.h"

namespace packtrail {

const char* to_string(Errc code) {
  switch (code) {
    case Errc::InvalidArgument:
      return "invalid_argument";
    case Errc::NotFound:
      return "not_found";
    case Errc::AlreadyExists:
      return "already_exists";
    case Errc::FailedPrecondition:
      return "failed_precondition";
    case Errc::PermissionDenied:
      return "permission_denied";
    case Errc::Aborted:
      return "aborted";
    case Errc::Unavailable:
      return "unavailable";
    case Errc::ResourceExhausted:
      return "resource_exhausted";
    case Errc::DataLoss:
      return "data_loss";
  }
  return "unknown";
}

std::string Error::to_text() const {
  std::string text;
  if (!field.empty()) text += field + ": ";
  text += message;
  if (offset) text += " (offset " + std::to_string(*offset) + ")";
  if (!rule.empty()) text += ". Rule: " + rule;
  if (!remedy.empty()) text += ". Remedy: " + remedy;
  return text;
}

}  // namespace packtrail
