/*
 * Asking a sanitised map: which frames are RAM in full, how much lies above a limit, of
 * what type a range is. Some answers are those of a real Linux on the same machine.
 */
#include "ktest.h"

#include <asm/e820.h>
#include <lib/util.h>

#define R E820_RAM
#define X E820_RESERVED

static struct e820_map map;

static void start_map(void)
{
	map.nr = 0;
	e820_add(&map, 0, 0x9fc00, R);
	e820_add(&map, 0x9fc00, 0x400, X);
	e820_add(&map, 0xf0000, 0x10000, X);
	e820_add(&map, 0x100000, 0xbfee0000, R);
	e820_add(&map, 0xbffe0000, 0x20000, X);
	e820_add(&map, 0xfffc0000, 0x40000, X);
	e820_add(&map, 0x100000000, 0x40000000, R);
}

/* tests/oracle/pc-4G: last_pfn = 0x140000; node 0 begins with these ranges once
 * the first page is reserved. */
TEST(e820, the_4g_machine_has_linuxs_last_frame_and_ram_ranges)
{
	static const unsigned long expected[][2] = {
	    {0x1, 0x9f}, {0x100, 0xbffe0}, {0x100000, 0x140000}};
	unsigned long start, end;
	unsigned int i, n = 0;

	start_map();
	EXPECT_EQ(e820_range_update(&map, 0, 0x1000, R, X), 0x1000);
	EXPECT_EQ(e820_range_remove(&map, 0xa0000, 0x60000, R, true), 0);
	EXPECT_EQ(e820_end_of_ram_pfn(&map, 0x1000000), 0x140000);
	for_each_ram_range(&map, 0x1000000, i, start, end)
	{
		ASSERT(n < ARRAY_SIZE(expected));
		EXPECT_EQ(start, expected[n][0]);
		EXPECT_EQ(end, expected[n][1]);
		n++;
	}
	EXPECT_EQ(n, ARRAY_SIZE(expected));
}

/* tests/oracle/pc-64G: 1 GiB of 64 lies above what PAE's 36 bits reach. */
TEST(e820, ram_above_the_limit_is_counted_and_not_used)
{
	const unsigned long limit = 1UL << 24;

	start_map();
	EXPECT_EQ(e820_range_update(&map, 0, 1, R, X), 1);
	e820_add(&map, 0x140000000, 0xf00000000, R);
	e820_add(&map, 0xfd00000000, 0x300000000, X);
	e820_sanitize(&map, NULL);
	EXPECT_EQ(e820_end_of_ram_pfn(&map, limit), limit);
	EXPECT_EQ(e820_ram_above(&map, limit), 0x40000000);
	EXPECT_EQ(map.entries[map.nr - 1].addr, 0xfd00000000);
}

TEST(e820, a_limit_cuts_the_range_that_it_falls_into)
{
	start_map();
	EXPECT_EQ(e820_end_of_ram_pfn(&map, 0x120000), 0x120000);
	EXPECT_EQ(e820_end_of_ram_pfn(&map, 0xc0000), 0xbffe0);
	EXPECT_EQ(e820_end_of_ram_pfn(&map, 0x50), 0x50);
	EXPECT_EQ(e820_end_of_ram_pfn(&map, 0), 0);
	EXPECT_EQ(e820_ram_above(&map, 0x100000), 0x40000000);
}

/* The frames of one range of RAM, [addr, addr + size), below the limit. */
static struct frames {
	unsigned long start, end;
} frames_of(u64 addr, u64 size, unsigned long limit)
{
	struct frames frames = {0};
	unsigned int i = 0;

	map.nr = 0;
	e820_add(&map, addr, size, R);
	EXPECT(e820_next_ram(&map, limit, &i, &frames.start, &frames.end));
	return frames;
}

TEST(e820, a_range_that_begins_inside_a_page_leaves_that_page_out)
{
	EXPECT_EQ(frames_of(0x1000, 0x9000, 0x100).start, 1);
	EXPECT_EQ(frames_of(0x1001, 0x9000, 0x100).start, 2);
	EXPECT_EQ(frames_of(0x1fff, 0x9000, 0x100).start, 2);
	EXPECT_EQ(frames_of(0xfffff800, 0x9000, 0x200000).start, 0x100000);
}

TEST(e820, a_range_that_ends_inside_a_page_leaves_that_page_out)
{
	EXPECT_EQ(frames_of(0, 0x9f000, 0x1000).end, 0x9f);
	EXPECT_EQ(frames_of(0, 0x9fc00, 0x1000).end, 0x9f);
	EXPECT_EQ(frames_of(0, 0x9ffff, 0x1000).end, 0x9f);
	EXPECT_EQ(frames_of(0, 0xa0000, 0x1000).end, 0xa0);
}

TEST(e820, frames_of_ram_end_at_the_limit)
{
	EXPECT_EQ(frames_of(0x100000, 0x3ff00000, 0x40000).end, 0x40000);
	EXPECT_EQ(frames_of(0x100000, 0x3ff00000, 0x3ffff).end, 0x3ffff);
	EXPECT_EQ(frames_of(0x100000, 0x3ff00000, 0x101).end, 0x101);
	EXPECT_EQ(e820_end_of_ram_pfn(&map, 0x100), 0);
}

TEST(e820, frames_are_found_in_ram_that_ends_at_2_64)
{
	struct frames frames = frames_of(0x100000, 0 - 0x100000ULL, 0x1000000);

	EXPECT_EQ(frames.start, 0x100);
	EXPECT_EQ(frames.end, 0x1000000);
}

TEST(e820, ram_without_a_whole_page_has_no_frame)
{
	map.nr = 0;
	e820_add(&map, 0x1001, 0x1ffe, R);
	EXPECT_EQ(e820_end_of_ram_pfn(&map, 0x1000), 0);
	map.entries[0].size++;
	EXPECT_EQ(e820_end_of_ram_pfn(&map, 0x1000), 3);
	EXPECT_EQ(e820_ram_bytes(&map), 0x1fff);
}

TEST(e820, frames_at_the_end_of_64_bits_do_not_wrap)
{
	map.nr = 0;
	e820_add(&map, 0 - 0x1000ULL, 0x1000, R);
	EXPECT_EQ(e820_end_of_ram_pfn(&map, 0xffffffff), 0);
	EXPECT_EQ(e820_ram_above(&map, 0xffffffff), 0x1000);
}

TEST(e820, a_range_of_one_type_is_told_from_one_with_a_gap)
{
	start_map();
	EXPECT(e820_all_of_type(&map, 0x100000, 0x200000, R));
	EXPECT(e820_all_of_type(&map, 0x100000, 0xbffe0000, R));
	EXPECT(!e820_all_of_type(&map, 0x100000, 0xbffe0001, R));
	EXPECT(!e820_all_of_type(&map, 0x9fbff, 0x9fc01, R));
	EXPECT(!e820_all_of_type(&map, 0xa0000, 0xa0001, R));
	EXPECT(!e820_all_of_type(&map, 0x13fffffff, 0x140000001, R));
	EXPECT(e820_all_of_type(&map, 0xa0000, 0xa0000, R));
	EXPECT(e820_all_of_type(&map, 0x9fc00, 0xa0000, X));
}
