/* Where lowmem and the zones end, on any machine: frames worked out by hand. */
#include "ktest.h"

#include <asm/setup.h>

#define LIMIT 0x38000UL /* 896 MiB */
#define ALL   HIGHMEM_ALL

/* RAM that ends at `end`: what remains of it, and where lowmem ends. */
static void expect_split(unsigned long end, unsigned long highmem, unsigned long low_end,
			 unsigned long remains)
{
	EXPECT_EQ(find_max_low_pfn(&end, LIMIT, highmem), low_end);
	EXPECT_EQ(end, remains);
}

TEST(limits, ram_that_fits_is_all_lowmem)
{
	expect_split(0x3fe0, ALL, 0x3fe0, 0x3fe0); /* QEMU's pc with 64 MiB */
	expect_split(LIMIT, ALL, LIMIT, LIMIT);
	expect_split(LIMIT, 0, LIMIT, LIMIT);
}

TEST(limits, what_does_not_fit_into_lowmem_is_highmem)
{
	expect_split(LIMIT + 1, ALL, LIMIT, LIMIT + 1);
	expect_split(0x140000, ALL, LIMIT, 0x140000);
	expect_split(0x1000000, ALL, LIMIT, 0x1000000);
}

TEST(limits, highmem_that_is_asked_for_comes_off_the_end_of_lowmem)
{
	expect_split(0x4000, 0x1000, 0x3000, 0x4000);
	expect_split(LIMIT, 0x8000, 0x30000, LIMIT);
}

TEST(limits, less_highmem_than_there_is_cuts_off_ram)
{
	expect_split(0x140000, 0x20000, LIMIT, 0x58000);
	expect_split(0x140000, 0, LIMIT, LIMIT);
}

TEST(limits, a_wish_for_highmem_that_cannot_be_granted_changes_nothing)
{
	expect_split(0x4000, 0x4000, 0x4000, 0x4000);
	expect_split(0x4000, 0x5000, 0x4000, 0x4000);
	expect_split(0x4000, 0x4000 - MIN_LOWMEM_PFN + 1, 0x4000, 0x4000);
	expect_split(0x4000, 0x4000 - MIN_LOWMEM_PFN, MIN_LOWMEM_PFN, 0x4000);
	expect_split(0x40000, 0x8001, LIMIT, 0x40000);
}

static void expect_zones(unsigned long low_end, unsigned long end, unsigned long dma,
			 unsigned long normal, unsigned long highmem)
{
	unsigned long zone_end[MAX_NR_ZONES] = {0};

	find_zone_ends(zone_end, low_end, end);
	EXPECT_EQ(zone_end[ZONE_DMA], dma);
	EXPECT_EQ(zone_end[ZONE_NORMAL], normal);
	EXPECT_EQ(zone_end[ZONE_HIGHMEM], highmem);
}

TEST(limits, the_zones_end_at_16_mib_at_lowmems_end_and_at_rams)
{
	expect_zones(LIMIT, 0x140000, 0x1000, LIMIT, 0x140000);
	expect_zones(0x3000, 0x4000, 0x1000, 0x3000, 0x4000);
	expect_zones(0x3fe0, 0x3fe0, 0x1000, 0x3fe0, 0x3fe0);
}

TEST(limits, with_less_lowmem_than_16_mib_dma_ends_with_it)
{
	expect_zones(0x800, 0x1800, 0x800, 0x800, 0x1800);
}
