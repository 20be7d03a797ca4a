// Boost.JSON, compiled once for every room: Debian 12 has no compiled library for Boost 1.81.
#include <boost/json/src.hpp>
