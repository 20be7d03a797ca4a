// adapters/picture_files/picture_files.h - what the camera saw, one PNG file per order and kind.
//
// Pictures are not part of the ledger: a report without them says so. Thread safety: any thread.
#pragma once

#include <filesystem>

#include "plant/line_port.h"

namespace packtrail::adapters {

class PictureFiles final : public plant::PictureStore {
 public:
  // The folder is made with the first picture.
  explicit PictureFiles(std::filesystem::path folder) : folder_(std::move(folder)) {}

  [[nodiscard]] bool has(std::string_view order_id, Kind kind) const override;
  Status keep(std::string_view order_id, Kind kind, ByteView png) override;
  Result<std::optional<Bytes>> find(std::string_view order_id, Kind kind) const override;

 private:
  [[nodiscard]] std::filesystem::path file_of(std::string_view order_id, Kind kind) const;
  std::filesystem::path folder_;
};

}  // namespace packtrail::adapters
