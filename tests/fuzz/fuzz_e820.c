/*
 * The sanitiser on any map. The input is a list of entries of ENTRY_BYTES each;
 * small numbers are made likely, so that ranges meet. The model is the
 * definition itself: the type of a byte is the most restrictive of the entries
 * that cover it, and it can change at an entry's ends only; so it is enough to
 * look at the bytes on both sides of every end.
 */
#include <string.h>

#include <asm/e820.h>

#include "fuzz.h"

#define ENTRY_BYTES 4
#define ENTRIES_MAX 64
#define NOTHING     0xeeeeeeee

static struct e820_map given, map;

/* From one byte: 0 to 15 in places that differ widely, 2^64's end among them. */
static u64 place(u8 byte, u8 scale)
{
	static const u8 shifts[] = {0, 0, 12, 12, 20, 32, 36, 60};
	u64 small = (u64)byte << shifts[scale & 7];

	return scale & 8 ? 0 - small : small;
}

static void read_entries(const u8 *data, size_t size)
{
	given.nr = 0;
	for (; size >= ENTRY_BYTES && given.nr < ENTRIES_MAX; size -= ENTRY_BYTES) {
		e820_add(&given, place(data[0], data[3]),
		         place(data[1], (u8)(data[3] >> 4)), data[2] & 7);
		data += ENTRY_BYTES;
	}
}

static u64 strength(u32 type)
{
	static const u8 order[] = {2, 1, 3, 4, 5, 8, 6, 7};

	return order[type & 7];
}

/* The last byte that an entry is to cover, or false if it covers none. */
static bool covers(const struct e820_entry *entry, u64 *last)
{
	bool wraps = entry->size > 0 - entry->addr && entry->addr != 0;

	*last = wraps ? UINT64_MAX : entry->addr + entry->size - 1;
	return entry->size && !(wraps && entry->type == E820_RAM);
}

static u32 model_type(u64 byte)
{
	u32 type = NOTHING;
	unsigned int i;
	u64 last;

	for (i = 0; i < given.nr; i++) {
		const struct e820_entry *entry = &given.entries[i];

		if (!covers(entry, &last) || byte < entry->addr || byte > last)
			continue;
		if (type == NOTHING || strength(entry->type) > strength(type))
			type = entry->type;
	}
	return type;
}

static u32 map_type(u64 byte)
{
	unsigned int i;

	for (i = 0; i < map.nr; i++) {
		if (byte >= map.entries[i].addr && byte <= e820_last(&map.entries[i]))
			return map.entries[i].type;
	}
	return NOTHING;
}

static void check_around(u64 byte)
{
	PROPERTY(map_type(byte - 1) == model_type(byte - 1));
	PROPERTY(map_type(byte) == model_type(byte));
	PROPERTY(map_type(byte + 1) == model_type(byte + 1));
}

static void check_against_model(void)
{
	unsigned int i;
	u64 last;

	for (i = 0; i < given.nr; i++) {
		check_around(given.entries[i].addr);
		if (covers(&given.entries[i], &last))
			check_around(last);
	}
}

/* The first entry again serves as a range to change. */
static void check_changes(void)
{
	u64 ram = e820_ram_bytes(&map), start, size;

	if (!given.nr)
		return;
	start = given.entries[0].addr;
	size = given.entries[0].size;
	PROPERTY(e820_range_update(&map, start, size, E820_RAM, E820_NVS) ==
	         ram - e820_ram_bytes(&map));
	PROPERTY(e820_check(&map) == 0);
	e820_range_remove(&map, start, size, 0, false);
	PROPERTY(e820_check(&map) == 0);
	PROPERTY(!size || map_type(start) == NOTHING);
	PROPERTY(e820_range_remove(&map, start, size, 0, false) == 0);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	read_entries(data, size);
	memcpy(&map, &given, sizeof(map));
	e820_sanitize(&map, e820_print_fate);
	e820_fates_done();
	PROPERTY(e820_check(&map) == 0);
	PROPERTY(map.nr <= 2 * given.nr);
	check_against_model();
	check_changes();
	return 0;
}
