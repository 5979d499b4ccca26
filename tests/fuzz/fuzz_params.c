/*
 * The parameter parser on any text, with the real mem= and memmap= behind it and
 * the map of a 4 GiB machine before them. Whatever is typed, the map stays sound
 * and the machine keeps some RAM.
 */
#include <stdlib.h>
#include <string.h>

#include <asm/boot_info.h>
#include <asm/e820.h>
#include <lib/params.h>

#include "fuzz.h"

static void start_map(void)
{
	static struct boot_info boot;

	boot.map.nr = 0;
	e820_add(&boot.map, 0, 0x9fc00, E820_RAM);
	e820_add(&boot.map, 0xf0000, 0x10000, E820_RESERVED);
	e820_add(&boot.map, 0x100000, 0xbfee0000, E820_RAM);
	e820_add(&boot.map, 0x100000000, 0x40000000, E820_RAM);
	boot.has_map = true;
	e820_setup(&boot);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	char *line = malloc(size + 1);
	u64 number;

	memcpy(line, data, size);
	line[size] = '\0';
	start_map();
	parse_params(line);
	PROPERTY(e820_check(&e820) == 0);
	e820_finish();
	PROPERTY(e820_check(&e820) == 0);
	PROPERTY(e820_end_of_ram_pfn(&e820, 1UL << 24) > 0);
	parse_size(line, &number);
	free(line);
	return 0;
}
