/*
 * The Multiboot2 parser on any bytes. It gets a copy of exactly the input's
 * length, so that AddressSanitizer sees one byte beyond. Afterwards the map goes
 * through the boot, which must end in a sound map or in a panic about missing
 * memory.
 */
#include <stdlib.h>
#include <string.h>

#include <asm/boot_info.h>
#include <asm/multiboot.h>

#include "fuzz.h"

static struct boot_info boot;

static void check_text(const char *text, size_t size)
{
	PROPERTY(memchr(text, '\0', size) != NULL);
}

static void check_boot_info(void)
{
	unsigned int i;

	check_text(boot.cmdline, sizeof(boot.cmdline));
	check_text(boot.loader, sizeof(boot.loader));
	PROPERTY(boot.nr_modules <= BOOT_MODULES_MAX);
	for (i = 0; i < boot.nr_modules; i++) {
		PROPERTY(boot.modules[i].start < boot.modules[i].end);
		check_text(boot.modules[i].cmdline, sizeof(boot.modules[i].cmdline));
	}
	PROPERTY(boot.map.nr <= E820_MAX);
	PROPERTY(boot.has_map || !boot.map.nr);
	PROPERTY(boot.rsdp_len <= sizeof(boot.rsdp));
	if (!boot.cmdline_truncated)
		PROPERTY(strlen(boot.cmdline) < COMMAND_LINE_SIZE);
}

static void boot_with(void *unused)
{
	(void)unused;
	e820_setup(&boot);
	PROPERTY(e820_check(&e820) == 0);
	parse_params(boot.cmdline);
	e820_finish();
	PROPERTY(e820_check(&e820) == 0);
	e820_last_pfn(1UL << 24);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	u8 *copy = malloc(size);
	int err;

	memcpy(copy, data, size);
	memset(&boot, 0xa5, sizeof(boot));
	err = multiboot2_parse(copy, size, &boot);
	memset(copy, 0xff, size);
	free(copy);
	check_boot_info();
	PROPERTY(!err || (!boot.has_map && !boot.has_basic && !boot.nr_modules));
	survives(boot_with, NULL);
	return 0;
}
