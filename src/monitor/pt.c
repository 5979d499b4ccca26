/* pt: walk the page tables for an address. attr: other rights for a page of lowmem.
 * pfn: what is known of a frame. */
#include <asm/pageattr.h>
#include <asm/processor.h>
#include <asm/setup.h>
#include <asm/walk.h>
#include <lib/printk.h>
#include <lib/string.h>
#include <mm/mmzone.h>
#include <monitor/monitor.h>

static void print_line(const char *text, void *unused)
{
	(void)unused;
	console_printf("%s\n", text);
}

static int pt_command(int argc, char **argv)
{
	unsigned long address;
	struct pt_walk walk;

	if (argc < 2)
		return monitor_usage();
	for (int i = 1; i < argc && !monitor_interrupted(); i++) {
		if (!monitor_parse_pointer(argv[i], &address))
			return 1;
		pt_walk(read_cr3(), address, &walk);
		pt_describe(&walk, print_line, NULL);
	}
	return 0;
}
MONITOR_COMMAND(
    pt, pt_command, "pt ADDRESS...", "walk the page tables for an address",
    "Shows the entry of each level as the CPU reads it: its index, where it\n"
    "lies, its value, its flags by the manual's names, and at last the\n"
    "physical address, the page's size and what all levels allow together.");

static const struct {
	const char *name;
	pteval_t prot;
} rights[] = {
	{"rw", __PAGE_KERNEL}, {"ro", __PAGE_KERNEL_RO}, {"exec", __PAGE_KERNEL_EXEC},
	{"nocache", __PAGE_KERNEL | _PAGE_PCD},
};

static const pteval_t *find_rights(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(rights); i++)
		if (!strcmp(rights[i].name, name))
			return &rights[i].prot;
	return NULL;
}

static int attr_command(int argc, char **argv)
{
	const pteval_t *prot = argc == 3 ? find_rights(argv[2]) : NULL;
	unsigned long address;
	int error;

	if (!prot)
		return monitor_usage();
	if (!monitor_parse_pointer(argv[1], &address))
		return 1;
	if (address < PAGE_OFFSET || address >= (unsigned long)high_memory) {
		console_printf("attr: %08lx is not in lowmem\n", address);
		return 1;
	}
	error = change_page_attr(virt_to_page((void *)address), 1, __pgprot(*prot));
	if (error)
		console_printf("attr: %08lx: error %d\n", address, error);
	return error != 0;
}
MONITOR_COMMAND(attr, attr_command, "attr ADDRESS rw|ro|exec|nocache",
                "give a page of lowmem other rights",
                "Splits a large page if it must, and makes it whole again once all of its\n"
                "pages are alike; see `pt`, and DirectMap in meminfo. rw is what pages of\n"
                "memory have. The kernel's own text and data are not spared.");

static void show_page(unsigned long pfn, const struct page *page)
{
	console_printf("pfn %#lx  physical %09llx  struct page %08lx  zone %s\n", pfn,
	               (unsigned long long)PFN_PHYS(pfn), (unsigned long)page,
	               page_zone(page)->name);
	console_printf("flags %08lx (", page->flags);
	for (unsigned int bit = 0, some = 0; bit < NR_PAGEFLAGS; bit++)
		if (page->flags & BIT(bit))
			console_printf("%s%s", some++ ? " " : "", page_flag_name(bit));
	console_printf(
	    ")  count %d  mapcount %d  private %#lx  mapping %08lx  index %#lx\n",
	    page->_count, page->_mapcount + 1, page->private,
	    (unsigned long)page->mapping, page->index);
	if (PageBuddy(page))
		console_printf("free, first of a block of 2^%lu frames\n",
		               page->private);
	if (PageHighMem(page))
		console_printf("no address of its own: highmem\n");
	else
		console_printf("mapped at %08lx\n",
		               (unsigned long)lowmem_page_address(page));
}

static int pfn_command(int argc, char **argv)
{
	unsigned long pfn;
	u64 value;

	if (argc != 2)
		return monitor_usage();
	if (!monitor_parse_address(argv[1], &value))
		return 1;
	pfn = monitor_frame(value);
	if (!pfn_valid(pfn)) {
		console_printf(
		    "pfn %#lx has no struct page: RAM ends at frame %#lx, or it "
		    "lies in a hole\n",
		    pfn, max_pfn);
		return 1;
	}
	show_page(pfn, pfn_to_page(pfn));
	return 0;
}
MONITOR_COMMAND(pfn, pfn_command, "pfn ADDRESS", "show the struct page of a frame",
                "ADDRESS is a frame number (hexadecimal) if it is below the number of\n"
                "frames, else an address in lowmem or a physical address.");
