#pragma once

#include <cstddef>

namespace ipcmark {

/// P(Bin(n, p) >= count): how likely chance alone brings so many, 0 <= p <= 1.
double binomial_at_least(std::size_t count, std::size_t n, double p);

}  // namespace ipcmark
