/*
 * Symbols by address and by name. The table is one blob: a count, the sorted
 * addresses, the offsets of the names, the names (nm's type letter first). The
 * kernel is linked with room for it and the build fills that in, so that the
 * table cannot move what it describes.
 */
#include <asm/sections.h>
#include <lib/kallsyms.h>
#include <lib/string.h>
#include <lib/util.h>
#include <lib/vsprintf.h>

/* Room alone; the linker script gives it its size. Volatile: the compiler sees
 * zeros, the build writes something else. */
struct kallsyms_table {
	u32 count;
	u32 words[];
};
static const volatile u32 kallsyms_anchor[1] __used __section(".kallsyms") = {0};

static const struct kallsyms_table *table(void)
{
	const void *blob = (const void *)kallsyms_anchor;

	__asm__("" : "+r"(blob)); /* hide where it comes from */
	return blob;
}

static unsigned long symbol_address(size_t n)
{
	return table()->words[n];
}

static const char *symbol_text(size_t n)
{
	const struct kallsyms_table *t = table();
	const char *strings = (const char *)(t->words + 2 * t->count);

	return strings + t->words[t->count + n];
}

bool kallsyms_iterate(size_t *i, unsigned long *addr, char *type, const char **name)
{
	if (*i >= table()->count)
		return false;
	*addr = symbol_address(*i);
	*type = symbol_text(*i)[0];
	*name = symbol_text(*i) + 1;
	(*i)++;
	return true;
}

unsigned long kallsyms_lookup_name(const char *name)
{
	for (size_t n = 0; n < table()->count; n++)
		if (strcmp(symbol_text(n) + 1, name) == 0)
			return symbol_address(n);
	return 0;
}

/* The last symbol at or below addr; the table's first is below addr. */
static size_t find_below(unsigned long addr)
{
	size_t low = 0, high = table()->count;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (symbol_address(middle) <= addr)
			low = middle;
		else
			high = middle;
	}
	return low;
}

const char *kallsyms_lookup(unsigned long addr, unsigned long *offset,
			    unsigned long *size)
{
	size_t count = table()->count, n;
	unsigned long end = (unsigned long)_end;

	if (!count || addr < symbol_address(0) || addr >= end)
		return NULL;
	n = find_below(addr);
	*offset = addr - symbol_address(n);
	*size = (n + 1 < count ? symbol_address(n + 1) : end) - symbol_address(n);
	return symbol_text(n) + 1;
}

const char *kallsyms_format(unsigned long addr, char *buf, size_t size)
{
	unsigned long offset, length;
	const char *name = kallsyms_lookup(addr, &offset, &length);

	if (!name)
		return NULL;
	snprintf(buf, size, "%s+%#lx/%#lx", name, offset, length);
	return buf;
}
