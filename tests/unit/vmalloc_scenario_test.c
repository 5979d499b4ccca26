/*
 * Scenarios of the kind that Linux's lib/test_vmalloc.c runs, each followed by the
 * checker; and what an allocation costs as areas become many.
 */
#include "ktest.h"
#include "vmalloc_test.h"

#ifdef K896_HOST
#define ROUNDS 3000UL
#else
#define ROUNDS 300UL
#endif

#define MANY       2000
#define FULL_FIT   (1UL << 20)
#define MAX_LINEAR 20 /* pages */

static void *areas[MANY]; /* at least 100 */

static void fill(void *addr, unsigned long pages)
{
	for (unsigned long i = 0; i < pages; i++)
		poke(addr, i << PAGE_SHIFT, (u8)i);
}

TEST(vmalloc_scenario, the_same_size_over_and_over)
{
	for (unsigned long i = 0; i < ROUNDS && !ktest_failed(); i++) {
		void *addr = vmalloc(3 * PAGE_SIZE);

		ASSERT(addr);
		fill(addr, 3);
		vfree(addr);
	}
	EXPECT_EQ(vmalloc_check(), 0);
}

/* Every other area is given back: each hole fits exactly one more. */
TEST(vmalloc_scenario, holes_that_fit_exactly_are_used)
{
	unsigned long end;
	void *addr;

	vm_unmap_aliases();
	for (int i = 0; i < 100; i++)
		areas[i] = take_addresses(FULL_FIT / 16);
	ASSERT(areas[99]);
	end = (unsigned long)areas[99];
	for (int i = 1; i < 99; i += 2)
		EXPECT(remove_vm_area(areas[i]));
	vm_unmap_aliases();
	for (int i = 1; i < 99; i += 2) {
		addr = take_addresses(FULL_FIT / 16);
		EXPECT((unsigned long)addr < end);
		EXPECT_EQ(addr, areas[i]);
	}
	EXPECT_EQ(vmalloc_check(), 0);
	for (int i = 0; i < 100; i++)
		EXPECT(remove_vm_area(areas[i]));
}

/* Holes for 10, 9, 8, ... 1 pages, each with its guard. */
TEST(vmalloc_scenario, the_lowest_hole_that_is_large_enough_is_used)
{
	char *hole[10], *fence[10], *found[4];

	vm_unmap_aliases();
	for (unsigned long i = 0; i < 10; i++) {
		hole[i] = take_addresses((10 - i) << PAGE_SHIFT);
		fence[i] = take_addresses(1);
		ASSERT(hole[i] && fence[i]);
	}
	for (int i = 0; i < 10; i++)
		EXPECT(remove_vm_area(hole[i]));
	vm_unmap_aliases();
	found[0] = take_addresses(1); /* 2 of 11: 9 are left there */
	found[1] = take_addresses(9 * PAGE_SIZE);
	found[2] = take_addresses(8 * PAGE_SIZE);
	found[3] = take_addresses(8 * PAGE_SIZE);
	EXPECT_EQ(found[0], hole[0]);
	EXPECT_EQ(found[1], hole[1]);
	EXPECT_EQ(found[2], hole[0] + 2 * PAGE_SIZE);
	EXPECT_EQ(found[3], hole[2]);
	for (int i = 0; i < 4; i++)
		EXPECT(remove_vm_area(found[i]));
	for (int i = 0; i < 10; i++)
		EXPECT(remove_vm_area(fence[i]));
}

TEST(vmalloc_scenario, a_long_list_of_busy_areas)
{
	unsigned long room = vmalloc_info().largest_chunk / (4 * PAGE_SIZE);
	unsigned long many = min(room, (unsigned long)MANY);
	void *first, *second;

	for (unsigned long i = 0; i < many; i++)
		areas[i] = take_addresses(1);
	ASSERT(areas[many - 1]);
	for (unsigned long i = 0; i < ROUNDS; i++) {
		first = vmalloc(10 * PAGE_SIZE);
		second = vmalloc(1);
		ASSERT(first && second);
		poke(first, 0, 1);
		vfree(first);
		vfree(second);
	}
	EXPECT_EQ(vmalloc_check(), 0);
	for (unsigned long i = 0; i < many; i++)
		EXPECT(remove_vm_area(areas[i]));
	EXPECT_EQ(vmalloc_check(), 0);
}

TEST(vmalloc_scenario, random_sizes)
{
	u64 state = ktest_seed();

	for (unsigned long i = 0; i < ROUNDS && !ktest_failed(); i++) {
		unsigned long pages = ktest_random_below(&state, 100) + 1;
		void *addr = vmalloc(pages << PAGE_SHIFT);

		ASSERT(addr);
		fill(addr, pages);
		vfree(addr);
	}
	EXPECT_EQ(vmalloc_check(), 0);
}

static void *take_aligned(unsigned long align)
{
	struct vm_struct *area = alloc_vm_area(
		&(struct vm_request){.size = 5 * PAGE_SIZE, .align = align, .gfp = GFP_TEST});

	if (!area)
		return NULL;
	vm_area_ready(area);
	return area->addr;
}

TEST(vmalloc_scenario, one_alignment)
{
	for (int i = 0; i < 10; i++) {
		areas[i] = take_aligned(4 * PAGE_SIZE);
		EXPECT_EQ((unsigned long)areas[i] % (4 * PAGE_SIZE), 0);
	}
	EXPECT_EQ(vmalloc_check(), 0);
	for (int i = 0; i < 10; i++)
		EXPECT(remove_vm_area(areas[i]));
}

TEST(vmalloc_scenario, random_alignments)
{
	u64 state = ktest_seed();

	for (unsigned long i = 0; i < ROUNDS && !ktest_failed(); i++) {
		unsigned long align = PAGE_SIZE << ktest_random_below(&state, 9);
		void *addr = take_aligned(align);

		ASSERT(addr);
		EXPECT_EQ((unsigned long)addr % align, 0);
		EXPECT(remove_vm_area(addr));
	}
	EXPECT_EQ(vmalloc_check(), 0);
}

TEST(vmalloc_scenario, an_alignment_is_met_whatever_lies_below)
{
	void *below = take_addresses(1), *first, *second;

	first = take_aligned(64 * PAGE_SIZE);
	second = take_aligned(64 * PAGE_SIZE); /* behind six pages */
	ASSERT(below && first && second);
	EXPECT_EQ((unsigned long)first % (64 * PAGE_SIZE), 0);
	EXPECT_EQ((unsigned long)second % (64 * PAGE_SIZE), 0);
	EXPECT(remove_vm_area(second));
	EXPECT(remove_vm_area(first));
	EXPECT(remove_vm_area(below));
}

/* The alignment leaves a gap below the area: with it, it is one gap again. */
TEST(vmalloc_scenario, the_gap_below_an_area_and_its_addresses_become_one_gap)
{
	const unsigned long align = 64 * PAGE_SIZE;
	void *below, *aligned, *whole;
	unsigned long room;

	vm_unmap_aliases();
	below = take_aligned(align);
	room = vmalloc_info().largest_chunk;
	aligned = take_aligned(align);
	ASSERT(below && aligned);
	EXPECT((unsigned long)aligned > view_of(below).end);
	EXPECT(remove_vm_area(aligned));
	vm_unmap_aliases();
	whole = take_addresses(room - PAGE_SIZE);
	ASSERT(whole);
	EXPECT_EQ((unsigned long)whole, view_of(below).end);
	EXPECT(remove_vm_area(whole));
	EXPECT(remove_vm_area(below));
}

/* With no larger gap left, one that begins at the right address does as well. */
TEST(vmalloc_scenario, a_gap_that_is_aligned_by_luck_is_found_when_no_other_is_left)
{
	const unsigned long align = 64 * PAGE_SIZE, size = 6 * PAGE_SIZE;
	void *lucky, *rest, *found;

	vm_unmap_aliases();
	lucky = take_aligned(align);
	rest = take_addresses(vmalloc_info().largest_chunk - PAGE_SIZE);
	ASSERT(lucky && rest);
	while ((found = take_addresses(size)))
		; /* no gap of that size */
	EXPECT(remove_vm_area(lucky));
	EXPECT_EQ(take_aligned(align), lucky);
	for (struct vm_area_view area = {.end = 0}; vm_area_next(area.end, &area);)
		if (!area.lazy && !area.flags)
			EXPECT(remove_vm_area((void *)area.start));
}

TEST(vmalloc_scenario, each_size_up_to_many_pages)
{
	for (unsigned long pages = 1; pages <= MAX_LINEAR; pages++) {
		void *addr = vmalloc(pages << PAGE_SHIFT);

		ASSERT(addr);
		EXPECT_EQ(view_of(addr).nr_pages, pages);
		EXPECT(page_at(addr, pages - 1) && !page_at(addr, pages));
		vfree(addr);
	}
}

/* ---- What it costs ---- */

#ifdef CONFIG_DEBUG
#define PAIRS 64

/* A red-black tree of n nodes is at most 2 log2(n+1) high (Cormen et al. 13.1). A
 * pair goes up or down six times: find the gap; up after inserting; find the area;
 * up after erasing, for its own place and for the area above; and both rotate at
 * most thrice. */
static unsigned long bound(unsigned long nr)
{
	unsigned long height = 0;

	for (; nr; nr >>= 1)
		height += 2;
	return 6 * height + 3 * 2 * 2;
}

static struct vm_struct *chain; /* areas alone, through their phys_addr */

static bool grow_to(unsigned long nr)
{
	while (vmap_nr_areas < nr) {
		struct vm_struct *area = get_vm_area(PAGE_SIZE, 0);

		if (!area)
			return false;
		area->phys_addr = (phys_addr_t)(unsigned long)chain;
		chain = area;
	}
	return true;
}

static unsigned long visits_of_a_pair(void)
{
	unsigned long before;

	vm_unmap_aliases();
	before = vmap_nodes_visited;
	for (int i = 0; i < PAIRS; i++) {
		remove_vm_area(take_addresses(1));
		vm_unmap_aliases(); /* each pays for its own purge */
	}
	return (vmap_nodes_visited - before) / PAIRS;
}

TEST(vmalloc_scenario, a_pair_visits_no_more_nodes_than_the_height_of_the_tree_allows)
{
	const unsigned long steps[] = {10, 100, 1000, 10000};

	for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
		unsigned long visits;

		if (steps[i] * 2 * PAGE_SIZE > vmalloc_info().total / 8 * 7)
			break; /* a small window */
		ASSERT(grow_to(steps[i]));
		visits = visits_of_a_pair();
		ktest_printf("%lu areas: %lu nodes visited for a pair", steps[i], visits);
		EXPECT(visits && visits <= bound(steps[i]));
	}
	while (chain) {
		struct vm_struct *next = (struct vm_struct *)(unsigned long)chain->phys_addr;

		EXPECT(remove_vm_area(chain->addr));
		chain = next;
	}
	EXPECT_EQ(vmalloc_check(), 0);
}
#endif
