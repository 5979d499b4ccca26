/* Zones and the frame map of the machine that runs this. */
#include "ktest.h"

#include <asm/sections.h>
#include <asm/setup.h>
#include <mm/page_alloc.h>

static unsigned long ram_frames(unsigned long start, unsigned long end)
{
	unsigned long sum = 0;

	for (unsigned int i = 0; i < nr_ram_ranges; i++) {
		unsigned long lo = max(start, ram_ranges[i].start_pfn);
		unsigned long hi = min(end, ram_ranges[i].end_pfn);

		sum += hi > lo ? hi - lo : 0;
	}
	return sum;
}

TEST(mmzone, zones_cover_all_ram_without_overlap)
{
	unsigned long covered = 0, end = 0;
	struct zone *zone;

	for_each_zone(zone) {
		if (!zone->spanned_pages)
			continue;
		EXPECT(zone->zone_start_pfn >= end);
		end = zone_end_pfn(zone);
		covered += ram_frames(zone->zone_start_pfn, end);
	}
	EXPECT_EQ(covered, ram_frames(0, ~0UL));
	EXPECT_EQ(end, max_pfn);
}

TEST(mmzone, present_are_the_frames_of_a_zone_that_are_ram)
{
	struct zone *zone;

	for_each_zone(zone) {
		unsigned long start = zone->zone_start_pfn;

		EXPECT_EQ(zone->present_pages, ram_frames(start, zone_end_pfn(zone)));
		EXPECT(zone->managed_pages <= zone->present_pages);
	}
}

TEST(mmzone, a_frame_and_its_page_name_each_other)
{
	for (unsigned int i = 0; i < nr_ram_ranges; i++) {
		unsigned long ends[] = {ram_ranges[i].start_pfn, ram_ranges[i].end_pfn - 1};

		for (int e = 0; e < 2; e++) {
			struct zone *zone;

			ASSERT(pfn_valid(ends[e]));
			EXPECT_EQ(page_to_pfn(pfn_to_page(ends[e])), ends[e]);
			zone = page_zone(pfn_to_page(ends[e]));
			EXPECT(ends[e] >= zone->zone_start_pfn);
			EXPECT(ends[e] < zone_end_pfn(zone));
		}
	}
	EXPECT(!pfn_valid(max_mapnr));
	EXPECT_EQ(virt_to_page(__va(0x5123)), pfn_to_page(5));
}

TEST(mmzone, frames_that_are_not_ram_stay_reserved)
{
	for (unsigned long pfn = PFN_DOWN(VIDEO_RAM_START); pfn < PFN_DOWN(BIOS_END); pfn++)
		if (!EXPECT(PageReserved(pfn_to_page(pfn))))
			return;
	EXPECT(PageReserved(pfn_to_page(0)));
	EXPECT(PageReserved(virt_to_page(_text)));
}

TEST(mmzone, the_frame_map_itself_is_not_handed_out)
{
	const struct page *first = virt_to_page(pfn_to_page(1));

	EXPECT(PageReserved(first) && !PageBuddy(first));
}

TEST(mmzone, a_page_is_at_most_32_bytes)
{
	EXPECT(sizeof(struct page) <= 32);
}
