/*
 * window: the addresses from the end of lowmem to the last one, in detail: each
 * vmalloc area, each run of kmap's slots, each slot of the fixmap that is mapped.
 * Lowest address first.
 */
#include <asm/fixmap.h>
#include <asm/setup.h>
#include <lib/printk.h>
#include <lib/vsprintf.h>
#include <monitor/monitor.h>
#include <monitor/window.h>

static void show(unsigned long start, unsigned long last, const char *region,
                 const char *text)
{
	char size[12];

	console_printf("%08lx-%08lx %8s  %-8s %s\n", start, last,
	               range_size_text(start, last, size, sizeof(size)), region, text);
}

/* The parts of [start, end), and what is free between them. */
static void show_parts(const char *region, unsigned long start, unsigned long end,
                       bool (*next)(unsigned long after, struct window_part *part))
{
	struct window_part part;

	while (!monitor_interrupted() && next(start, &part)) {
		if (part.start > start)
			show(start, part.start - 1, region, "free");
		show(part.start, part.end - 1, region, part.text);
		start = part.end;
	}
	if (start < end)
		show(start, end - 1, region, "free");
}

static void show_mapped_slot(enum fixed_addresses idx)
{
	unsigned long address = fix_to_virt(idx);
	pte_t pte = *fixmap_pte(address);
	char name[FIXMAP_NAME_MAX], text[80];

	snprintf(text, sizeof(text), "%s -> %09llx%s",
	         fixmap_name(idx, name, sizeof(name)),
	         (unsigned long long)PFN_PHYS(pte_pfn(pte)),
	         pgprot_val(pte_pgprot(pte)) & _PAGE_PCD ? " uncached" : "");
	show(address, address + PAGE_SIZE - 1, "fixmap", text);
}

/* Slots from idx down to `to` are not mapped. */
static void show_free_slots(enum fixed_addresses idx, enum fixed_addresses to)
{
	char from[FIXMAP_NAME_MAX], until[FIXMAP_NAME_MAX], text[80];

	if (idx == to)
		snprintf(text, sizeof(text), "%s: free",
		         fixmap_name(idx, from, sizeof(from)));
	else
		snprintf(text, sizeof(text), "%s .. %s: free",
		         fixmap_name(idx, from, sizeof(from)),
		         fixmap_name(to, until, sizeof(until)));
	show(fix_to_virt(idx), fix_to_virt(to) + PAGE_SIZE - 1, "fixmap", text);
}

/* Addresses count up while slots count down. A run of free ones is one line. */
static void show_fixmap(void)
{
	unsigned int idx = __end_of_fixed_addresses;

	while (idx-- > 0) {
		unsigned int first = idx;

		if (fixmap_used((enum fixed_addresses)idx)) {
			show_mapped_slot((enum fixed_addresses)idx);
			continue;
		}
		while (idx > 0 && !fixmap_used((enum fixed_addresses)(idx - 1)) &&
		       fixmap_same_name((enum fixed_addresses)(idx - 1),
		                        (enum fixed_addresses)first))
			idx--;
		show_free_slots((enum fixed_addresses)first, (enum fixed_addresses)idx);
	}
}

static int window_command(int argc, char **argv)
{
	(void)argv;
	if (argc != 1)
		return monitor_usage();
	show((unsigned long)high_memory, VMALLOC_START - 1, "gap", "never mapped");
	show_parts("vmalloc", VMALLOC_START, VMALLOC_END, vmalloc_next_part);
	show(VMALLOC_END, PKMAP_BASE - 1, "-", "never mapped");
	show_parts("pkmap", PKMAP_BASE, PKMAP_END, pkmap_next_part);
	show(PKMAP_END, FIXADDR_START - 1, "-", "never mapped");
	show_fixmap();
	show(FIXADDR_TOP, ~0UL, "-", "never mapped");
	return monitor_interrupted() ? MONITOR_INTERRUPTED : 0;
}
MONITOR_COMMAND(window, window_command, "window",
                "show what is mapped above lowmem, area by area",
                "From the end of lowmem to the last address: the gap, each area of\n"
                "vmalloc, each run of kmap's slots, each slot of the fixmap by its name\n"
                "in asm/memory_layout.h. Lowest address first.");
