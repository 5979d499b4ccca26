/*
 * The ROMs of this machine in the resource tree.
 */
#include <asm/page.h>
#include <asm/rom.h>
#include <lib/printk.h>
#include <lib/resource.h>

static void reserve_rom(struct resource *root, const struct rom_region *rom)
{
	struct resource *res = resource_alloc(rom->name);

	if (!res)
		return;
	res->start = rom->start;
	res->end = (u64)rom->end - 1;
	res->flags = IORESOURCE_MEM | IORESOURCE_BUSY;
	if (request_resource(root, res) == 0)
		return;
	pr_warn("%s [mem %#x-%#x] overlaps another one\n", rom->name,
	        (unsigned int)rom->start, (unsigned int)(rom->end - 1));
	resource_free(res);
}

void rom_reserve_resources(struct resource *root)
{
	static struct rom_region roms[ROM_REGIONS_MAX];
	unsigned int count = rom_scan(__va(ROM_AREA_START), roms);

	for (unsigned int i = 0; i < count; i++)
		reserve_rom(root, &roms[i]);
}
