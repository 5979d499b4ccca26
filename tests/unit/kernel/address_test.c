/* What the prompt takes a number for, with the page tables as the witness. */
#include "ktest.h"

#include <asm/processor.h>
#include <asm/setup.h>
#include <asm/walk.h>
#include <monitor/monitor.h>

TEST(address, a_virtual_address_names_the_frame_that_the_page_tables_map_it_to)
{
	u64 state = ktest_seed();

	EXPECT_EQ(monitor_frame(PAGE_OFFSET + 0xb8000), 0xb8); /* VGA's text */
	EXPECT_EQ(monitor_frame((unsigned long)high_memory - 1), max_low_pfn - 1);
	for (int i = 0; i < 100 && !ktest_failed(); i++) {
		unsigned long address =
		    PAGE_OFFSET + ktest_random_below(&state, (u32)(max_low_pfn << PAGE_SHIFT));
		struct pt_walk walk;

		pt_walk(read_cr3(), address, &walk);
		if (walk.present)
			EXPECT_EQ(monitor_frame(address), walk.phys >> PAGE_SHIFT);
	}
}

/* Numbers above any max_mapnr. 0xF8800000 is virtual too, but of vmalloc's. */
TEST(address, what_is_no_address_of_lowmem_is_a_physical_one)
{
	EXPECT_EQ(monitor_frame(0x3001abc), 0x3001);
	EXPECT_EQ(monitor_frame(PAGE_OFFSET - 1), PFN_DOWN(PAGE_OFFSET) - 1);
	EXPECT_EQ(monitor_frame((unsigned long)high_memory),
		  (unsigned long)high_memory >> PAGE_SHIFT);
	EXPECT_EQ(monitor_frame(0x123456789aULL), 0x1234567);
}

TEST(address, a_number_below_the_count_of_frames_is_a_frame)
{
	EXPECT_EQ(monitor_frame(0), 0);
	EXPECT_EQ(monitor_frame(0x123), 0x123);
	EXPECT_EQ(monitor_frame(max_mapnr - 1), max_mapnr - 1);
	EXPECT_EQ(monitor_frame(max_mapnr), max_mapnr >> PAGE_SHIFT);
}
