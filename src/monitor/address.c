/*
 * Numbers and addresses as a person types them, for all commands alike.
 */
#include <asm/setup.h>
#include <lib/errno.h>
#include <lib/kallsyms.h>
#include <lib/kstrtox.h>
#include <lib/printk.h>
#include <lib/string.h>
#include <monitor/monitor.h>

#define SYMBOL_MAX 127

/* name or name+offset; false: no such symbol or no such offset. */
static bool parse_symbol(const char *word, u64 *address)
{
	const char *plus = strchr(word, '+');
	size_t len = plus ? (size_t)(plus - word) : strlen(word);
	char name[SYMBOL_MAX + 1];
	unsigned long offset = 0;
	unsigned long base;

	if (len > SYMBOL_MAX)
		return false;
	memcpy(name, word, len);
	name[len] = '\0';
	base = kallsyms_lookup_name(name);
	if (base == 0)
		return false;
	if (plus && kstrtoul(plus + 1, 16, &offset) != 0)
		return false;
	*address = (u64)base + offset;
	return true;
}

bool monitor_parse_address(const char *word, u64 *address)
{
	/* the symbol first: "add" is a function's name more often than 0xadd */
	if (parse_symbol(word, address))
		return true;
	switch (kstrtoull(word, 16, address)) {
	case 0:
		return true;
	case -ERANGE:
		console_printf("%.64s: an address has at most 64 bits\n", word);
		return false;
	default:
		console_printf("%.64s: neither a hexadecimal address nor a symbol\n",
		               word);
		return false;
	}
}

bool monitor_parse_pointer(const char *word, unsigned long *address)
{
	u64 wide;

	if (!monitor_parse_address(word, &wide))
		return false;
	*address = (unsigned long)wide;
	if (*address == wide)
		return true;
	console_printf("%.64s: a virtual address has 32 bits\n", word);
	return false;
}

unsigned long monitor_frame(u64 value)
{
	/* LAB 1.1 BEGIN
	 * The contract stands in monitor/monitor.h.
	 * START WITH
	 *	return (unsigned long)value;
	 */
	if (value < max_mapnr)
		return (unsigned long)value;
	if (value >= PAGE_OFFSET && value < (unsigned long)high_memory)
		return PFN_DOWN(__pa((unsigned long)value));
	return (unsigned long)(value >> PAGE_SHIFT);
	/* LAB 1.1 END */
}

bool monitor_parse_number(const char *word, const char *name, u64 min, u64 max,
                          u64 *number)
{
	bool hex = str_has_prefix(word, "0x") || str_has_prefix(word, "0X");

	if (kstrtoull(word, hex ? 16 : 10, number) == 0 && *number >= min &&
	    *number <= max)
		return true;
	console_printf("%.64s: %s is a number from %llu to %llu\n", word, name,
	               (unsigned long long)min, (unsigned long long)max);
	return false;
}
