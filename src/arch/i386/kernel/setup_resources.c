/*
 * /proc/iomem's contents, in the order in which the pieces nest: the ROMs, the
 * firmware's map around them with the kernel inside, then devices, then what is
 * left of the map.
 */
#include <asm/acpi.h>
#include <asm/e820.h>
#include <asm/pci.h>
#include <asm/rom.h>
#include <asm/sections.h>
#include <asm/setup.h>
#include <lib/resource.h>

void __init setup_resources(void)
{
	const struct kernel_sections kernel = {
		.text = __pa(_text), .text_end = __pa(_etext),
		.rodata = __pa(__start_rodata), .rodata_end = __pa(__end_rodata),
		.data = __pa(_sdata), .data_end = __pa(_edata),
		.bss = __pa(__bss_start), .bss_end = __pa(__bss_stop),
	};

	rom_reserve_resources(&iomem_resource);
	e820_reserve_resources(&e820, &iomem_resource, &kernel);
	pci_reserve_resources(&iomem_resource);
	e820_reserve_resources_late(&e820, &iomem_resource);
	acpi_init(boot_info.rsdp, boot_info.rsdp_len);
	acpi_reserve_resources(&iomem_resource);
}
