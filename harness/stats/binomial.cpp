#include "harness/stats/binomial.hpp"

#include <boost/math/distributions/binomial.hpp>

namespace ipcmark {

double binomial_at_least(std::size_t count, std::size_t n, double p) {
    if (count == 0) return 1;
    if (count > n) return 0;
    const boost::math::binomial_distribution<double> counts(static_cast<double>(n), p);
    return boost::math::cdf(boost::math::complement(counts, static_cast<double>(count) - 1));
}

}  // namespace ipcmark
