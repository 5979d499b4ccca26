/*
 * Memory that runs out: each single allocation of each call fails in turn, and all
 * of memory and all addresses are used up. What was taken comes back, but page
 * tables, which stay.
 */
#include "ktest.h"
#include "slab_test.h"
#include "vmalloc_test.h"

#include <mm/fault_inject.h>
#include <mm/page_debug.h>

#include "said.h"

#define DEVICE     0xfed00000UL
#define NR_VMAPPED 3
#define ENOUGH     2500 /* more allocations than a call makes */

/* Of the many allocations of a large area, each one on the host, some elsewhere. */
#define EACH_OF_THE_FIRST 60
#ifdef K896_HOST
#define THEN_EVERY 1
#else
#define THEN_EVERY 97
#endif

static struct page *vmapped[NR_VMAPPED];

static void *take_small(void)
{
	return __vmalloc(5 * PAGE_SIZE, GFP_TEST | __GFP_ZERO, PAGE_KERNEL);
}

/* Its array of pages is from kmalloc, and in the next one from vmalloc. */
static void *take_middling(void)
{
	return __vmalloc(40 * PAGE_SIZE, GFP_TEST, PAGE_KERNEL);
}

static void *take_large(void)
{
	return __vmalloc(1100 * PAGE_SIZE, GFP_TEST, PAGE_KERNEL);
}

static void *take_mapped(void)
{
	return vmap(vmapped, NR_VMAPPED, 0, PAGE_KERNEL);
}

static void *take_device(void)
{
	return ioremap(DEVICE, 600 * PAGE_SIZE);
}

static void *take_area(void)
{
	struct vm_struct *area = get_vm_area(PAGE_SIZE, VM_MAP);

	return area ? area->addr : NULL;
}

static void give_area(const void *addr)
{
	EXPECT(remove_vm_area(addr));
}

static const struct call {
	const char *name;
	void *(*take)(void);
	void (*give)(const void *addr);
} calls[] = {
	{"vmalloc of 5 pages", take_small, vfree},
	{"vmalloc of 40 pages", take_middling, vfree},
	{"vmalloc of 1100 pages", take_large, vfree},
	{"vmap", take_mapped, vunmap},
	{"ioremap", take_device, iounmap},
	{"get_vm_area", take_area, give_area},
};

static unsigned long nothing_left(void)
{
	vm_unmap_aliases();
	return pages_left() + vmalloc_info().page_tables;
}

/* Forward over page tables that exist already: new ones are wanted again. */
static void *behind_the_tables(void)
{
	unsigned long size = (vmalloc_info().page_tables + 1) * PMD_SIZE;

	return take_addresses(min(size, vmalloc_info().largest_chunk / 4));
}

static void expect_nothing_lost(const struct call *call, unsigned long n,
                                unsigned long before)
{
	if (nothing_left() != before)
		ktest_printf("%s, failure %lu\n", call->name, n);
	EXPECT_EQ(nothing_left(), before);
	EXPECT_EQ(vmalloc_check(), 0);
}

static void fail_each_page(const struct call *call)
{
	unsigned long n, before = nothing_left();
	void *addr = NULL;

	for (n = 1; n < ENOUGH && !ktest_failed();
	     n += n < EACH_OF_THE_FIRST ? 1 : THEN_EVERY) {
		fault_inject_nth(n);
		addr = call->take();
		if (fault_inject_cancel())
			break;
		EXPECT_EQ(addr, NULL);
		if (n < 20 || n % 50 == 0)
			expect_nothing_lost(call, n, before);
	}
	EXPECT(n < ENOUGH && addr);
	call->give(addr);
	expect_nothing_lost(call, n, before);
}

static void fail_each_object(const struct call *call)
{
	unsigned long n, before = nothing_left();
	void *addr = NULL;

	for (n = 1; n < ENOUGH && !ktest_failed(); n++) {
		failslab_nth(n);
		addr = call->take();
		if (failslab_cancel())
			break;
		EXPECT_EQ(addr, NULL);
		expect_nothing_lost(call, n, before);
	}
	EXPECT(n > 1 && n < ENOUGH && addr);
	call->give(addr);
	expect_nothing_lost(call, n, before);
}

/* Objects first, while all page tables there could be are not made yet. */
static void fail_each(void (*fail)(const struct call *call))
{
	for (int i = 0; i < NR_VMAPPED; i++)
		vmapped[i] = alloc_page(GFP_KERNEL);
	for (size_t i = 0; i < ARRAY_SIZE(calls) && !ktest_failed(); i++) {
		void *below = behind_the_tables();

		fail(&calls[i]);
		remove_vm_area(below);
	}
	for (int i = 0; i < NR_VMAPPED; i++)
		__free_page(vmapped[i]);
}

TEST(vmalloc_fault, each_object_that_fails_is_survived)
{
	fail_each(fail_each_object);
}

TEST(vmalloc_fault, each_page_that_fails_is_survived)
{
	fail_each(fail_each_page);
}

TEST(vmalloc_fault, a_failure_says_how_far_it_came_unless_asked_not_to)
{
	struct fault_attr third = {.probability = 100, .interval = 3, .times = 1};

	vfree(vmalloc(4 * PAGE_SIZE)); /* the page tables */
	vm_unmap_aliases();
	fault_inject_set(&third, 1);
	said_nothing_yet();
	EXPECT_EQ(vmalloc(4 * PAGE_SIZE), NULL);
	fault_inject_set(&(struct fault_attr){.probability = 0}, 0);
	EXPECT(said("vmalloc: no memory for 16384 bytes: got"));
	fault_inject_nth(2);
	said_nothing_yet();
	EXPECT_EQ(take_small(), NULL);
	fault_inject_cancel();
	EXPECT(!said("vmalloc"));
}

/* ---- Everything used up ---- */

TEST(vmalloc_fault, memory_can_be_used_up_and_comes_back)
{
	unsigned long before, areas = 0, chunk;
	void **last = NULL, **addr;

	before = nothing_left();
	chunk = min(nr_free_pages() / 40 << PAGE_SHIFT, vmalloc_info().largest_chunk / 8);
	/* a chain through each area's first words, in its page's own address */
	while ((addr = __vmalloc(chunk, GFP_TEST | __GFP_NORETRY, PAGE_KERNEL))) {
		void **page = kmap_atomic(page_at(addr, 0));

		*page = last;
		kunmap_atomic(page);
		last = addr;
		areas++;
	}
	EXPECT(areas > 5);
	EXPECT_EQ(vmalloc_check(), 0);
	while (last) {
		void **page = kmap_atomic(page_at(last, 0));

		addr = *page;
		kunmap_atomic(page);
		vfree(last);
		last = addr;
	}
	EXPECT_EQ(nothing_left(), before);
	EXPECT_EQ(vmalloc_check(), 0);
	EXPECT_EQ(buddy_check(), 0);
}

#define WINDOW_LEFT (8UL << 20)

/* A large window is filled up to its last part first, or it takes minutes. */
TEST(vmalloc_fault, addresses_can_be_used_up_and_come_back)
{
	unsigned long areas = 0, expected, room = vmalloc_info().largest_chunk;
	struct vm_area_view area = {.end = 0};
	void *bulk, *addr;

	vm_unmap_aliases();
	room = vmalloc_info().largest_chunk;
	bulk = take_addresses(room - WINDOW_LEFT - PAGE_SIZE);
	ASSERT(bulk);
	expected = vmalloc_info().nr_areas;
	while (take_addresses(1))
		areas++;
	EXPECT(areas >= WINDOW_LEFT / (2 * PAGE_SIZE));
	EXPECT(vmalloc_info().largest_chunk < 2 * PAGE_SIZE);
	EXPECT_EQ(vmalloc_info().nr_areas, expected + areas);
	EXPECT_EQ(vmalloc_check(), 0);
	while (vm_area_next(area.end, &area)) {
		addr = (void *)area.start;
		if (!area.lazy && !area.flags && addr != bulk)
			areas -= remove_vm_area(addr);
	}
	EXPECT_EQ(areas, 0);
	EXPECT_EQ(vmalloc_check(), 0);
	EXPECT(remove_vm_area(bulk));
	EXPECT_EQ(vmalloc_info().largest_chunk, room);
}
