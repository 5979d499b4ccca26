/*
 * vmalloc and vfree: take an area of the vmalloc window and keep it, to see where
 * it comes from and what it is made of. Only areas taken here can be given back
 * here.
 */
#include <lib/errno.h>
#include <lib/list.h>
#include <lib/params.h>
#include <lib/printk.h>
#include <lib/string.h>
#include <mm/slab.h>
#include <mm/vmalloc.h>
#include <monitor/monitor.h>

struct kept {
	struct list_head list;
	char *addr;
	unsigned long pages;
};

static LIST_HEAD(kept_areas); /* the monitor's thread's alone */

static unsigned long highmem_pages(const struct kept *kept)
{
	unsigned long high = 0;

	for (unsigned long i = 0; i < kept->pages; i++)
		high += PageHighMem(vmalloc_to_page(kept->addr + (i << PAGE_SHIFT)));
	return high;
}

static void print_area(const struct kept *kept)
{
	console_printf("0x%08lx: %lu bytes and a guard page, %lu page%s, %lu of them "
	               "highmem\n", (unsigned long)kept->addr, kept->pages << PAGE_SHIFT,
	               kept->pages, kept->pages == 1 ? "" : "s", highmem_pages(kept));
}

/* false if there is no memory. */
static bool keep(unsigned long size)
{
	struct kept *kept = kmalloc(sizeof(*kept), GFP_KERNEL);

	if (!kept)
		return false;
	kept->addr = vmalloc(size);
	kept->pages = size / PAGE_SIZE + !!(size % PAGE_SIZE);
	if (!kept->addr) {
		kfree(kept);
		return false;
	}
	list_add_tail(&kept->list, &kept_areas);
	print_area(kept);
	return true;
}

static int vmalloc_command(int argc, char **argv)
{
	u64 size;

	if (argc != 2)
		return monitor_usage();
	if (!parse_size(argv[1], &size) || !size || size > UINTPTR_MAX) {
		console_printf("vmalloc: %.64s: expected a size from 1 to 4G-1\n",
		               argv[1]);
		return 1;
	}
	if (keep((unsigned long)size))
		return 0;
	console_printf("vmalloc: no %lu bytes\n", (unsigned long)size);
	return 1;
}
MONITOR_COMMAND(vmalloc, vmalloc_command, "vmalloc SIZE",
                "take an area of the vmalloc window",
                "Takes SIZE bytes (with K, M or G behind it, in units of 1024), shows\n"
                "where they are and how many of the pages are highmem, and keeps them\n"
                "until \"vfree\". /proc/vmallocinfo shows all areas.");

static void give_back(struct kept *kept)
{
	list_del(&kept->list);
	vfree(kept->addr);
	kfree(kept);
}

static void give_back_all(void)
{
	unsigned long areas = 0, pages = 0;

	while (!list_empty(&kept_areas)) {
		struct kept *kept = list_first_entry(&kept_areas, struct kept, list);

		areas++;
		pages += kept->pages;
		give_back(kept);
	}
	console_printf("%lu area%s of %lu page%s given back\n", areas,
	               areas == 1 ? "" : "s", pages, pages == 1 ? "" : "s");
}

static struct kept *kept_at(unsigned long address)
{
	struct kept *kept;

	list_for_each_entry (kept, &kept_areas, list)
		if ((unsigned long)kept->addr == address)
			return kept;
	return NULL;
}

static int vfree_command(int argc, char **argv)
{
	struct kept *kept;
	u64 address;

	if (argc != 2)
		return monitor_usage();
	if (!strcmp(argv[1], "all")) {
		give_back_all();
		return 0;
	}
	if (!monitor_parse_number(argv[1], "ADDRESS", 0, UINTPTR_MAX, &address))
		return 1;
	kept = kept_at((unsigned long)address);
	if (!kept) {
		console_printf("vfree: nothing was taken by \"vmalloc\" at 0x%08lx\n",
		               (unsigned long)address);
		return 1;
	}
	console_printf("0x%08lx: %lu page%s given back\n", (unsigned long)address,
	               kept->pages, kept->pages == 1 ? "" : "s");
	give_back(kept);
	return 0;
}
MONITOR_COMMAND(vfree, vfree_command, "vfree ADDRESS|all",
                "give back what vmalloc took",
                "Gives back the area at ADDRESS, or all that the command vmalloc took.\n"
                "The pages are free at once, the addresses after the next flush of the\n"
                "TLB.");
