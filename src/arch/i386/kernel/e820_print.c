/*
 * The memory map for people: the names of its types in the boot log and in
 * /proc/iomem (both Linux 6.1's), its printed form, the messages about entries
 * that could not be kept, and the check of its invariants.
 */
#include <asm/e820.h>
#include <lib/printk.h>
#include <lib/string.h>
#include <lib/util.h>
#include <lib/vsprintf.h>

/* Entries that are reported in full; a broken firmware may have a thousand. */
#define FATES_IN_FULL 8

struct type_name {
	u32 type;
	const char *word;  /* in the boot log */
	const char *iomem; /* in /proc/iomem */
};

static const struct type_name type_names[] = {
    {E820_RAM, "usable", "System RAM"},
    {E820_RESERVED, "reserved", "Reserved"},
    {E820_ACPI, "ACPI data", "ACPI Tables"},
    {E820_NVS, "ACPI NVS", "ACPI Non-volatile Storage"},
    {E820_UNUSABLE, "unusable", "Unusable memory"},
    {E820_PMEM, "persistent (type 7)", "Persistent Memory"},
    {E820_PRAM, "persistent (type 12)", "Persistent Memory (legacy)"},
};

static const char *const fate_words[] = {
    [E820_ZERO_LENGTH] = "has no length: dropped",
    [E820_WRAPPED_RAM] = "ends beyond 2^64: dropped",
    [E820_WRAPPED_REST] = "ends beyond 2^64: cut there",
    [E820_NO_ROOM] = "has no room in the map: dropped",
};

/* Entries told of since the last e820_fates_done(). */
static unsigned int nr_fates;

static const struct type_name *find_type(u32 type)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(type_names); i++) {
		if (type_names[i].type == type)
			return &type_names[i];
	}
	return NULL;
}

const char *e820_type_name(u32 type)
{
	const struct type_name *name = find_type(type);

	return name ? name->iomem : "Unknown E820 type";
}

const char *e820_type_word(u32 type, char *buf, size_t size)
{
	const struct type_name *name = find_type(type);

	if (name)
		strlcpy(buf, name->word, size);
	else
		snprintf(buf, size, "type %u", type);
	return buf;
}

void e820_print_fate(const struct e820_entry *entry, enum e820_fate fate)
{
	char word[E820_WORD_MAX];

	if (nr_fates++ >= FATES_IN_FULL)
		return;
	pr_warn("e820: entry 0x%llx, length 0x%llx, %s, %s\n", entry->addr, entry->size,
	        e820_type_word(entry->type, word, sizeof(word)), fate_words[fate]);
}

void e820_fates_done(void)
{
	if (nr_fates > FATES_IN_FULL)
		pr_warn("e820: and %u more such entries\n", nr_fates - FATES_IN_FULL);
	nr_fates = 0;
}

void e820_print(const struct e820_map *map, const char *who)
{
	char word[E820_WORD_MAX];
	unsigned int i;

	for (i = 0; i < map->nr; i++) {
		const struct e820_entry *entry = &map->entries[i];

		pr_info("%s: [mem 0x%016llx-0x%016llx] %s\n", who, entry->addr,
		        e820_last(entry),
		        e820_type_word(entry->type, word, sizeof(word)));
	}
}

static unsigned int violation(const struct e820_map *map, unsigned int i,
                              const char *what)
{
	pr_err("e820: entry %u of %u (0x%llx, length 0x%llx) %s\n", i, map->nr,
	       map->entries[i].addr, map->entries[i].size, what);
	return 1;
}

unsigned int e820_check(const struct e820_map *map)
{
	const struct e820_entry *entry = map->entries;
	unsigned int i, bad = 0;

	for (i = 0; i < map->nr && i < E820_MAX; i++, entry++) {
		if (!entry->size)
			bad += violation(map, i, "is empty");
		else if (e820_last(entry) < entry->addr)
			bad += violation(map, i, "wraps");
		if (i == 0)
			continue;
		if (e820_last(entry - 1) >= entry->addr)
			bad +=
			    violation(map, i, "overlaps the one before or is below it");
		if (entry[-1].addr + entry[-1].size == entry->addr &&
		    entry[-1].type == entry->type && entry[-1].size + entry->size != 0)
			bad += violation(map, i, "could be joined to the one before");
	}
	return bad;
}
