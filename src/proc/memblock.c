/*
 * /proc/memblock: memblock's two lists, in the look of Linux's debugfs files
 * memblock/memory and memblock/reserved, one after the other. The end of a range
 * is its last byte.
 */
#include <mm/bootmem.h>
#include <mm/memblock.h>
#include <proc/proc.h>

static const char *const flag_names[] = {"HOTPLUG", "MIRROR", "NOMAP", "DRV_MNG"};

static void show_flags(struct seq_file *m, unsigned int flags)
{
	const char *separator = "";

	for (unsigned int bit = 0; bit < ARRAY_SIZE(flag_names); bit++) {
		if (!(flags & BIT(bit)))
			continue;
		seq_printf(m, "%s%s", separator, flag_names[bit]);
		separator = "|";
	}
	seq_puts(m, flags ? "\n" : "NONE\n");
}

static void show_type(struct seq_file *m, const struct memblock_type *type)
{
	unsigned long nr = type->regions[0].size ? type->cnt : 0;

	seq_printf(m, "%s: %lu of %lu regions, %llu kB\n", type->name, nr, type->max,
	           type->total_size >> 10);
	for (unsigned long i = 0; i < nr; i++) {
		const struct memblock_region *region = &type->regions[i];

		seq_printf(m, "%4lu: 0x%016llx..0x%016llx ", i, region->base,
		           region->base + region->size - 1);
		show_flags(m, region->flags);
	}
}

static int memblock_show(struct seq_file *m)
{
	seq_printf(m, "boot allocator: %s\n", boot_allocator->name);
	show_type(m, &memblock.memory);
	show_type(m, &memblock.reserved);
	return 0;
}
PROC_FILE(memblock, memblock_show);
