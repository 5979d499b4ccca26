/*
 * The memory map in the resource tree, in two halves as in Linux 6.1. Early, and
 * so below whatever comes later: RAM, ACPI's memory, everything below 1 MiB, and
 * the kernel inside its RAM. Late, after the PCI devices: what the firmware
 * reserves above 1 MiB, which often is the very range of a device (a frame
 * buffer, the bus's configuration space) and has to go around it.
 *
 * "RAM buffer" keeps the addresses just above RAM free: what looks like the end
 * of a memory module is more likely a firmware's secret corner than a hole in
 * which a device can be placed.
 */
#include <asm/e820.h>
#include <asm/page.h>
#include <lib/printk.h>
#include <lib/resource.h>
#include <lib/util.h>

static bool is_late(const struct e820_entry *entry)
{
	bool movable = entry->type == E820_RESERVED || entry->type == E820_PMEM ||
	               entry->type == E820_PRAM;

	return movable && entry->addr >= BIOS_END;
}

static struct resource *resource_of(u64 start, u64 end, const char *name)
{
	struct resource *res = resource_alloc(name);

	if (!res)
		return NULL;
	res->start = start;
	res->end = end - 1;
	res->flags = IORESOURCE_MEM | IORESOURCE_BUSY;
	return res;
}

/* Into the tree with it, or say what it is in conflict with. */
static void settle(struct resource *root, struct resource *res,
                   int (*place)(struct resource *root, struct resource *new))
{
	if (!res || !place(root, res))
		return;
	pr_warn("resource: %s [mem 0x%08llx-0x%08llx] is in conflict with another: "
	        "left out\n",
	        res->name, res->start, res->end);
	resource_free(res);
}

static void reserve_entries(const struct e820_map *map, struct resource *root,
                            bool late)
{
	unsigned int i;

	for (i = 0; i < map->nr; i++) {
		const struct e820_entry *entry = &map->entries[i];
		struct resource *res;

		if (is_late(entry) != late)
			continue;
		res = resource_of(entry->addr, entry->addr + entry->size,
		                  e820_type_name(entry->type));
		if (res && entry->type == E820_RAM)
			res->flags |= IORESOURCE_SYSRAM;
		settle(root, res,
		       late ? insert_resource_expand_to_fit : insert_resource);
	}
}

static void reserve_section(struct resource *root, phys_addr_t start, phys_addr_t end,
                            const char *name)
{
	if (start < end)
		settle(root, resource_of(start, end, name), insert_resource);
}

void e820_reserve_resources(const struct e820_map *map, struct resource *root,
                            const struct kernel_sections *kernel)
{
	struct resource *video;

	reserve_entries(map, root, false);
	reserve_section(root, kernel->text, kernel->text_end, "Kernel code");
	reserve_section(root, kernel->rodata, kernel->rodata_end, "Kernel rodata");
	reserve_section(root, kernel->data, kernel->data_end, "Kernel data");
	reserve_section(root, kernel->bss, kernel->bss_end, "Kernel bss");

	/* A firmware that lists the area itself has said all about it. */
	video = resource_of(VIDEO_RAM_START, VIDEO_RAM_END, "Video RAM area");
	if (video && request_resource(root, video))
		resource_free(video);
}

/* LAB 1.5 BEGIN
 * Reserve what lies between the end of `ram` and the boundary to which memory
 * modules are likely to reach there: a multiple of 64 KiB below 1 MiB, of 1 MiB
 * below 16 MiB, of 64 MiB above; named "RAM buffer", around what is there already.
 * START WITH
 * static void reserve_ram_buffer(struct resource *root, const struct e820_entry *ram)
 * {
 *	(void)root, (void)ram;
 * }
 */
static u64 ram_alignment(u64 addr)
{
	if (addr < MiB(1))
		return KiB(64);
	return addr < MiB(16) ? MiB(1) : MiB(64);
}

static void reserve_ram_buffer(struct resource *root, const struct e820_entry *ram)
{
	u64 start = ram->addr + ram->size;
	u64 end = ALIGN(start, ram_alignment(start));

	if (start >= end)
		return;
	pr_debug("e820: reserve RAM buffer [mem 0x%08llx-0x%08llx]\n", start, end - 1);
	reserve_region_with_split(root, start, end - 1, "RAM buffer");
}
/* LAB 1.5 END */

void e820_reserve_resources_late(const struct e820_map *map, struct resource *root)
{
	unsigned int i;

	reserve_entries(map, root, true);
	for (i = 0; i < map->nr; i++) {
		if (map->entries[i].type == E820_RAM)
			reserve_ram_buffer(root, &map->entries[i]);
	}
}
