/* kmap, kunmap: map a page of highmem by hand and keep it, to see kmap's window at
 * work in /proc/pkmap. */
#include <asm/pkmap.h>
#include <asm/setup.h>
#include <lib/printk.h>
#include <mm/highmem.h>
#include <monitor/monitor.h>

/* The page of a frame of RAM; says what is wrong. */
static struct page *find_page(const char *command, const char *word)
{
	u64 pfn;

	if (!monitor_parse_address(word, &pfn))
		return NULL;
	for (unsigned int i = 0; i < nr_ram_ranges; i++)
		if (pfn >= ram_ranges[i].start_pfn && pfn < ram_ranges[i].end_pfn)
			return pfn_to_page((unsigned long)pfn);
	if (pfn < max_pfn)
		console_printf("%s: frame %#llx is not RAM\n", command,
			       (unsigned long long)pfn);
	else
		console_printf("%s: there is no frame %#llx: RAM ends at frame %#lx\n",
			       command, (unsigned long long)pfn, max_pfn);
	return NULL;
}

/* kmap would wait for a slot, and nobody but this prompt gives one back. */
static bool would_wait(const struct page *page)
{
	struct pkmap_stats stats;

	pkmap_get_stats(&stats);
	return PageHighMem(page) && stats.used == LAST_PKMAP && !page_address(page);
}

static int kmap_command(int argc, char **argv)
{
	struct page *page;
	void *address;

	if (argc != 2)
		return monitor_usage();
	page = find_page("kmap", argv[1]);
	if (!page)
		return 1;
	if (would_wait(page)) {
		console_printf("kmap: all %lu slots are in use; kunmap some\n", LAST_PKMAP);
		return 1;
	}
	address = kmap(page);
	console_printf("frame %#lx, zone %s, is at 0x%08lx: %s\n", page_to_pfn(page),
		       page_zone(page)->name, (unsigned long)address,
		       PageHighMem(page) ? "a slot of kmap's" : "its own address");
	return 0;
}
MONITOR_COMMAND(kmap, kmap_command, "kmap PFN", "map a page frame with kmap and keep it",
		"PFN is the frame's number, hexadecimal. Prints the address; the frame\n"
		"stays mapped until kunmap, once for each kmap. cat /proc/pkmap shows\n"
		"the slots. A frame of lowmem has its own address and takes no slot.");

static int unmap(struct page *page)
{
	struct pkmap_slot slot;

	if (!PageHighMem(page)) {
		console_printf("kunmap: frame %#lx is lowmem: it stays where it is\n",
			       page_to_pfn(page));
		return 0;
	}
	for (unsigned int nr = 0; nr < LAST_PKMAP; nr++) {
		pkmap_get_slot(nr, &slot);
		if (slot.page != page || slot.count < 2)
			continue;
		kunmap(page);
		console_printf("frame %#lx: users left: %u\n", page_to_pfn(page),
			       slot.count - 2);
		return 0;
	}
	console_printf("kunmap: frame %#lx is not mapped\n", page_to_pfn(page));
	return 1;
}

static int kunmap_command(int argc, char **argv)
{
	struct pkmap_slot slot;
	struct page *page;
	u64 value;

	if (argc != 2)
		return monitor_usage();
	if (!monitor_parse_address(argv[1], &value))
		return 1;
	if (value >> 32 || !is_pkmap((unsigned long)value)) {
		page = find_page("kunmap", argv[1]);
		return page ? unmap(page) : 1;
	}
	pkmap_get_slot(PKMAP_NR((unsigned long)value), &slot);
	if (slot.page)
		return unmap(slot.page);
	console_printf("kunmap: slot %u, at %08lx, is free\n",
		       PKMAP_NR((unsigned long)value), slot.address);
	return 1;
}
MONITOR_COMMAND(kunmap, kunmap_command, "kunmap ADDRESS",
		"give back what kmap mapped",
		"ADDRESS is what kmap printed, or the frame's number, hexadecimal.");
