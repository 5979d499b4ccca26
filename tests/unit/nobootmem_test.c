/*
 * The boot's own names for getting memory, with memblock behind them; and the
 * parameter that chooses.
 */
#include "memblock_world.h"
#include "said.h"

#include <lib/errno.h>
#include <lib/params.h>
#include <lib/string.h>
#include <lib/util.h>
#include <mm/bootmem.h>

/* 8 MiB below ISA DMA's border and as much above. Nobody touches it. */
#define BASE 0x800000ULL
#define SIZE 0x1000000ULL
#define END  (BASE + SIZE)

struct chosen {
	const struct boot_allocator *allocator;
	bool bitmap_debug;
};

static struct chosen choose_memblock(void)
{
	struct chosen before = {boot_allocator, contig_bootmem_data.debug};

	boot_allocator = &memblock_allocator;
	memblock_add(BASE, SIZE);
	return before;
}

static void choose_again(struct chosen *before)
{
	boot_allocator = before->allocator;
	contig_bootmem_data.debug = before->bitmap_debug;
}

#define MEMBLOCK_CHOSEN()                                                              \
	OWN_MEMBLOCK();                                                                \
	struct chosen chosen_before __unused __attribute__((cleanup(choose_again))) =  \
	    choose_memblock()

static phys_addr_t raw(unsigned long size, unsigned long align, phys_addr_t goal)
{
	void *p = __alloc_bootmem_raw(size, align, goal);

	return p ? __pa(p) : 0;
}

TEST(nobootmem, the_parameter_takes_a_list_and_refuses_what_it_does_not_know)
{
	MEMBLOCK_CHOSEN();

	EXPECT_EQ(parse_params("bootmem=bitmap"), 0);
	EXPECT_EQ(boot_allocator, &bitmap_allocator);
	EXPECT(!memblock_debug);
	EXPECT_EQ(parse_params("bootmem=debug,memblock"), 0);
	EXPECT_EQ(boot_allocator, &memblock_allocator);
	EXPECT(memblock_debug && contig_bootmem_data.debug);
	memblock_debug = false;
	EXPECT_EQ(parse_params("bootmem=bitmap,debug,nonsense bootmem bootmem= "
	                       "bootmem=bitmap, bootmem=bit"),
	          5);
	EXPECT_EQ(boot_allocator, &memblock_allocator);
	EXPECT(!memblock_debug);
}

TEST(nobootmem, reservations_are_whole_pages)
{
	MEMBLOCK_CHOSEN();

	EXPECT_EQ(reserve_bootmem(BASE + 0x1fff, 0x1002, BOOTMEM_DEFAULT), 0);
	LIST_HAS(reserved, 1, 0x3000);
	RESERVED_IS(0, BASE + 0x1000, 0x3000);
	EXPECT_EQ(reserve_bootmem(BASE + 0x4000, 1, BOOTMEM_EXCLUSIVE), 0);
	EXPECT_EQ(reserve_bootmem(BASE + 0x4fff, 2, BOOTMEM_EXCLUSIVE), -EBUSY);
	LIST_HAS(reserved, 1, 0x4000);
	EXPECT_EQ(bootmem_free_pages(), 0x1000 - 4);
	EXPECT_EQ(bootmem_longest_run(), 0x1000 - 5);
	EXPECT_EQ(bootmem_check(), 0);
}

TEST(nobootmem, a_goal_gives_way_and_a_limit_does_not)
{
	MEMBLOCK_CHOSEN();

	EXPECT_EQ(raw(0x1000, 0x1000, MAX_DMA_ADDRESS), END - 0x1000);
	EXPECT_EQ(raw(0x800000, 0x1000, MAX_DMA_ADDRESS), END - 0x801000);
	EXPECT_EQ(raw(0x1000, 0x1000, 1ULL << 40), END - 0x802000);
	EXPECT_EQ(bootmem_free_pages(), 0x7fe);
	reserve_bootmem(BASE, MAX_DMA_ADDRESS - BASE, BOOTMEM_DEFAULT);
	EXPECT_EQ(raw(1, 1, 0), 0);
	EXPECT_EQ(alloc_bootmem_nopanic(1), NULL);
}

TEST(nobootmem, memory_above_the_current_limit_is_not_for_these_callers)
{
	MEMBLOCK_CHOSEN();

	memblock_add(1ULL << 32, 0x100000);
	memblock_set_current_limit(END - 0x4000);
	EXPECT_EQ(bootmem_free_pages(), 0x1000 - 4);
	EXPECT_EQ(raw(0x1000, 0x1000, 0), END - 0x5000);
}

TEST(nobootmem, what_is_allocated_is_zeroed)
{
	u8 *p;

	MEMBLOCK_CHOSEN();
	memblock_remove(BASE, SIZE);
	memblock_add(__pa(world), WORLD_BYTES);
	memset(world, 0xaa, WORLD_BYTES);
	p = alloc_bootmem(100);
	EXPECT(p >= world && p < world + WORLD_BYTES && !memchr_inv(p, 0, 100));
	EXPECT(IS_ALIGNED(__pa(p), SMP_CACHE_BYTES));
	EXPECT(!memchr_inv(world, 0xaa, WORLD_BYTES - 128));
	p = alloc_bootmem_nopanic(PAGE_SIZE);
	EXPECT(p && !memchr_inv(p, 0, PAGE_SIZE));
}

static void free_range(void *range)
{
	const phys_addr_t *r = range;

	free_bootmem(r[0], r[1]);
}

TEST(nobootmem, freeing_what_is_free_or_impossible_is_caught)
{
	phys_addr_t ranges[][2] = {
	    {BASE, 0x1000},                 /* never reserved */
	    {BASE + 0x1000, 0x4000},        /* the last page is free */
	    {BASE + 0x1000, 0},             /* empty */
	    {BASE + 0x1000, PHYS_ADDR_MAX}, /* wraps */
	};

	MEMBLOCK_CHOSEN();
	reserve_bootmem(BASE + 0x1000, 0x3000, BOOTMEM_DEFAULT);
	for (size_t i = 0; i < ARRAY_SIZE(ranges); i++)
		EXPECT_BUG(free_range, ranges[i]);
	LIST_HAS(reserved, 1, 0x3000);
	free_bootmem(BASE + 0x2000, 0x1000);
	LIST_HAS(reserved, 2, 0x2000);
}

static void alloc_low_page(void *unused)
{
	(void)unused;
	alloc_bootmem_low_pages(PAGE_SIZE);
}

TEST(nobootmem, running_out_panics)
{
	MEMBLOCK_CHOSEN();
	memblock_remove(0, MAX_DMA_ADDRESS);
	EXPECT_BUG(alloc_low_page, NULL);
	EXPECT(raw(PAGE_SIZE, PAGE_SIZE, 0));
}

TEST(nobootmem, low_memory_is_taken_from_the_bottom)
{
	const struct bootmem_request req = {0x1000, 0x1000, 0, MAX_DMA_ADDRESS};
	phys_addr_t addr;

	MEMBLOCK_CHOSEN();
	ASSERT(boot_allocator->place(&req, &addr));
	EXPECT_EQ(addr, BASE);
	EXPECT(!memblock_bottom_up());
	ASSERT(boot_allocator->place(&req, &addr));
	EXPECT_EQ(addr, BASE + 0x1000);
	EXPECT_EQ(raw(0x1000, 0x1000, 0), END - 0x1000);
}

static unsigned long take_none(unsigned long start_pfn, unsigned long end_pfn)
{
	return end_pfn - start_pfn;
}

TEST(nobootmem, any_call_after_the_hand_over_is_caught)
{
	phys_addr_t range[] = {BASE, 0x1000};

	MEMBLOCK_CHOSEN();
	memblock_set_current_limit(END);
	reserve_bootmem(BASE, 0x1000, BOOTMEM_DEFAULT);
	EXPECT_EQ(memblock_release_all(take_none), 0xfff);
	EXPECT_BUG(alloc_low_page, NULL);
	EXPECT_BUG(free_range, range);
	EXPECT_EQ(bootmem_free_pages(), 0);
	EXPECT_EQ(bootmem_longest_run(), 0);
	EXPECT_EQ(bootmem_check(), 0);
}
