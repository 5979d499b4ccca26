/*
 * The contiguous memory allocator: an area of memory for the few who need a long
 * run of frames, often long after boot, and lent to movable pages meanwhile.
 * (Linux's mm/cma.c, since 3.5; M. Nazarewicz, "A deep dive into CMA", LWN, 2012)
 *
 * Whatever takes or changes an area sleeps: it takes cma_mutex, one call at a time
 * on all areas, because a call empties pageblocks that the next one may want.
 * Frames are counted in pages, [start, end) as everywhere.
 */
#ifndef MM_CMA_H
#define MM_CMA_H

#include <mm/mmzone.h>
#include <mm/page-isolation.h>

/* An area begins and ends at a multiple of this many frames, so that no free
 * block and no pageblock reaches over its border. */
#define CMA_ALIGN_PAGES max(MAX_ORDER_NR_PAGES, pageblock_nr_pages)

/* The largest align_order: more than all frames have. */
#define CMA_MAX_ALIGN_ORDER 24

struct cma {
	const char *name;
	unsigned long base_pfn, count; /* frames */
	unsigned long *bitmap;         /* a bit a frame: given out by cma_alloc */
	struct list_head list;

	/* Since the area was made: calls that worked and that failed, ranges that
	 * were passed over because a page could not move, pages moved. */
	unsigned long nr_allocated, nr_failed, nr_busy, nr_migrated;
};

/* ---- Areas ---- */

/* The area that cma= made, or NULL. */
extern struct cma *dma_contiguous_default_area;

/* Pages of all areas; their free ones are the zones' NR_FREE_CMA_PAGES. */
extern unsigned long totalcma_pages;

/*
 * Make an area of the frames [base_pfn, base_pfn + count), which are reserved,
 * of one zone, and aligned to CMA_ALIGN_PAGES at both ends, and give them to the
 * page allocator as MIGRATE_CMA pageblocks. The bitmap has a zeroed bit for each
 * frame; it and cma are the caller's and stay in use. 0, or -EINVAL with nothing
 * changed and a message that says why.
 */
int cma_init_area(struct cma *cma, const char *name, unsigned long base_pfn,
                  unsigned long count, unsigned long *bitmap);

/*
 * The reverse: nothing may be given out. All pages become ordinary movable ones.
 * 0; -EBUSY if something is given out, or a page in it cannot move.
 */
int cma_remove_area(struct cma *cma);

/* All areas: after NULL the first one, NULL at the end. Areas come at boot and go only
 * by cma_remove_area, which nobody may call during the walk. */
struct cma *cma_next(const struct cma *last);

/* ---- Allocation ---- */

/*
 * count consecutive frames, the first a multiple of 2^align_order frames (at
 * most CMA_MAX_ALIGN_ORDER), each page with count 1, contents undefined. The
 * lowest place that is not given out; what is lent there is moved. Where a page
 * cannot move, it is named in a message and the search goes on behind it. NULL,
 * with a message, when count is 0, no place is left, or there is no memory to
 * move pages to.
 */
struct page *cma_alloc(struct cma *cma, unsigned long count, unsigned int align_order);

/*
 * Give back count pages, or a part of what cma_alloc returned. A page with other
 * references is freed with the last one of them. false, with nothing changed:
 * they are not the area's, or (with a message) not all given out.
 */
bool cma_release(struct cma *cma, const struct page *pages, unsigned long count);

/* ---- State ---- */

/* Both without a lock: old by the time that they are read, if others allocate. */
unsigned long cma_used_pages(const struct cma *cma);
unsigned long cma_largest_run(const struct cma *cma); /* not given out */

/* Pages in use that are not given out: lent. Empties the per-CPU lists. Sleeps. */
unsigned long cma_lent_pages(const struct cma *cma);

/*
 * Verify that every area is what cma.c says; returns the violations, each
 * printed. Sleeps.
 */
unsigned int cma_check(void);

/* ---- Underneath ---- */

/*
 * Take all of [start_pfn, end_pfn), whose pageblocks are of `type`: isolate it,
 * move what is in use, take what is free. 0, and each page has count 1. On
 * failure nothing is taken: -EBUSY and what stood in the way; -ENOMEM when there
 * is no memory to move a page to; -EINVAL as start_isolate_page_range. May sleep.
 * Takes no lock: two calls whose ranges share a pageblock refuse one another.
 */
int alloc_contig_range(unsigned long start_pfn, unsigned long end_pfn,
                       enum migratetype type, struct page_blocker *blocker);

/* Drop a reference to each page. Never sleeps. */
void free_contig_range(unsigned long pfn, unsigned long nr_pages);

/* ---- Boot ---- */

/* cma=SIZE[@BASE[-LIMIT]], bytes: at BASE; with LIMIT anywhere in [BASE, LIMIT);
 * without both at the top of lowmem. */
struct cma_request {
	u64 size;        /* 0: none wanted */
	u64 base, limit; /* limit 0: no limit given */
	bool fixed;      /* at base and nowhere else */
};

/* false: the text is none, *request is unchanged. */
bool cma_parse(const char *text, struct cma_request *request);

/* Where an area may lie: frames behind the ends of DMA, lowmem and all memory;
 * claim() reserves [start_pfn, end_pfn) if all of it is free RAM. */
struct cma_machine {
	unsigned long dma_end, lowmem_end, end;
	bool (*claim)(unsigned long start_pfn, unsigned long end_pfn);
};

/*
 * Find a place for the request, the highest, not over a border of the above, and
 * claim it. Returns its size in frames, and *start_pfn; or 0, with a message.
 */
unsigned long cma_place(const struct cma_request *request,
                        const struct cma_machine *machine, unsigned long *start_pfn);

/* Boot's steps: reserve what cma= asks for, while the boot allocator has all
 * memory; hand it to the page allocator when that has the rest. */
void cma_reserve(const struct cma_machine *machine);
void cma_init_reserved_areas(void);

/* The frames that cma_reserve took and that are not handed over yet; or an empty
 * range. */
struct pfn_range cma_reserved_range(void);

#endif
