// fmt inside the worker program, so that its processes load neither it nor the C++ library: its
// header-only form, compiled once. What should be missing here is taken from the shared one.
#define FMT_HEADER_ONLY
#include <fmt/format.h>
