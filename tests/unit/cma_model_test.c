/*
 * CMA against a model: what each frame of the area is used for. The model knows
 * no free lists: first fit over the bitmap, on behind the first page that cannot
 * move. Where a page moves to is the page allocator's business; the owner tells.
 */
#include "movable_test.h"

#include <lib/printk.h>

#define NR_OBJECTS  200
#define NR_BLOCKS   64
#define MAX_REQUEST 300
#define OPERATIONS  3000
#define CHECK_EVERY 100

static struct cma *const area = &test_area.cma;

static struct {
	u16 given[AREA_PAGES];   /* 0, or the number of a block + 1 */
	bool pinned[NR_OBJECTS]; /* objects with a second reference */
	struct {
		struct page *page;
		unsigned long start, count; /* count 0: none */
	} block[NR_BLOCKS];
} model;

/* The lowest frame of [start, end) in which a pinned object lies, or end. */
static unsigned long first_pinned(unsigned long start, unsigned long end)
{
	unsigned long first = end;

	for (int i = 0; i < NR_OBJECTS; i++) {
		unsigned long at;

		if (!model.pinned[i] || !in_area(owner.object[i]))
			continue;
		at = page_to_pfn(owner.object[i]) - area_pfn(0);
		if (at >= start && at < first)
			first = at;
	}
	return first;
}

static unsigned long first_given(unsigned long start, unsigned long end)
{
	while (start < end && !model.given[start])
		start++;
	return start;
}

/* Where cma_alloc must find a place; AREA_PAGES: nowhere. */
static unsigned long expected_place(unsigned long count, unsigned int align_order)
{
	unsigned long step = 1UL << align_order, start = 0, stop;

	for (;;) {
		start = ALIGN(area_pfn(start), step) - area_pfn(0);
		if (start + count > AREA_PAGES)
			return AREA_PAGES;
		stop = first_given(start, start + count);
		if (stop == start + count)
			stop = first_pinned(start, start + count);
		if (stop == start + count)
			return start;
		start = stop + 1;
	}
}

static void op_alloc(u64 *random)
{
	unsigned long count = 1 + ktest_random_below(random, MAX_REQUEST);
	unsigned int align_order = ktest_random_below(random, 9), b = 0;
	unsigned long where = expected_place(count, align_order);
	struct page *page;

	while (b < NR_BLOCKS && model.block[b].count)
		b++;
	if (b == NR_BLOCKS)
		return;
	page = cma_alloc(area, count, align_order);
	if (where == AREA_PAGES) {
		EXPECT_EQ(page, NULL);
		return;
	}
	ASSERT_EQ(page, pfn_to_page(area_pfn(where)));
	model.block[b].page = page;
	model.block[b].start = where;
	model.block[b].count = count;
	for (unsigned long i = where; i < where + count; i++) {
		EXPECT_EQ(model.given[i], 0);
		model.given[i] = (u16)(b + 1);
	}
}

static void op_release(u64 *random)
{
	unsigned int b = ktest_random_below(random, NR_BLOCKS);

	if (!model.block[b].count)
		return;
	EXPECT(cma_release(area, model.block[b].page, model.block[b].count));
	for (unsigned long i = 0; i < model.block[b].count; i++)
		model.given[model.block[b].start + i] = 0;
	model.block[b].count = 0;
}

static void op_pin(u64 *random)
{
	unsigned int i = ktest_random_below(random, NR_OBJECTS);

	if (!owner.object[i] || ktest_random_below(random, 4))
		return;
	model.pinned[i] = !model.pinned[i];
	if (model.pinned[i])
		get_page(owner.object[i]);
	else
		put_page(owner.object[i]);
}

/* An object goes, and comes again at a random frame of the area if that is free,
 * else wherever the page allocator puts it. */
static void op_object(u64 *random)
{
	unsigned int i = ktest_random_below(random, NR_OBJECTS);
	unsigned long at = ktest_random_below(random, AREA_PAGES);
	struct page *page = NULL;

	if (owner.object[i] && model.pinned[i])
		return;
	if (owner.object[i])
		owner_free(i);
	drain_all_pages();
	if (free_block_of(area_pfn(at)))
		page = borrow_from_area(at, 1);
	if (!page)
		page = alloc_page(GFP_LOW_MOVABLE);
	ASSERT(page != NULL);
	owner_adopt(i, page);
}

static void check_all(void)
{
	unsigned long given = 0;

	for (unsigned long i = 0; i < AREA_PAGES; i++)
		given += model.given[i] != 0;
	EXPECT_EQ(cma_used_pages(area), given);
	for (unsigned int i = 0; i < NR_OBJECTS; i++)
		if (owner.object[i])
			EXPECT(owner_intact(i));
	EXPECT_EQ(cma_check(), 0);
	EXPECT_EQ(buddy_check(), 0);
}

static void give_all_back(void)
{
	for (unsigned int i = 0; i < NR_OBJECTS; i++) {
		if (model.pinned[i])
			put_page(owner.object[i]);
		if (owner.object[i])
			owner_free(i);
	}
	for (unsigned int b = 0; b < NR_BLOCKS; b++)
		if (model.block[b].count)
			EXPECT(cma_release(area, model.block[b].page,
			                   model.block[b].count));
}

TEST(cma, random_operations_agree_with_a_simple_model)
{
	int loglevel = console_loglevel;
	u64 random = ktest_seed();
	unsigned long free;

	drain_all_pages();
	free = nr_free_pages();
	NEED_AREA();
	owner_reset();
	memset(&model, 0, sizeof(model));
	console_loglevel = 0; /* hundreds of calls fail, as they must */
	for (unsigned int n = 0; n < OPERATIONS && !ktest_failed(); n++) {
		switch (ktest_random_below(&random, 8)) {
		case 0:
		case 1:
			op_alloc(&random);
			break;
		case 2:
		case 3:
			op_release(&random);
			break;
		case 4:
			op_pin(&random);
			break;
		default:
			op_object(&random);
		}
		if (n % CHECK_EVERY == 0)
			check_all();
	}
	check_all();
	console_loglevel = loglevel;
	ktest_printf("%lu allocated, %lu failed, %lu ranges busy, %lu pages moved",
	             area->nr_allocated, area->nr_failed, area->nr_busy,
	             area->nr_migrated);
	give_all_back();
	drop_area();
	EXPECT_EQ(nr_free_pages(), free);
}
