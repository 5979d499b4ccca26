/*
 * The boot memory allocator: what gives out memory before there is a struct
 * page to say who owns it. One bit a page, 1 for reserved, over all of lowmem;
 * 896 MiB take 28 KiB. An allocation is the first run of zero bits that is long
 * enough and aligned; small ones continue in the page where the last one ended.
 * Nothing but whole pages can be freed. At the end free_all_bootmem() hands the
 * zero bits to the page allocator, then the bitmap's own pages, and retires.
 *
 * Source: Gorman, "Understanding the Linux Virtual Memory Manager", chapter 5.
 * Different from Linux 2.6.24:
 *   - Linux starts at last_success, the last place found, and so forgets holes
 *     that an alignment left below it. Here last_success is a border up to which
 *     no page is free, so that the search is quick and first fit all the same.
 *   - An allocation that fits behind the last one in its page goes there before
 *     any search; Linux insists that the page after it be free.
 *   - Freeing the page of the last allocation ends packing into it.
 *   - A range is checked as a whole before a bit of it changes.
 *   - reserve_bootmem() has 2.6.25's flags and result.
 *
 * Invariants, which bootmem_check_core() verifies while a bitmap is there:
 *   1. nr_free is the number of zero bits.
 *   2. Bits behind the node's last page, to the end of their word, are ones.
 *   3. last_offset is below PAGE_SIZE; unless 0, last_pos is a reserved page of
 *      the node, or there has been no allocation.
 *   4. No page in [last_goal, last_success) is free, and both are in the node.
 *   5. The bitmap's own pages are reserved.
 * Without a bitmap nothing is free.
 */
#include <lib/bitmap.h>
#include <lib/bitops.h>
#include <lib/bug.h>
#include <lib/errno.h>
#include <lib/printk.h>
#include <lib/string.h>
#include <lib/util.h>
#include <mm/bootmem.h>
#include <mm/mmzone.h>

#define bdebug(bdata, fmt, ...)                                                        \
	do {                                                                           \
		if ((bdata)->debug)                                                    \
			pr_info("bootmem: " fmt "\n", ##__VA_ARGS__);                  \
	} while (0)

/* A range as the log has it: first and last byte. */
#define RANGE_FORMAT             "[mem 0x%08llx-0x%08llx]"
#define RANGE_ARGS(first, bytes) (first), (first) + (bytes)-1

/* Frames [start, end). */
struct frame_range {
	unsigned long start, end;
};

static unsigned long base_pfn(const struct bootmem_data *bdata)
{
	return PFN_DOWN(bdata->node_boot_start);
}

static unsigned long next_free(const struct bootmem_data *bdata, unsigned long pfn,
                               unsigned long end_pfn)
{
	unsigned long base = base_pfn(bdata);

	return base +
	       find_next_zero_bit(bdata->node_bootmem_map, end_pfn - base, pfn - base);
}

static unsigned long next_reserved(const struct bootmem_data *bdata, unsigned long pfn,
                                   unsigned long end_pfn)
{
	unsigned long base = base_pfn(bdata);

	return base +
	       find_next_bit(bdata->node_bootmem_map, end_pfn - base, pfn - base);
}

/* Free pages in [start, end). */
static unsigned long count_free(const struct bootmem_data *bdata, unsigned long start,
                                unsigned long end)
{
	unsigned long nr = 0;
	unsigned long run_end;

	for (start = next_free(bdata, start, end); start < end;
	     start = next_free(bdata, run_end, end)) {
		run_end = next_reserved(bdata, start, end);
		nr += run_end - start;
	}
	return nr;
}

/*
 * The frames of a byte range that a caller named, checked: those that it
 * touches, or only those that lie wholly inside.
 */
static struct frame_range frames_of(const struct bootmem_data *bdata, phys_addr_t addr,
                                    phys_addr_t size, bool inside)
{
	phys_addr_t end = addr + size;

	BUG_ON(!bdata->node_bootmem_map);
	BUG_ON(size == 0);
	BUG_ON(end < addr);
	/* LAB 3.1 BEGIN
	 * The frames that [addr, end) touches or, with inside, those that lie wholly
	 * in it; none: start == end. BUG_ON if they leave the node.
	 * START WITH
	 *	(void)inside;
	 *	return (struct frame_range){PFN_DOWN(addr), PFN_DOWN(addr)};
	 */
	if (inside) {
		addr = PAGE_ALIGN(addr);
		end = max(ALIGN_DOWN(end, PAGE_SIZE), addr);
	}
	BUG_ON(addr < bdata->node_boot_start);
	BUG_ON(end > PFN_PHYS(bdata->node_low_pfn));
	return (struct frame_range){PFN_DOWN(addr), PFN_UP(end)};
	/* LAB 3.1 END */
}

/* Returns how many of the pages were free. */
static unsigned long mark_reserved(struct bootmem_data *bdata, unsigned long start,
                                   unsigned long end)
{
	/* LAB 3.1 BEGIN
	 * Set the bits of [start, end), of which some may be set already, and keep
	 * nr_free right. nr_fresh: how many were not set.
	 * START WITH
	 *	unsigned long nr_fresh = 0;
	 */
	unsigned long nr_fresh = count_free(bdata, start, end);

	bitmap_set(bdata->node_bootmem_map, start - base_pfn(bdata), end - start);
	bdata->nr_free -= nr_fresh;
	/* LAB 3.1 END */
	if (start <= bdata->last_success && bdata->last_success < end)
		bdata->last_success = end;
	return nr_fresh;
}

static void mark_free(struct bootmem_data *bdata, unsigned long start,
                      unsigned long end)
{
	/* LAB 3.1 BEGIN
	 * Clear the bits of [start, end), which are all set; keep nr_free right.
	 * START WITH
	 */
	bitmap_clear(bdata->node_bootmem_map, start - base_pfn(bdata), end - start);
	bdata->nr_free += end - start;
	/* LAB 3.1 END */
	if (start < bdata->last_success && end > bdata->last_goal)
		bdata->last_success = max(start, bdata->last_goal);
	if (start <= bdata->last_pos && bdata->last_pos < end)
		bdata->last_offset = 0;
}

unsigned long bootmem_bootmap_pages(unsigned long pages)
{
	return PFN_UP(DIV_ROUND_UP(pages, BITS_PER_BYTE));
}

void init_bootmem_map(struct bootmem_data *bdata, unsigned long *map,
                      unsigned long start_pfn, unsigned long end_pfn)
{
	BUG_ON(bdata->node_bootmem_map);
	BUG_ON(start_pfn >= end_pfn);
	*bdata = (struct bootmem_data){
	    .node_boot_start = PFN_PHYS(start_pfn),
	    .node_low_pfn = end_pfn,
	    .node_bootmem_map = map,
	    .last_pos = start_pfn,
	    .last_goal = start_pfn,
	    .last_success = end_pfn, /* true: no page is free yet */
	    .debug = bdata->debug,
	};
	memset(map, 0xff, bootmem_bootmap_pages(end_pfn - start_pfn) << PAGE_SHIFT);
}

unsigned long init_bootmem_core(struct bootmem_data *bdata, unsigned long mapstart_pfn,
                                unsigned long start_pfn, unsigned long end_pfn)
{
	unsigned long map_pages = bootmem_bootmap_pages(end_pfn - start_pfn);
	phys_addr_t node_bytes = PFN_PHYS(end_pfn - start_pfn);

	BUG_ON(mapstart_pfn < start_pfn || mapstart_pfn >= end_pfn);
	BUG_ON(map_pages > end_pfn - mapstart_pfn);
	init_bootmem_map(bdata, __va(PFN_PHYS(mapstart_pfn)), start_pfn, end_pfn);
	bdata->node_map_pfn = mapstart_pfn;
	bdata->node_map_pages = map_pages;
	bdebug(bdata, "init " RANGE_FORMAT " bitmap at 0x%08llx, pages %lu",
	       RANGE_ARGS(PFN_PHYS(start_pfn), node_bytes), PFN_PHYS(mapstart_pfn),
	       map_pages);
	return map_pages << PAGE_SHIFT;
}

void free_bootmem_core(struct bootmem_data *bdata, phys_addr_t addr, phys_addr_t size)
{
	struct frame_range range = frames_of(bdata, addr, size, true);

	/* Freed twice? */
	BUG_ON(next_free(bdata, range.start, range.end) < range.end);
	bdebug(bdata, "free " RANGE_FORMAT " pages %lu", RANGE_ARGS(addr, size),
	       range.end - range.start);
	if (range.start < range.end)
		mark_free(bdata, range.start, range.end);
}

int reserve_bootmem_core(struct bootmem_data *bdata, phys_addr_t addr, phys_addr_t size,
                         int flags)
{
	struct frame_range range = frames_of(bdata, addr, size, false);
	unsigned long nr_pages = range.end - range.start;
	unsigned long nr_twice = nr_pages - count_free(bdata, range.start, range.end);

	bdebug(bdata, "reserve " RANGE_FORMAT " pages %lu", RANGE_ARGS(addr, size),
	       nr_pages);
	if (nr_twice)
		bdebug(bdata, "reserved twice: pages %lu, the first at 0x%08llx",
		       nr_twice,
		       PFN_PHYS(next_reserved(bdata, range.start, range.end)));
	if (nr_twice && (flags & BOOTMEM_EXCLUSIVE))
		return -EBUSY;
	mark_reserved(bdata, range.start, range.end);
	return 0;
}

/* The frame behind the last one that the request may use. */
static unsigned long request_end_pfn(const struct bootmem_data *bdata,
                                     const struct bootmem_request *req)
{
	phys_addr_t end = PFN_PHYS(bdata->node_low_pfn);

	if (req->limit)
		end = min(end, req->limit);
	return PFN_DOWN(end);
}

/* The first run of free pages for the request that begins at or above floor. */
static bool find_run(struct bootmem_data *bdata, const struct bootmem_request *req,
                     phys_addr_t floor, unsigned long *pfn)
{
	unsigned long base = base_pfn(bdata);
	unsigned long end = request_end_pfn(bdata, req);
	unsigned long from = PFN_UP(floor);
	unsigned long nr_pages = PFN_UP((phys_addr_t)req->size);
	unsigned long align_pages = max(req->align >> PAGE_SHIFT, 1UL);

	/* LAB 3.2 BEGIN
	 * The lowest frame, a multiple of align_pages, where nr_pages free ones begin
	 * in [from, end), to *pfn. You may leave last_goal and last_success alone.
	 * START WITH
	 *	(void)base, (void)end, (void)from, (void)nr_pages, (void)align_pages;
	 *	(void)pfn;
	 *	return false;
	 */
	if (from >= end)
		return false;
	if (from < bdata->last_goal || from > bdata->last_success)
		bdata->last_goal = from;
	else
		from = bdata->last_success;
	from = next_free(bdata, from, end);
	bdata->last_success = from;
	*pfn = base + bitmap_find_next_zero_area_off(bdata->node_bootmem_map,
	                                             end - base, from - base, nr_pages,
	                                             align_pages - 1, base);
	return *pfn < end;
	/* LAB 3.2 END */
}

/* LAB 3.3 BEGIN
 * Use the rest of the page of the last allocation, if there is one that floor, limit and
 * align allow: alone, or with the run behind it. Else as here.
 * START WITH
 * static bool place_above(struct bootmem_data *bdata, const struct bootmem_request *req,
 *                         phys_addr_t floor, phys_addr_t *addr)
 * {
 *	unsigned long pfn;
 *
 *	if (!find_run(bdata, req, floor, &pfn))
 *		return false;
 *	*addr = PFN_PHYS(pfn);
 *	return true;
 * }
 */
/*
 * Where the request would begin if it shared the last page of the last
 * allocation. false: it may not, or nothing is left there.
 */
static bool tail_address(const struct bootmem_data *bdata,
                         const struct bootmem_request *req, phys_addr_t floor,
                         phys_addr_t *addr)
{
	if (!bdata->last_offset || bdata->last_pos >= request_end_pfn(bdata, req))
		return false;
	/* An alignment of a page or more leads out of the page. */
	*addr = ALIGN(PFN_PHYS(bdata->last_pos) + bdata->last_offset, req->align);
	return *addr >= floor && *addr < PFN_PHYS(bdata->last_pos + 1);
}

/* A place at or above floor: in the last page used, or from there on, or alone. */
static bool place_above(struct bootmem_data *bdata, const struct bootmem_request *req,
                        phys_addr_t floor, phys_addr_t *addr)
{
	phys_addr_t behind_tail = PFN_PHYS(bdata->last_pos + 1);
	phys_addr_t tail = 0;
	unsigned long pfn;
	bool packed = tail_address(bdata, req, floor, &tail);

	if (packed && req->size <= behind_tail - tail) {
		*addr = tail;
		return true;
	}
	if (!find_run(bdata, req, floor, &pfn))
		return false;
	*addr = PFN_PHYS(pfn);
	if (packed && *addr == behind_tail)
		*addr = tail;
	return true;
}
/* LAB 3.3 END */

bool bootmem_place(struct bootmem_data *bdata, const struct bootmem_request *req,
                   phys_addr_t *addr)
{
	phys_addr_t start = bdata->node_boot_start;
	phys_addr_t goal = req->goal;
	phys_addr_t end;
	unsigned long nr_fresh;

	BUG_ON(!bdata->node_bootmem_map);
	BUG_ON(req->size == 0);
	BUG_ON(!is_power_of_2(req->align));
	if (goal < start || goal >= PFN_PHYS(bdata->node_low_pfn))
		goal = start;
	/* LAB 3.2 BEGIN
	 * Look above the goal; if nothing fits there, from the node's start on.
	 * START WITH
	 *	(void)goal;
	 *	if (!place_above(bdata, req, start, addr))
	 *		return false;
	 */
	if (!place_above(bdata, req, goal, addr) &&
	    (goal == start || !place_above(bdata, req, start, addr)))
		return false;
	/* LAB 3.2 END */

	end = *addr + req->size;
	nr_fresh = mark_reserved(bdata, PFN_DOWN(*addr), PFN_UP(end));
	bdata->last_pos = PFN_UP(end) - 1;
	bdata->last_offset = (unsigned long)(end & ~PAGE_MASK);
	bdebug(bdata, "alloc " RANGE_FORMAT " pages %lu, align %lu, goal %#llx",
	       RANGE_ARGS(*addr, req->size), nr_fresh, req->align, req->goal);
	return true;
}

void *__alloc_bootmem_core(struct bootmem_data *bdata,
                           const struct bootmem_request *req)
{
	phys_addr_t addr;

	if (!bootmem_place(bdata, req, &addr))
		return NULL;
	return memset(__va(addr), 0, req->size);
}

/* LAB 3.4 BEGIN
 * Hand the free frames [pfn, end) to release(), in blocks of the largest order below
 * MAX_ORDER that is aligned and ends by end. Returns how many frames these are.
 * START WITH
 * static unsigned long release_run(unsigned long pfn, unsigned long end,
 *                                  bootmem_release_t release)
 * {
 *	(void)pfn, (void)end, (void)release;
 *	return 0;
 * }
 */
/* The order of the largest aligned block that begins at pfn and ends by end. */
static unsigned int largest_order(unsigned long pfn, unsigned long end)
{
	unsigned int order = min(__fls(end - pfn), MAX_ORDER - 1U);

	return pfn ? min(order, __ffs(pfn)) : order;
}

static unsigned long release_run(unsigned long pfn, unsigned long end,
                                 bootmem_release_t release)
{
	unsigned long nr_pages = end - pfn;

	while (pfn < end) {
		unsigned int order = largest_order(pfn, end);

		release(pfn, order);
		pfn += 1UL << order;
	}
	return nr_pages;
}
/* LAB 3.4 END */

unsigned long free_all_bootmem_core(struct bootmem_data *bdata,
                                    bootmem_release_t release)
{
	unsigned long map_end = bdata->node_map_pfn + bdata->node_map_pages;
	unsigned long released = 0;
	struct bootmem_run run = {0};

	BUG_ON(!bdata->node_bootmem_map);
	/* Its pages would be handed over twice. */
	BUG_ON(bdata->node_map_pages &&
	       count_free(bdata, bdata->node_map_pfn, map_end));

	while (bootmem_next_run(bdata, &run)) {
		if (!run.reserved)
			released += release_run(run.start_pfn, run.end_pfn, release);
	}
	bdata->node_bootmem_map = NULL;
	bdata->nr_free = 0;
	bdata->last_offset = 0;
	released += release_run(bdata->node_map_pfn, map_end, release);
	bdebug(bdata, "retired: handed over pages %lu, of these the bitmap's %lu",
	       released, bdata->node_map_pages);
	return released;
}

unsigned long bootmem_largest_run(const struct bootmem_data *bdata)
{
	struct bootmem_run run = {0};
	unsigned long largest = 0;

	while (bootmem_next_run(bdata, &run)) {
		if (!run.reserved)
			largest = max(largest, run.end_pfn - run.start_pfn);
	}
	return largest;
}

bool bootmem_next_run(const struct bootmem_data *bdata, struct bootmem_run *run)
{
	unsigned long end = bdata->node_low_pfn;
	unsigned long start = max(run->end_pfn, base_pfn(bdata));

	if (!bdata->node_bootmem_map || start >= end)
		return false;
	run->start_pfn = start;
	run->end_pfn = next_free(bdata, start, end);
	run->reserved = run->end_pfn != start;
	if (!run->reserved)
		run->end_pfn = next_reserved(bdata, start, end);
	return true;
}

static unsigned int violated(bool violation, const char *what)
{
	if (violation)
		pr_err("bootmem_check: %s\n", what);
	return violation;
}

/* Invariants 3 and 4: what the next allocation relies on. */
static unsigned int check_hints(const struct bootmem_data *bdata)
{
	unsigned long start = base_pfn(bdata);
	unsigned long end = bdata->node_low_pfn;
	unsigned long goal = bdata->last_goal;
	unsigned long success = bdata->last_success;
	unsigned long pos = bdata->last_pos;

	if (violated(pos < start || pos >= end, "last_pos outside the node") ||
	    violated(goal < start || goal > success || success > end,
	             "last_goal or last_success out of order"))
		return 1;
	return violated(bdata->last_offset >= PAGE_SIZE, "last_offset beyond a page") +
	       violated(bdata->last_offset && count_free(bdata, pos, pos + 1),
	                "the page of last_pos is free") +
	       violated(count_free(bdata, goal, success),
	                "a free page below last_success");
}

unsigned int bootmem_check_core(const struct bootmem_data *bdata)
{
	unsigned long pages = bdata->node_low_pfn - base_pfn(bdata);
	unsigned long padded = BITS_TO_LONGS(pages) * BITS_PER_LONG;
	unsigned int nr = 0;

	if (!bdata->node_bootmem_map)
		return violated(bdata->nr_free, "free pages without a bitmap");
	nr += violated(bdata->nr_free !=
	                   pages - bitmap_weight(bdata->node_bootmem_map, pages),
	               "nr_free disagrees with the bitmap");
	nr += violated(find_next_zero_bit(bdata->node_bootmem_map, padded, pages) <
	                   padded,
	               "a zero bit behind the node's last page");
	if (bdata->node_map_pages)
		nr += violated(count_free(bdata, bdata->node_map_pfn,
		                          bdata->node_map_pfn + bdata->node_map_pages),
		               "a page of the bitmap is free");
	return nr + check_hints(bdata);
}
