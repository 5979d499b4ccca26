/* bench: reaching pages of highmem, and their contents. */
#include "internal.h"

#include <lib/util.h>
#include <mm/highmem.h>

#define FIRST_MAPS 2048 /* distinct pages: four times the slots */

BENCH_HALVES(kmap_atomic, map, unmap, void *, kmap_atomic(bench.high[0]),
	     kunmap_atomic(it))
BENCH_LOOP(kmap_hot_pair, kmap(bench.high[0]); kunmap(bench.high[0]))
BENCH_SAMPLE(kmap_hot_map, , kmap(bench.high[0]), kunmap(bench.high[0]))
BENCH_SAMPLE(kmap_hot_unmap, kmap(bench.high[0]), kunmap(bench.high[0]), )
BENCH_LOOP(clear_highpage, clear_highpage(bench.high[0]))
BENCH_LOOP(clear_highpage_lowmem, clear_highpage(bench.low[0]))
BENCH_LOOP(copy_highpage, copy_highpage(bench.high[1], bench.high[0]))

BENCH_SAMPLE(next_map, , kmap(bench.pages[i]), kunmap(bench.pages[i]))
BENCH_SAMPLE(next_unmap, kmap(bench.pages[i]), kunmap(bench.pages[i]), )

/* Each of n pages that have no slot, with the flushes that this needs. */
static void bench_kmap_first_map(unsigned int n, u32 *ticks)
{
	kmap_flush_unused();
	bench_next_map(n, ticks);
}

static void bench_kmap_first_unmap(unsigned int n, u32 *ticks)
{
	kmap_flush_unused();
	bench_next_unmap(n, ticks);
}

static const struct bench rows[] = {
	BENCH_HALVES_ROWS(kmap_atomic, map, unmap, 10000, BENCH_ATOMIC),
	BENCH_HALVES_ROWS(kmap_hot, map, unmap, 10000, BENCH_SLEEPS),
	BENCH_SAMPLE_ROW(kmap_first_map, FIRST_MAPS, BENCH_HIGH),
	{"kmap_first_map_mean", FIRST_MAPS, BENCH_HIGH, .sample = bench_kmap_first_map,
	 .mean = true},
	BENCH_SAMPLE_ROW(kmap_first_unmap, FIRST_MAPS, BENCH_HIGH),
	BENCH_ROW(clear_highpage, 1000, BENCH_ATOMIC),
	BENCH_ROW(clear_highpage_lowmem, 1000, BENCH_ATOMIC),
	BENCH_ROW(copy_highpage, 1000, BENCH_ATOMIC),
};
BENCH_GROUP(bench_highmem, rows);
