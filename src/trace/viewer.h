// trace/viewer.h - who asks. What a viewer may not see does not exist for it.
#pragma once

#include <string>

namespace packtrail::trace {

class Viewer {
 public:
  // The owner of the data folder, and Packtrail's own checks: sees everything.
  static Viewer owner() { return Viewer("", Scope::Everything); }
  // A user of the company that owns this ledger: sees everything of that company.
  static Viewer company(std::string gln) { return Viewer(std::move(gln), Scope::Company); }
  // A stranger: may only ask whether a complete pack code is genuine.
  static Viewer stranger() { return Viewer("", Scope::Stranger); }

  [[nodiscard]] bool sees_everything() const { return scope_ == Scope::Everything; }
  // Whether facts recorded for `company` exist for this viewer.
  [[nodiscard]] bool sees_company(const std::string& company) const {
    return scope_ == Scope::Everything || (scope_ == Scope::Company && company == company_);
  }
  [[nodiscard]] bool is_stranger() const { return scope_ == Scope::Stranger; }

 private:
  enum class Scope { Everything, Company, Stranger };
  Viewer(std::string company, Scope scope) : company_(std::move(company)), scope_(scope) {}
  std::string company_;
  Scope scope_;
};

}  // namespace packtrail::trace
