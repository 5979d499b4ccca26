/* fixmap: map a slot of the fixmap by hand, to see it in pt, window and a debugger. */
#include <asm/fixmap.h>
#include <asm/setup.h>
#include <lib/printk.h>
#include <monitor/monitor.h>

#define SLOTS (FIX_BTMAP_BEGIN - FIX_BTMAP_END + 1)

static void print_slot(enum fixed_addresses idx)
{
	char name[FIXMAP_NAME_MAX];

	fixmap_name(idx, name, sizeof(name));
	if (fixmap_used(idx))
		console_printf("%s at %08lx maps %09llx\n", name, fix_to_virt(idx),
		               (unsigned long long)PFN_PHYS(
		                   pte_pfn(*fixmap_pte(fix_to_virt(idx)))));
	else
		console_printf("%s at %08lx maps nothing\n", name, fix_to_virt(idx));
}

static int fixmap_command(int argc, char **argv)
{
	enum fixed_addresses idx;
	u64 slot, phys;

	if (argc < 2 || argc > 3)
		return monitor_usage();
	if (!monitor_parse_number(argv[1], "SLOT", 0, SLOTS - 1, &slot))
		return 1;
	idx = (enum fixed_addresses)(FIX_BTMAP_END + (unsigned int)slot);
	if (argc == 2) {
		clear_fixmap(idx);
	} else {
		if (!monitor_parse_address(argv[2], &phys))
			return 1;
		if (phys >= PFN_PHYS(MAX_ARCH_PFN)) {
			console_printf("fixmap: no page table can name %#llx\n",
			               (unsigned long long)phys);
			return 1;
		}
		set_fixmap(idx, phys);
	}
	print_slot(idx);
	return 0;
}
MONITOR_COMMAND(fixmap, fixmap_command, "fixmap SLOT [ADDRESS]",
                "map a slot of the fixmap, or unmap it",
                "SLOT is one of early_ioremap's, which are free after boot: 0 to 63,\n"
                "counted from FIX_BTMAP_END. ADDRESS is physical; without it the slot is\n"
                "unmapped. Physical addresses where no RAM is answer with what the bus\n"
                "says.");
