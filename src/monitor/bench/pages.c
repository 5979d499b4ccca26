/* bench: the page allocator. */
#include "internal.h"

#include <lib/util.h>
#include <mm/page_alloc.h>

#define PAGE_HALVES(name, gfp, order)                                                  \
	BENCH_HALVES(name, alloc, free, struct page *, alloc_pages(gfp, order),        \
		     __free_pages(it, order))
#define PAGE_PAIR(name, gfp)                                                           \
	BENCH_LOOP(name, struct page *it = alloc_page(gfp); __free_page(it))

PAGE_HALVES(page_order0, GFP_KERNEL, 0)
PAGE_HALVES(page_order1, GFP_KERNEL, 1)
PAGE_HALVES(page_order2, GFP_KERNEL, 2)
PAGE_HALVES(page_order3, GFP_KERNEL, 3)
PAGE_HALVES(page_order4, GFP_KERNEL, 4)
PAGE_HALVES(page_order5, GFP_KERNEL, 5)
PAGE_HALVES(page_order9, GFP_KERNEL, 9)
PAGE_HALVES(page_order10, GFP_KERNEL, 10)
PAGE_PAIR(page_order0_atomic_pair, GFP_ATOMIC)
PAGE_PAIR(page_highuser_pair, GFP_HIGHUSER)
PAGE_PAIR(page_highuser_zero_pair, GFP_HIGHUSER | __GFP_ZERO)
PAGE_PAIR(page_dma_pair, GFP_KERNEL | GFP_DMA)

BENCH_BATCH(page, bench.pages[i] = alloc_page(GFP_KERNEL), __free_page(bench.pages[i]))
BENCH_BATCH(highuser, bench.pages[i] = alloc_page(GFP_HIGHUSER),
	    __free_page(bench.pages[i]))

static u64 bench_page_bulk512_alloc_per_page(unsigned int n)
{
	u64 ticks = BENCH_TICKS(alloc_pages_bulk(GFP_KERNEL, n, bench.pages));

	bench_give_pages(n);
	return ticks;
}

#define ORDER_ROWS(name, n) BENCH_HALVES_ROWS(name, alloc, free, n, BENCH_ATOMIC)
#define MANY_ROWS(title, name, n, kind) BENCH_BATCH_ROWS(title, "page", name, n, kind)

static const struct bench rows[] = {
	ORDER_ROWS(page_order0, 10000),
	ORDER_ROWS(page_order1, 10000),
	ORDER_ROWS(page_order2, 10000),
	ORDER_ROWS(page_order3, 10000),
	ORDER_ROWS(page_order4, 10000),
	ORDER_ROWS(page_order5, 10000),
	ORDER_ROWS(page_order9, 1000),
	ORDER_ROWS(page_order10, 1000),
	BENCH_ROW(page_order0_atomic_pair, 10000, BENCH_ATOMIC),
	BENCH_ROW(page_highuser_pair, 10000, BENCH_ATOMIC),
	BENCH_ROW(page_highuser_zero_pair, 1000, BENCH_ATOMIC),
	BENCH_ROW(page_dma_pair, 10000, BENCH_ATOMIC),
	MANY_ROWS("page_batch512", page, 512, BENCH_ATOMIC),
	MANY_ROWS("page_batch16384", page, BENCH_PAGES, BENCH_ATOMIC),
	MANY_ROWS("page_highuser_batch512", highuser, 512, BENCH_ATOMIC),
	MANY_ROWS("page_batch512_smallpcp", page, 512, BENCH_SMALLPCP),
	MANY_ROWS("page_batch16384_smallpcp", page, BENCH_PAGES, BENCH_SMALLPCP),
	BENCH_ROW(page_bulk512_alloc_per_page, 512, BENCH_ATOMIC),
};
BENCH_GROUP(bench_pages, rows);
