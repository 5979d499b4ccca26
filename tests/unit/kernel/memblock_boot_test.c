/*
 * memblock as the boot left it: with bootmem=memblock it describes the machine,
 * otherwise it is empty.
 */
#include "ktest.h"

#include <asm/sections.h>
#include <asm/setup.h>
#include <lib/string.h>
#include <lib/vsprintf.h>
#include <mm/bootmem.h>
#include <mm/memblock.h>
#include <mm/page_alloc.h>
#include <proc/proc.h>

static bool booted_with_memblock(void)
{
	return boot_allocator == &memblock_allocator;
}

TEST(memblock_boot, the_lists_are_sound_and_out_of_service)
{
	EXPECT_EQ(memblock_check(), 0);
	EXPECT_EQ(bootmem_free_pages(), 0);
	EXPECT_EQ(bootmem_longest_run(), 0);
	if (booted_with_memblock())
		EXPECT_EQ(memblock_get_current_limit(), 0);
	else
		EXPECT_EQ(memblock_phys_mem_size(), 0);
}

TEST(memblock_boot, memory_is_the_ram_of_the_firmwares_map)
{
	unsigned long pages = 0, start, end;
	int i, r = 0;

	if (!booted_with_memblock())
		SKIP("booted without bootmem=memblock");
	for_each_mem_pfn_range (i, NUMA_NO_NODE, &start, &end, NULL) {
		pages += end - start;
		/* Ranges that touch are one region. */
		for (; r < (int)nr_ram_ranges && ram_ranges[r].end_pfn <= end; r++)
			EXPECT(ram_ranges[r].start_pfn >= start);
	}
	EXPECT_EQ(r, nr_ram_ranges);
	EXPECT_EQ(pages, contig_page_data.node_present_pages);
	EXPECT_EQ(memblock_phys_mem_size(), PFN_PHYS(pages));
	EXPECT_EQ(memblock_end_of_DRAM(), PFN_PHYS(max_pfn));
}

TEST(memblock_boot, the_image_and_the_modules_are_reserved)
{
	if (!booted_with_memblock())
		SKIP("booted without bootmem=memblock");
	EXPECT(memblock_is_reserved(__pa(_text)));
	EXPECT(memblock_is_reserved(__pa(_end) - 1));
	EXPECT(memblock_is_reserved(__pa(mem_map)));
	for (unsigned int i = 0; i < boot_info.nr_modules; i++)
		EXPECT(memblock_is_reserved(boot_info.modules[i].start));
}

TEST(memblock_boot, every_page_of_lowmem_that_was_free_was_handed_over)
{
	const struct zone *zones = contig_page_data.node_zones;
	unsigned long nr_free = 0, nr_kept = 0;
	phys_addr_t start, end;
	u64 i;

	if (!booted_with_memblock())
		SKIP("booted without bootmem=memblock");
	for_each_free_mem_range (i, NUMA_NO_NODE, MEMBLOCK_NONE, &start, &end, NULL) {
		unsigned long last = min(PFN_DOWN(end), max_low_pfn);

		for (unsigned long pfn = PFN_UP(start); pfn < last; pfn++) {
			nr_kept += PageReserved(pfn_to_page(pfn));
			nr_free++;
		}
	}
	EXPECT_EQ(nr_kept, 0);
	/* Others may have handed over what they had reserved. */
	EXPECT(nr_free > 0);
	EXPECT(nr_free <=
	       zones[ZONE_DMA].managed_pages + zones[ZONE_NORMAL].managed_pages);
}

TEST(memblock_boot, proc_memblock_shows_both_lists)
{
	static char text[16384], expected[80];
	const struct proc_file *file = proc_find("/proc/memblock");
	struct seq_buffer buffer;

	ASSERT(file != NULL);
	seq_buffer_init(&buffer, text, sizeof(text));
	EXPECT_EQ(file->show(&buffer.seq), 0);
	if (!booted_with_memblock()) {
		EXPECT_STR(text, "boot allocator: bitmap\n"
		                 "memory: 0 of 128 regions, 0 kB\n"
		                 "reserved: 0 of 128 regions, 0 kB\n");
		return;
	}
	EXPECT(str_has_prefix(text, "boot allocator: memblock\nmemory: "));
	snprintf(expected, sizeof(expected), "\n   0: 0x%016llx..0x%016llx NONE\n",
	         PFN_PHYS(ram_ranges[0].start_pfn),
	         PFN_PHYS(ram_ranges[0].end_pfn) - 1);
	EXPECT(strstr(text, expected) != NULL);
	EXPECT(strstr(text, "\nreserved: ") != NULL);
}
