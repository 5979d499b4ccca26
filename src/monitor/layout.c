/*
 * layout: the 4 GiB of virtual addresses as a drawing, top to bottom, one block
 * a region. The number at a border is the lowest address of the block above it.
 */
#include <asm/fixmap.h>
#include <asm/sections.h>
#include <asm/setup.h>
#include <lib/printk.h>
#include <lib/string.h>
#include <lib/vsprintf.h>
#include <mm/page_alloc.h>
#include <monitor/monitor.h>
#include <monitor/window.h>

#define WIDTH      66 /* inside the box, with a space on each side */
#define BAR_WIDTH  24
#define MB_FROM_KB (10UL << 10) /* sizes of less are shown in KiB */

const char *range_size_text(unsigned long start, unsigned long last, char *buf,
                            size_t size)
{
	unsigned long kb = ((last - start) >> 10) + 1;

	if (kb < MB_FROM_KB)
		snprintf(buf, size, "%luK", kb);
	else
		snprintf(buf, size, "%luM", kb >> 10);
	return buf;
}

static void border(unsigned long address)
{
	char line[WIDTH + 1];

	memset(line, '-', WIDTH);
	line[WIDTH] = '\0';
	console_printf("%08lx  +%s+\n", address, line);
}

static void row(const char *text)
{
	console_printf("          | %-*s |\n", WIDTH - 2, text);
}

/* "[###.....]", at least one # if anything is in use. */
static void draw_bar(char *bar, unsigned long used, unsigned long total)
{
	unsigned long marks =
	    total ? (unsigned long)DIV_ROUND_UP((u64)used * BAR_WIDTH, total) : 0;

	marks = min_t(unsigned long, marks, BAR_WIDTH);
	bar[0] = '[';
	memset(bar + 1, '.', BAR_WIDTH);
	memset(bar + 1, '#', marks);
	bar[BAR_WIDTH + 1] = ']';
	bar[BAR_WIDTH + 2] = '\0';
}

/* A block of [start, last]; its lower border. */
static void block(const char *name, unsigned long start, unsigned long last,
                  const char *more)
{
	char text[128], size[12];

	snprintf(text, sizeof(text), "%-8s %8s  %s", name,
	         range_size_text(start, last, size, sizeof(size)), more);
	row(text);
}

static void block_in_use(const char *name, unsigned long start, unsigned long last,
                         unsigned long used, unsigned long total, const char *unit)
{
	char more[96], bar[BAR_WIDTH + 3];

	draw_bar(bar, used, total);
	snprintf(more, sizeof(more), "%s %lu of %lu %s", bar, used, total, unit);
	block(name, start, last, more);
}

/* ---- The top: windows ---- */

static void draw_windows(void)
{
	border(~0UL);
	block("-", FIXADDR_TOP, ~0UL, "never mapped: a pointer below zero faults");
	border(FIXADDR_TOP);
	block_in_use("fixmap", FIXADDR_START, FIXADDR_TOP - 1, nr_fixmaps_used(),
	             __end_of_fixed_addresses, "slots");
	border(FIXADDR_START);
	block("-", PKMAP_END, FIXADDR_START - 1, "never mapped");
	border(PKMAP_END);
	block_in_use("pkmap", PKMAP_BASE, PKMAP_END - 1, pkmap_used_slots(), LAST_PKMAP,
	             "slots");
	border(PKMAP_BASE);
	block("-", VMALLOC_END, PKMAP_BASE - 1, "never mapped");
	border(VMALLOC_END);
	block_in_use("vmalloc", VMALLOC_START, VMALLOC_END - 1, vmalloc_used_kb(),
	             (VMALLOC_END - VMALLOC_START) >> 10, "KiB");
	border(VMALLOC_START);
	block("gap", (unsigned long)high_memory, VMALLOC_START - 1,
	      "never mapped: who runs past lowmem faults");
	border((unsigned long)high_memory);
}

/* ---- Lowmem ---- */

struct part {
	const char *name;
	unsigned long start, end;
};

#define NR_PARTS 7

static void find_parts(struct part *parts)
{
	const struct part all[NR_PARTS] = {
	    {"mem_map", (unsigned long)mem_map, (unsigned long)(mem_map + max_mapnr)},
	    {".bss", (unsigned long)__bss_start, (unsigned long)__bss_stop},
	    {"init", (unsigned long)__init_begin, (unsigned long)__init_end},
	    {".data", (unsigned long)_sdata, (unsigned long)_edata},
	    {".rodata", (unsigned long)__start_rodata, (unsigned long)__end_rodata},
	    {".text", (unsigned long)_text, (unsigned long)_etext},
	    {"BIOS", PAGE_OFFSET, PAGE_OFFSET + BIOS_END},
	};

	memcpy(parts, all, sizeof(all));
}

static void draw_part(const struct part *part)
{
	char text[80], size[12];

	snprintf(text, sizeof(text), "   %-8s %08lx-%08lx %8s%s", part->name,
	         part->start, part->end - 1,
	         range_size_text(part->start, part->end - 1, size, sizeof(size)),
	         strcmp(part->name, "init") ? "" : "  given back after boot");
	row(text);
}

/* All of lowmem counts as used that the page allocator cannot give: the image,
 * mem_map and the BIOS too. */
static void draw_lowmem(void)
{
	unsigned long free = nr_free_pages() - nr_free_highpages();
	struct part parts[NR_PARTS];

	block_in_use("lowmem", PAGE_OFFSET, (unsigned long)high_memory - 1,
	             (max_low_pfn - free) >> (20 - PAGE_SHIFT),
	             max_low_pfn >> (20 - PAGE_SHIFT), "MiB");
	find_parts(parts);
	for (unsigned int i = 0; i < NR_PARTS; i++)
		draw_part(&parts[i]);
	border(PAGE_OFFSET);
}

static void draw_user(void)
{
	block("user", 0, PAGE_OFFSET - 1, "a process's; there is none");
	border(0);
}

static void describe_highmem(void)
{
	unsigned long pages = 0;
	struct zone *zone;

	for_each_zone (zone)
		if (is_highmem(zone))
			pages += zone->present_pages;
	if (!pages)
		return;
	console_printf("highmem, %luM of RAM at %09llx-%09llx, has no addresses of its own:\n"
	               "it is reached through vmalloc, pkmap and the fixmap.\n",
	               pages >> (20 - PAGE_SHIFT),
	               (unsigned long long)PFN_PHYS(highstart_pfn),
	               (unsigned long long)PFN_PHYS(highend_pfn) - 1);
}

static int layout_command(int argc, char **argv)
{
	(void)argv;
	if (argc != 1)
		return monitor_usage();
	draw_windows();
	draw_lowmem();
	draw_user();
	describe_highmem();
	return 0;
}
MONITOR_COMMAND(layout, layout_command, "layout", "draw the 4 GiB of virtual addresses",
                "One block a region, highest address first; the number at a border is\n"
                "the lowest address of the block above it. A bar shows how much of a\n"
                "region is in use. What is in the last part: window.");
