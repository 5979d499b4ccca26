/*
 * What the suites of page_isolation, migrate and cma share: frames of their own,
 * and an owner of movable pages who can refuse.
 */
#ifndef MOVABLE_TEST_H
#define MOVABLE_TEST_H

#include "ktest.h"

#include "../../src/mm/page_alloc/internal.h"

#include <lib/bitmap.h>
#include <lib/errno.h>
#include <lib/string.h>
#include <mm/cma.h>
#include <mm/highmem.h>
#include <mm/migrate.h>
#include <mm/page_debug.h>

#define BLOCKS_TRIED 64
#define MAX_OBJECTS  4096

/* Movable memory with an address of its own; failing is no news. */
#define GFP_LOW_MOVABLE (GFP_USER | __GFP_MOVABLE | __GFP_NOWARN | __GFP_NORETRY)

/* ---- Frames ---- */

/* A pageblock's worth: what cma_init_area hands over at a time. */
static inline bool begins_run(struct page *const blocks[], int nr_blocks, int nr)
{
	if (nr_blocks < nr || page_to_pfn(blocks[0]) & (CMA_ALIGN_PAGES - 1))
		return false;
	for (int i = 0; i < nr; i++)
		if (blocks[i] != blocks[0] + (unsigned long)i * pageblock_nr_pages ||
		    page_zone(blocks[i]) != page_zone(blocks[0]) ||
		    get_pageblock_migratetype(blocks[i]) == MIGRATE_CMA)
			return false;
	return true;
}

static inline void insert_sorted(struct page *blocks[], int nr, struct page *block)
{
	for (; nr > 0 && blocks[nr - 1] > block; nr--)
		blocks[nr] = blocks[nr - 1];
	blocks[nr] = block;
}

static inline void reserve_frames(struct page *frames, unsigned long nr)
{
	for (unsigned long i = 0; i < nr; i++) {
		frames[i]._count = 0;
		SetPageReserved(frames + i);
	}
	page_zone(frames)->managed_pages -= nr;
}

/*
 * Take nr frames, a multiple of CMA_ALIGN_PAGES, that are consecutive, in lowmem,
 * and nobody's area; as boot leaves frames that it keeps: reserved, not managed.
 * NULL: there are none.
 */
static inline struct page *borrow_frames(unsigned long nr)
{
	int nr_blocks = 0, wanted = (int)(nr >> pageblock_order), first = 0;
	static struct page *blocks[BLOCKS_TRIED];
	struct page *found = NULL;

	while (nr_blocks < BLOCKS_TRIED) {
		struct page *block = alloc_pages(GFP_LOW_MOVABLE, pageblock_order);

		if (!block)
			break;
		insert_sorted(blocks, nr_blocks++, block);
	}
	while (first < nr_blocks &&
	       !begins_run(blocks + first, nr_blocks - first, wanted))
		first++;
	if (first < nr_blocks)
		found = blocks[first];
	for (int i = 0; i < nr_blocks; i++)
		if (!found || i < first || i >= first + wanted)
			__free_pages(blocks[i], pageblock_order);
	if (found)
		reserve_frames(found, nr);
	return found;
}

#define AREA_BLOCKS 2
#define AREA_PAGES  (AREA_BLOCKS * MAX_ORDER_NR_PAGES)

struct test_area {
	struct cma cma;
	unsigned long bitmap[BITS_TO_LONGS(AREA_PAGES)];
};

static struct test_area test_area __attribute__((unused));

/* An earlier case failed and could not clear up. */
static inline bool area_is_left(void)
{
	for (struct cma *cma = cma_next(NULL); cma; cma = cma_next(cma))
		if (cma == &test_area.cma)
			return true;
	return false;
}

/* An area of AREA_PAGES; false: the machine has no room for it. */
static inline bool make_area(void)
{
	struct page *frames;

	if (!EXPECT(!area_is_left()))
		return false;
	memset(&test_area, 0, sizeof(test_area));
	frames = borrow_frames(AREA_PAGES);
	return frames && cma_init_area(&test_area.cma, "test", page_to_pfn(frames),
	                               AREA_PAGES, test_area.bitmap) == 0;
}

#define NEED_AREA()                                                                    \
	if (!make_area())                                                              \
	SKIP("no two free blocks of the top order next to each other in lowmem")

/* Everything sound, and the area gone without a trace. */
static inline void drop_area(void)
{
	EXPECT_EQ(buddy_check(), 0);
	EXPECT_EQ(cma_check(), 0);
	EXPECT_EQ(cma_remove_area(&test_area.cma), 0);
	drain_all_pages();
	EXPECT_EQ(buddy_check(), 0);
	EXPECT_EQ(cma_check(), 0);
}

static inline unsigned long area_pfn(unsigned long i)
{
	return test_area.cma.base_pfn + i;
}

static inline bool in_area(const struct page *page)
{
	unsigned long pfn = page_to_pfn(page);

	return pfn >= area_pfn(0) && pfn < area_pfn(AREA_PAGES);
}

/* Take the area's frames [from, from + nr) as if they had been lent. */
static inline struct page *borrow_from_area(unsigned long from, unsigned long nr)
{
	struct page_blocker blocker = {0, 0, NULL};
	int error = alloc_contig_range(area_pfn(from), area_pfn(from + nr), MIGRATE_CMA,
	                               &blocker);

	if (error)
		ktest_printf("alloc_contig_range: %d, pfn %#lx: %s", error, blocker.pfn,
		             blocker.why ? blocker.why : "-");
	return error ? NULL : pfn_to_page(area_pfn(from));
}

/* ---- An owner of movable pages; object i's page has index i ---- */

static struct {
	struct page *object[MAX_OBJECTS];
	unsigned int nr_moved, nr_put_back, nr_asked;
	bool keep;       /* isolate_page says no */
	int move_error;  /* migrate_page says this ... */
	int error_times; /* ... so many times; -1: for ever */
} owner __attribute__((unused));

static inline bool owner_isolate(struct page *page)
{
	(void)page;
	return !owner.keep;
}

static inline int owner_migrate(struct page *dst, struct page *src)
{
	owner.nr_asked++;
	if (owner.error_times) {
		owner.error_times -= owner.error_times > 0;
		return owner.move_error;
	}
	EXPECT_EQ(owner.object[src->index], src);
	owner.object[dst->index] = dst;
	owner.nr_moved++;
	return 0;
}

static inline void owner_putback(struct page *page)
{
	EXPECT_EQ(owner.object[page->index], page);
	owner.nr_put_back++;
}

static const struct movable_operations owner_ops
    __attribute__((unused)) = {owner_isolate, owner_migrate, owner_putback};

static inline void owner_reset(void)
{
	memset(&owner, 0, sizeof(owner));
}

static inline u32 stamp(unsigned long i, unsigned long word)
{
	return (u32)(i * 2654435761u ^ word * 40503u);
}

static inline void owner_adopt(unsigned long i, struct page *page)
{
	u32 *words = kmap_atomic(page);

	for (unsigned long w = 0; w < PAGE_SIZE / sizeof(u32); w++)
		words[w] = stamp(i, w);
	kunmap_atomic(words);
	page->index = i;
	page->private = ~i;
	owner.object[i] = page;
	__SetPageMovable(page, &owner_ops);
}

static inline bool owner_intact(unsigned long i)
{
	struct page *page = owner.object[i];
	const u32 *words = kmap_atomic(page);
	unsigned long w = 0;

	while (w < PAGE_SIZE / sizeof(u32) && words[w] == stamp(i, w))
		w++;
	kunmap_atomic((void *)words);
	return w == PAGE_SIZE / sizeof(u32) && page->index == i &&
	       page->private == ~i && PageMovable(page) && !PageIsolated(page);
}

static inline void owner_free(unsigned long i)
{
	__ClearPageMovable(owner.object[i]);
	owner.object[i]->private = 0;
	__free_page(owner.object[i]);
	owner.object[i] = NULL;
}

static inline void owner_free_all(void)
{
	for (unsigned long i = 0; i < MAX_OBJECTS; i++)
		if (owner.object[i])
			owner_free(i);
}

#endif
