/*
 * vmalloc against a model: a sorted array of ranges that is searched from the
 * start, with a list of lazy ranges beside it. It predicts each address, each
 * failure and each flush. Areas that others have are part of the model from the
 * start. Pages carry their owner's number: no two areas have one in common.
 */
#include "ktest.h"
#include "vmalloc_test.h"

#include <mm/page_debug.h>

#ifdef K896_HOST
#define OPERATIONS 1000000UL
#define CHECK_EACH 5000UL
#else
#define OPERATIONS 3000UL
#define CHECK_EACH 500UL
#endif

#define DEVICE      0xfed00000UL
#define MAX_RANGES  400
#define MAX_LIVE    150
#define PAGES_LIMIT 2000 /* pages of memory that the test holds */
#define VMAP_PAGES  8
#define PER_ARRAY   (PAGE_SIZE / sizeof(struct page *))

enum kind { FOREIGN, ADDRESSES, PAGES, ARRAY, MAPPED, DEVICES };

static struct range {
	unsigned long start, end; /* the guard page included */
	enum kind kind;
	bool lazy;
	unsigned long id;
} ranges[MAX_RANGES]; /* by address */

static unsigned int nr_ranges, nr_live;
static unsigned long lazy_pages, live_pages, purges, next_id;
static struct page *shared[VMAP_PAGES];

/* ---- The model ---- */

static void model_insert(unsigned int at, struct range range)
{
	for (unsigned int i = nr_ranges; i > at; i--)
		ranges[i] = ranges[i - 1];
	ranges[at] = range;
	nr_ranges++;
}

static void model_purge(void)
{
	unsigned int kept = 0;

	for (unsigned int i = 0; i < nr_ranges; i++)
		if (!ranges[i].lazy)
			ranges[kept++] = ranges[i];
	purges += kept != nr_ranges;
	nr_ranges = kept;
	lazy_pages = 0;
}

/* In the lowest gap of `need` bytes, aligned; false if there is none. */
static bool model_place(unsigned long need, unsigned long bytes, unsigned long align,
                        enum kind kind)
{
	unsigned long below = VMALLOC_START;

	for (unsigned int i = 0; i <= nr_ranges; i++) {
		unsigned long above = i < nr_ranges ? ranges[i].start : VMALLOC_END;
		unsigned long start = ALIGN(below, align);

		if (above - below >= need && start <= above && above - start >= bytes) {
			model_insert(i, (struct range){.start = start, .end = start + bytes,
			                               .kind = kind, .id = ++next_id});
			return true;
		}
		if (i < nr_ranges)
			below = ranges[i].end;
	}
	return false;
}

/* bytes with the guard. Returns the address, 0 if there is none. */
static unsigned long model_take(unsigned long bytes, unsigned long align, enum kind kind)
{
	for (int round = 0; round < 2; round++) {
		if (model_place(bytes + align - PAGE_SIZE, bytes, align, kind) ||
		    model_place(bytes, bytes, align, kind))
			break;
		if (round)
			return 0;
		model_purge();
	}
	for (unsigned int i = 0;; i++)
		if (!ranges[i].lazy && ranges[i].id == next_id)
			return ranges[i].start;
}

static struct range *model_at(unsigned long start)
{
	for (unsigned int i = 0; i < nr_ranges; i++)
		if (ranges[i].start == start && !ranges[i].lazy)
			return &ranges[i];
	return NULL;
}

/* It was taken for nothing. */
static void model_forget(unsigned long start)
{
	unsigned int at = (unsigned int)(model_at(start) - ranges);

	nr_ranges--;
	for (; at < nr_ranges; at++)
		ranges[at] = ranges[at + 1];
}

static void model_give(unsigned long start)
{
	struct range *range = model_at(start);

	range->lazy = true;
	lazy_pages += (range->end - range->start) >> PAGE_SHIFT;
	if (lazy_pages > lazy_max_pages() || debug_pagealloc_enabled())
		model_purge();
}

static void model_start(void)
{
	struct vm_area_view area = {.end = 0};

	vm_unmap_aliases();
	nr_ranges = nr_live = 0;
	lazy_pages = live_pages = next_id = 0;
	purges = vmalloc_info().purges;
	while (vm_area_next(area.end, &area))
		model_insert(nr_ranges, (struct range){.start = area.start,
		                                       .end = area.end, .kind = FOREIGN});
}

static unsigned long model_largest_gap(void)
{
	unsigned long below = VMALLOC_START, largest = 0;

	for (unsigned int i = 0; i < nr_ranges; i++) {
		largest = max(largest, ranges[i].start - below);
		below = ranges[i].end;
	}
	return max(largest, VMALLOC_END - below);
}

/* ---- The operations ---- */

/* From a byte to the largest gap; small ones as often as large ones. */
static unsigned long random_size(u64 *state, unsigned long limit)
{
	unsigned int bits = ktest_random_below(state, 28);
	unsigned long size = (1UL << bits) + ktest_random_below(state, 1U << bits);

	if (ktest_random_below(state, 1000) == 0)
		return limit;
	return min(size, limit);
}

static void take_range(u64 *state)
{
	unsigned long largest = model_largest_gap();
	unsigned long size = random_size(state, max(largest, 3 * PAGE_SIZE) - PAGE_SIZE);
	unsigned long expected =
		model_take(PAGE_ALIGN(size) + GUARD_SIZE, PAGE_SIZE, ADDRESSES);

	EXPECT_EQ((unsigned long)take_addresses(size), expected);
	nr_live += expected != 0;
}

static void mark_pages(unsigned long start, unsigned long nr, unsigned long id)
{
	for (unsigned long i = 0; i < nr; i++)
		page_at((void *)start, i)->index = id + i;
}

static void expect_marks(unsigned long start, unsigned long nr, unsigned long id)
{
	unsigned long wrong = 0;

	for (unsigned long i = 0; i < nr; i++)
		wrong += page_at((void *)start, i)->index != id + i;
	EXPECT_EQ(wrong, 0);
}

/* The array of a large area follows it. */
static void take_pages(u64 *state)
{
	unsigned long size = ktest_random_below(state, 40 * PAGE_SIZE) + 1, nr, start;

	if (ktest_random_below(state, 5000) == 0)
		size = 1025 * PAGE_SIZE;
	nr = PFN_UP(size);
	if (live_pages + nr > PAGES_LIMIT)
		return;
	start = model_take((nr << PAGE_SHIFT) + GUARD_SIZE, PAGE_SIZE, PAGES);
	if (start && nr > PER_ARRAY && !model_take(3 * PAGE_SIZE, PAGE_SIZE, ARRAY)) {
		model_forget(start);
		start = 0;
	}
	EXPECT_EQ((unsigned long)__vmalloc(size, GFP_TEST, PAGE_KERNEL), start);
	if (!start || ktest_failed())
		return;
	mark_pages(start, nr, model_at(start)->id << 12);
	live_pages += nr;
	nr_live++;
}

static void take_mapped(u64 *state)
{
	unsigned int nr = ktest_random_below(state, VMAP_PAGES) + 1;
	unsigned long start =
		model_take(((unsigned long)nr + 1) << PAGE_SHIFT, PAGE_SIZE, MAPPED);

	EXPECT_EQ((unsigned long)vmap(shared, nr, 0, PAGE_KERNEL), start);
	nr_live += start != 0;
}

static void take_device(u64 *state)
{
	unsigned long nr = ktest_random_below(state, 300) + 1, align = PAGE_SIZE, start;

	while (align < nr << PAGE_SHIFT && align < 128 * PAGE_SIZE)
		align *= 2;
	start = model_take((nr + 1) << PAGE_SHIFT, align, DEVICES);
	EXPECT_EQ((unsigned long)ioremap(DEVICE, nr << PAGE_SHIFT), start);
	nr_live += start != 0;
}

static void give_pages(unsigned long start, const struct range *range)
{
	unsigned long nr = ((range->end - start) >> PAGE_SHIFT) - 1;
	unsigned long array = nr > PER_ARRAY ? range->id + 1 : 0;

	expect_marks(start, nr, range->id << 12);
	for (unsigned int i = 0; array && i < nr_ranges; i++)
		if (ranges[i].kind == ARRAY && ranges[i].id == array && !ranges[i].lazy) {
			model_give(ranges[i].start);
			break;
		}
	live_pages -= nr;
	vfree((void *)start);
	model_give(start);
}

static void give_any(u64 *state)
{
	unsigned int first = ktest_random_below(state, nr_ranges);

	for (unsigned int n = 0; n < nr_ranges; n++) {
		const struct range *range = &ranges[(first + n) % nr_ranges];
		unsigned long start = range->start;

		if (range->lazy || range->kind == FOREIGN || range->kind == ARRAY)
			continue;
		nr_live--;
		if (range->kind == PAGES) {
			give_pages(start, range);
			return;
		}
		if (range->kind == MAPPED)
			vunmap((void *)start);
		else if (range->kind == DEVICES)
			iounmap((void *)start);
		else
			EXPECT(remove_vm_area((void *)start));
		model_give(start);
		return;
	}
}

static void operate(u64 *state)
{
	unsigned int what = ktest_random_below(state, 100);
	bool full = nr_live >= MAX_LIVE || nr_ranges >= MAX_RANGES - 2;

	if (nr_ranges >= MAX_RANGES - 2 || what == 99) {
		vm_unmap_aliases();
		model_purge();
	} else if (full || (what < 48 && nr_live)) {
		give_any(state);
	} else if (what < 75) {
		take_range(state);
	} else if (what < 85) {
		take_pages(state);
	} else if (what < 92) {
		take_mapped(state);
	} else {
		take_device(state);
	}
}

TEST(vmalloc_model, a_random_sequence_does_what_the_model_says)
{
	unsigned long flushed;
	u64 state = ktest_seed();

	for (int i = 0; i < VMAP_PAGES; i++)
		shared[i] = alloc_page(GFP_KERNEL);
	model_start();
	flushed = purges;
	for (unsigned long n = 1; n <= OPERATIONS && !ktest_failed(); n++) {
		operate(&state);
		EXPECT_EQ(vmap_purges, purges);
		if (n % CHECK_EACH == 0)
			EXPECT_EQ(vmalloc_check(), 0);
	}
	EXPECT(purges > flushed);
	while (nr_live && !ktest_failed())
		give_any(&state);
	EXPECT_EQ(vmalloc_check(), 0);
	for (int i = 0; i < VMAP_PAGES; i++)
		__free_page(shared[i]);
}
