#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace ipcmark {

/// How changes of level are looked for in a series.
struct change_rule {
    std::size_t least_values = 5;  // on either side of a change
    std::size_t least_block = 3;   // neighbours that are moved together, at least
    std::size_t permutations = 999;
    double level = 0.01;  // of every test of a part of the series
};

struct change_point {
    std::size_t at = 0;  // the first value of the new level
    double p = 1;        // of the test that found it, raw
};

struct change_search {
    std::vector<change_point> points;  // ascending
    std::size_t tests = 0;             // of parts of the series, those that found nothing included
};

/// The part whose values are farthest from all others by energy distance, proven by permutation,
/// then its inside and both outsides alike until nothing more is proven: E-divisive (Matteson and
/// James, JASA 2014), with arcs that need not reach an end, as circular binary segmentation has
/// them (Olshen and others, Biostatistics 2004), since a level that came back is seen by no single
/// split. Moved are circular blocks of neighbours, so that the drift of a machine is no change:
/// least_block (more above 43 values, with the cube root of n), or 2.5 / (1 - r) where values
/// resemble their neighbours by r. The longer the blocks, the longer a change has to last until it
/// is proven, so what is plain is not left to them: Student's test, counting a block as one value
/// and every arc as a test. p = (b + 1) / (B + 1); where no permutation comes near, from the
/// exponential tail of the largest tenth of them, which a bounded statistic lies below. Above 32
/// values the distance is that of values cut off at about the 2nd and 98th percentile, so that one
/// stall is no change either. The same seed finds the same points.
change_search find_change_points(const std::vector<double>& values, std::uint64_t seed,
                                 const change_rule& rule = {});

}  // namespace ipcmark
