#include "adapters/lmdb/lmdb.h"

#include <cerrno>

namespace packtrail::adapters {

Error lmdb_error(int code, const char* what, const LmdbRemedies& remedies) {
  Error error{.code = Errc::Unavailable, .message = std::string(what) + ": " + mdb_strerror(code)};
  switch (code) {
    case MDB_MAP_FULL:
      error.code = Errc::ResourceExhausted;
      error.remedy = remedies.map_full;
      break;
    case ENOSPC:
    case EDQUOT:
      error.code = Errc::ResourceExhausted;
      error.remedy = "Free space on the disk of the data folder, then start again.";
      break;
    case MDB_READERS_FULL:
      error.code = Errc::ResourceExhausted;
      break;
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_PANIC:
      error.code = Errc::DataLoss;
      error.remedy = remedies.damaged;
      break;
    case MDB_INVALID:
    case MDB_VERSION_MISMATCH:
      error.code = Errc::FailedPrecondition;
      error.remedy = remedies.foreign;
      break;
    case EACCES:
    case EPERM:
    case EROFS:
      error.code = Errc::PermissionDenied;
      error.remedy = "Give the user that runs this program read and write rights on the folder.";
      break;
    default:
      break;
  }
  return error;
}

}  // namespace packtrail::adapters
