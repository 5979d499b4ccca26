/*
 * /proc/zoneinfo, buddyinfo and pagetypeinfo say what the zones say. That their
 * format is Linux's to the column is a test of tests/boot.
 */
#include "ktest.h"

#include <lib/string.h>
#include <lib/vsprintf.h>
#include <mm/fragmentation.h>
#include <mm/page_alloc.h>
#include <proc/proc.h>

static char text[16384];

static const char *show(const char *name)
{
	const struct proc_file *file = proc_find(name);
	struct seq_buffer buffer;

	text[0] = '\0';
	if (!EXPECT(file != NULL))
		return text;
	seq_buffer_init(&buffer, text, sizeof(text));
	EXPECT_EQ(file->show(&buffer.seq), 0);
	EXPECT(!buffer.seq.stopped);
	return text;
}

static unsigned int lines(const char *t)
{
	unsigned int n = 0;

	for (; *t; t++)
		n += *t == '\n';
	return n;
}

static unsigned int populated(void)
{
	unsigned int n = 0;
	struct zone *zone;

	for_each_populated_zone (zone)
		n++;
	return n;
}

TEST(proc_zones, buddyinfo_has_a_line_for_each_populated_zone)
{
	const char *file = show("buddyinfo");
	struct zone *zone;

	EXPECT_EQ(lines(file), populated());
	for_each_populated_zone (zone) {
		char line[160];
		int len = scnprintf(line, sizeof(line), "Node 0, zone %8s ", zone->name);

		for (int order = 0; order < MAX_ORDER; order++)
			len += scnprintf(line + len, sizeof(line) - (size_t)len, "%6lu ",
					 zone->free_area[order].nr_free);
		scnprintf(line + len, sizeof(line) - (size_t)len, "\n");
		EXPECT(strstr(file, line) != NULL);
	}
}

TEST(proc_zones, pagetypeinfo_has_a_line_for_each_zone_and_type)
{
	const char *file = show("pagetypeinfo");

	/* 2 of sizes, a blank one, 2 heads with another blank one between */
	EXPECT_EQ(lines(file), 6 + populated() * (MIGRATE_TYPES + 1));
	for (int type = 0; type < MIGRATE_TYPES; type++) {
		char part[48];

		scnprintf(part, sizeof(part), "zone      DMA, type %12s ",
			  migratetype_names[type]);
		EXPECT(strstr(file, part) != NULL);
	}
}

/* In the part of the file that is the zone's. */
static bool zoneinfo_says(const char *file, const struct zone *zone, const char *name,
			  unsigned long value)
{
	char head[40], line[64];
	const char *begin, *end, *found;

	scnprintf(head, sizeof(head), "zone %8s\n", zone->name);
	scnprintf(line, sizeof(line), "%s%lu\n", name, value);
	begin = strstr(file, head);
	if (!begin)
		return false;
	end = strstr(begin + 1, "Node ");
	found = strstr(begin, line);
	return found && (!end || found < end);
}

TEST(proc_zones, zoneinfo_has_every_zone_s_figures)
{
	const char *file = show("zoneinfo");
	struct zone *zone;

	for_each_zone (zone) {
		EXPECT(zoneinfo_says(file, zone, "  pages free     ",
				     zone_page_state(zone, NR_FREE_PAGES)));
		EXPECT(zoneinfo_says(file, zone, "        min      ", zone->pages_min));
		EXPECT(zoneinfo_says(file, zone, "        low      ", zone->pages_low));
		EXPECT(zoneinfo_says(file, zone, "        high     ", zone->pages_high));
		EXPECT(zoneinfo_says(file, zone, "        managed  ", zone->managed_pages));
		EXPECT_EQ(zoneinfo_says(file, zone, "  start_pfn:           ",
					zone->zone_start_pfn),
			  populated_zone(zone));
	}
}
