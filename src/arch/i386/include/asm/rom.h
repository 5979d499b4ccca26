/*
 * The read-only memories below 1 MiB: the BIOS, the video BIOS, the BIOSes of
 * adapter cards. Option ROMs announce themselves by a header.
 *
 * Source: BIOS Boot Specification 1.01 (1996), section 3.3; the areas are those
 * of Linux's probe_roms.
 */
#ifndef ASM_ROM_H
#define ASM_ROM_H

#include <lib/types.h>

#define ROM_AREA_START  0xc0000UL /* video BIOS from here */
#define ADAPTER_START   0xc8000UL /* adapters from here */
#define SYSTEM_START    0xf0000UL /* the BIOS, to the end */
#define ROM_AREA_END    0x100000UL
#define ROM_AREA_SIZE   (ROM_AREA_END - ROM_AREA_START)
#define ROM_STEP        2048U /* option ROMs start on these boundaries */
#define ROM_LENGTH_UNIT 512U  /* of the length in the header */

/* An option ROM has at least a step: no more fit. The BIOS is one more. */
#define ROM_REGIONS_MAX ((SYSTEM_START - ROM_AREA_START) / ROM_STEP + 1)

struct rom_region {
	u32 start, end; /* physical, [start, end) */
	const char *name;
};

/*
 * Find the ROMs in area, ROM_AREA_SIZE bytes that show [ROM_AREA_START,
 * ROM_AREA_END). Fills out in ascending order and returns their number, at least
 * 1 ("System ROM").
 */
unsigned int rom_scan(const u8 *area, struct rom_region out[ROM_REGIONS_MAX]);

struct resource;

/* Scan this machine's and put them under root. Before e820_reserve_resources(),
 * so that "Reserved" comes to lie around "System ROM". */
void rom_reserve_resources(struct resource *root);

#endif
