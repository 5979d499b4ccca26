/*
 * Areas of contiguous memory. An area's pageblocks are of type MIGRATE_CMA: the
 * page allocator lends their pages to movable allocations and to nobody else
 * (fallbacks[], ALLOC_CMA). A bitmap says which frames cma_alloc gave out; it
 * says nothing of what is lent. cma_alloc takes the first run of zero bits that
 * is long enough, and alloc_contig_range clears it of what is lent there.
 *
 * Different from Linux's mm/cma.c: a bit is always one frame; after a page that
 * cannot move, the search goes on right behind that page, not one step further
 * at a time; a release of what is not given out is refused, not believed; an
 * area can be dissolved.
 *
 * Invariants, verified by cma_check: an area is aligned, in one zone, and all of
 * its pageblocks are MIGRATE_CMA or isolated, and none outside is; a frame that
 * is given out is in use, in no free block, not reserved; zone->cma_pages and
 * totalcma_pages are the areas' sums.
 */
#include "../page_alloc/internal.h"

#include <lib/bitmap.h>
#include <lib/bug.h>
#include <lib/errno.h>
#include <lib/printk.h>
#include <mm/cma.h>
#include <mm/migrate.h>
#include <sched/semaphore.h>

#define REPORTS_PER_CALL 4 /* busy ranges that one cma_alloc names */

struct cma *dma_contiguous_default_area;
unsigned long totalcma_pages;

/* Over the list of areas, their bitmaps and figures. Its holder sleeps while pages
 * are moved. (Linux 3.5; later kernels have a spinlock for each bitmap beside it) */
static DECLARE_MUTEX(cma_mutex);
static LIST_HEAD(cma_areas);

/* ---- Areas ---- */

static const char *area_problem(unsigned long base_pfn, unsigned long count)
{
	unsigned long last = base_pfn + count - 1;

	if (!count || (base_pfn | count) & (CMA_ALIGN_PAGES - 1))
		return "it is not aligned";
	for (unsigned long pfn = base_pfn; pfn <= last; pfn += MAX_ORDER_NR_PAGES)
		if (!pfn_valid(pfn))
			return "not all of it is memory";
	if (page_zone(pfn_to_page(base_pfn)) != page_zone(pfn_to_page(last)))
		return "it lies in two zones";
	for (unsigned long pfn = base_pfn; pfn <= last; pfn++)
		if (!PageReserved(pfn_to_page(pfn)))
			return "not all of it is reserved";
	return NULL;
}

static void change_totals(struct cma *cma, long pages)
{
	page_zone(pfn_to_page(cma->base_pfn))->cma_pages += (unsigned long)pages;
	totalcma_pages += (unsigned long)pages;
}

/* A reserved pageblock goes to the page allocator, to be lent. */
static void init_cma_reserved_pageblock(struct page *page)
{
	set_pageblock_migratetype(page, MIGRATE_CMA);
	__free_pages_bootmem(page, pageblock_order);
}

int cma_init_area(struct cma *cma, const char *name, unsigned long base_pfn,
                  unsigned long count, unsigned long *bitmap)
{
	const char *problem = area_problem(base_pfn, count);

	if (problem) {
		pr_err("cma: %s: no area at pfn %#lx of %lu pages: %s\n", name,
		       base_pfn, count, problem);
		return -EINVAL;
	}
	*cma = (struct cma){
	    .name = name, .base_pfn = base_pfn, .count = count, .bitmap = bitmap};
	down(&cma_mutex);
	for (unsigned long i = 0; i < count; i += pageblock_nr_pages)
		init_cma_reserved_pageblock(pfn_to_page(base_pfn + i));
	change_totals(cma, (long)count);
	list_add_tail(&cma->list, &cma_areas);
	up(&cma_mutex);
	return 0;
}

static int remove_area(struct cma *cma)
{
	unsigned long end = cma->base_pfn + cma->count;
	struct page_blocker blocker;

	if (!bitmap_empty(cma->bitmap, cma->count) ||
	    alloc_contig_range(cma->base_pfn, end, MIGRATE_CMA, &blocker))
		return -EBUSY;
	for (unsigned long pfn = cma->base_pfn; pfn < end; pfn += pageblock_nr_pages)
		set_pageblock_migratetype(pfn_to_page(pfn), MIGRATE_MOVABLE);
	change_totals(cma, -(long)cma->count);
	list_del(&cma->list);
	if (cma == dma_contiguous_default_area)
		dma_contiguous_default_area = NULL;
	free_contig_range(cma->base_pfn, cma->count);
	return 0;
}

int cma_remove_area(struct cma *cma)
{
	int error;

	down(&cma_mutex);
	error = remove_area(cma);
	up(&cma_mutex);
	return error;
}

struct cma *cma_next(const struct cma *last)
{
	const struct list_head *next = last ? last->list.next : cma_areas.next;

	return next == &cma_areas ? NULL : list_entry(next, struct cma, list);
}

/* ---- Allocation; cma_mutex held ---- */

/* Find and mark a run at or behind *start; false: there is none. */
static bool claim_bits(struct cma *cma, unsigned long count, unsigned int align_order,
                       unsigned long *start)
{
	*start =
	    bitmap_find_next_zero_area_off(cma->bitmap, cma->count, *start, count,
	                                   (1UL << align_order) - 1, cma->base_pfn);
	if (*start >= cma->count)
		return false;
	bitmap_set(cma->bitmap, *start, count);
	return true;
}

static void report_busy(const struct cma *cma, unsigned long start, unsigned long count,
                        unsigned long nr_busy, const struct page_blocker *blocker)
{
	unsigned long pfn = cma->base_pfn + start;

	if (nr_busy <= REPORTS_PER_CALL)
		pr_info("cma: %s: pfn %#lx-%#lx is busy: pfn %#lx cannot move, %s; "
		        "trying the next range\n",
		        cma->name, pfn, pfn + count - 1, blocker->pfn, blocker->why);
	else if (nr_busy == REPORTS_PER_CALL + 1)
		pr_info("cma: %s: and more ranges are busy\n", cma->name);
}

static void report_failure(const struct cma *cma, unsigned long count,
                           unsigned int align_order, int error)
{
	pr_warn(
	    "cma: %s: alloc failed, req-size: %lu pages, align: %u, ret: %d; %lu of "
	    "%lu pages are not given out, the longest run is %lu\n",
	    cma->name, count, align_order, error, cma->count - cma_used_pages(cma),
	    cma->count, cma_largest_run(cma));
}

/* The first place at which it works; its index, or cma->count and *error. */
static unsigned long alloc_somewhere(struct cma *cma, unsigned long count,
                                     unsigned int align_order, int *error)
{
	unsigned long start = 0, nr_busy = 0;
	struct page_blocker blocker;

	*error = -ENOMEM;
	while (claim_bits(cma, count, align_order, &start)) {
		unsigned long pfn = cma->base_pfn + start;

		*error = alloc_contig_range(pfn, pfn + count, MIGRATE_CMA, &blocker);
		if (!*error)
			return start;
		bitmap_clear(cma->bitmap, start, count);
		if (*error != -EBUSY)
			break;
		cma->nr_busy++;
		report_busy(cma, start, count, ++nr_busy, &blocker);
		start = blocker.end_pfn - cma->base_pfn;
	}
	return cma->count;
}

struct page *cma_alloc(struct cma *cma, unsigned long count, unsigned int align_order)
{
	unsigned long start = cma->count, moved;
	int error = -EINVAL;

	BUG_ON(irqs_disabled());
	down(&cma_mutex);
	moved = nr_pages_migrated;
	if (count && count <= cma->count && align_order <= CMA_MAX_ALIGN_ORDER)
		start = alloc_somewhere(cma, count, align_order, &error);
	cma->nr_migrated += nr_pages_migrated - moved;
	if (start == cma->count) {
		cma->nr_failed++;
		report_failure(cma, count, align_order, error);
	} else {
		cma->nr_allocated++;
	}
	up(&cma_mutex);
	return start == cma->count ? NULL : pfn_to_page(cma->base_pfn + start);
}

static bool release(struct cma *cma, unsigned long start, unsigned long count)
{
	unsigned long pfn = cma->base_pfn + start;

	if (find_next_zero_bit(cma->bitmap, start + count, start) < start + count) {
		pr_err("cma: %s: release of pfn %#lx-%#lx refused: not all of it is "
		       "given out\n",
		       cma->name, pfn, pfn + count - 1);
		return false;
	}
	free_contig_range(pfn, count);
	bitmap_clear(cma->bitmap, start, count);
	drain_all_pages(); /* so many pages are nobody's hot ones */
	return true;
}

bool cma_release(struct cma *cma, const struct page *pages, unsigned long count)
{
	unsigned long pfn, start;
	bool released;

	if (!pages || !count)
		return false;
	pfn = page_to_pfn(pages);
	start = pfn - cma->base_pfn;
	if (pfn < cma->base_pfn || start >= cma->count || count > cma->count - start)
		return false;
	down(&cma_mutex);
	released = release(cma, start, count);
	up(&cma_mutex);
	return released;
}

/* ---- State ---- */

unsigned long cma_used_pages(const struct cma *cma)
{
	return bitmap_weight(cma->bitmap, cma->count);
}

unsigned long cma_largest_run(const struct cma *cma)
{
	unsigned long largest = 0, start = 0, end;

	while ((start = find_next_zero_bit(cma->bitmap, cma->count, start)) <
	       cma->count) {
		end = find_next_bit(cma->bitmap, cma->count, start);
		largest = max(largest, end - start);
		start = end;
	}
	return largest;
}

/* No free block reaches over the end of one of the top order. */
static unsigned long free_pages_of_block(unsigned long pfn)
{
	unsigned long end = pfn + MAX_ORDER_NR_PAGES, free = 0, flags;

	local_irq_save(flags);
	while (pfn < end) {
		const struct page *page = pfn_to_page(pfn);
		unsigned long pages = PageBuddy(page) ? 1UL << page->private : 0;

		free += pages;
		pfn += max(pages, 1UL);
	}
	local_irq_restore(flags);
	return free;
}

unsigned long cma_lent_pages(const struct cma *cma)
{
	unsigned long lent = cma->count;

	down(&cma_mutex);
	drain_all_pages();
	for (unsigned long i = 0; i < cma->count; i += MAX_ORDER_NR_PAGES)
		lent -= free_pages_of_block(cma->base_pfn + i);
	lent -= cma_used_pages(cma);
	up(&cma_mutex);
	return lent;
}

static unsigned int violated(const struct cma *cma, unsigned long pfn, const char *what)
{
	pr_err("cma_check: %s: pfn %#lx: %s\n", cma->name, pfn, what);
	return 1;
}

static unsigned int check_area(const struct cma *cma, unsigned long zone_pages[])
{
	const struct zone *zone = page_zone(pfn_to_page(cma->base_pfn));
	unsigned int violations = 0;

	if ((cma->base_pfn | cma->count) & (CMA_ALIGN_PAGES - 1))
		violations += violated(cma, cma->base_pfn, "is not aligned");
	for (unsigned long i = 0; i < cma->count; i++) {
		const struct page *page = pfn_to_page(cma->base_pfn + i);
		enum migratetype type = get_pageblock_migratetype(page);

		if (i % pageblock_nr_pages == 0 && type != MIGRATE_CMA &&
		    type != MIGRATE_ISOLATE)
			violations += violated(cma, cma->base_pfn + i,
			                       "its block is lost to another type");
		if (page_zone(page) != zone)
			violations += violated(cma, cma->base_pfn + i,
			                       "is in another zone");
		if (test_bit(i, cma->bitmap) &&
		    (page->_count < 1 || PageReserved(page) ||
		     free_block_of(cma->base_pfn + i)))
			violations += violated(cma, cma->base_pfn + i,
			                       "is given out but not in use");
	}
	zone_pages[zone_idx(zone)] += cma->count;
	return violations;
}

/* How many frames are in MIGRATE_CMA blocks or isolated ones. */
static unsigned long count_cma_blocks(void)
{
	unsigned long pages = 0;

	for (unsigned long block = 0; block < MAX_PAGEBLOCKS; block++)
		if (pageblock_flags[block] >= MIGRATE_CMA)
			pages += pageblock_nr_pages;
	return pages;
}

static unsigned int check_areas(void)
{
	unsigned long zone_pages[MAX_NR_ZONES] = {0}, sum = 0;
	unsigned int violations = 0;
	const struct zone *zone;
	const struct cma *cma;

	for (cma = cma_next(NULL); cma; cma = cma_next(cma)) {
		violations += check_area(cma, zone_pages);
		sum += cma->count;
	}
	for_each_zone (zone)
		if (zone->cma_pages != zone_pages[zone_idx(zone)]) {
			pr_err("cma_check: %s: cma_pages is %lu, its areas have %lu\n",
			       zone->name, zone->cma_pages, zone_pages[zone_idx(zone)]);
			violations++;
		}
	if (sum != totalcma_pages || sum != count_cma_blocks()) {
		pr_err("cma_check: areas have %lu pages, totalcma_pages is %lu, CMA "
		       "pageblocks have %lu\n",
		       sum, totalcma_pages, count_cma_blocks());
		violations++;
	}
	return violations;
}

unsigned int cma_check(void)
{
	unsigned int violations;

	down(&cma_mutex);
	violations = check_areas();
	up(&cma_mutex);
	return violations;
}
