/*
 * The firmware's memory map as a data structure. A firmware may list ranges in
 * any order, overlapping, touching, empty, even wrapping around 2^64; all that
 * follows wants a sorted list of disjoint ranges.
 *
 * Sanitising is a sweep over the entries in the order of their addresses: a heap
 * holds the ranges that cover the current byte, the most restrictive on top. From
 * one byte at which something changes to the next, the top's type holds. Each
 * entry enters and leaves the heap once and no step is longer than a heap
 * operation, so the whole takes O(n log n); ranges that have ended are taken out
 * only when they come up. Positions are kept as inclusive last bytes, so that a
 * range may end at 2^64 without any 65th bit.
 *
 * Linux 6.1 sweeps too, but keeps the covering ranges in a plain list (O(n^2)),
 * leaves the whole map as it is when one entry wraps, and drops entries beyond
 * its table's size without looking at which.
 *
 * Invariants of a sanitised map, which e820_check() verifies: ascending, no
 * overlap, no empty and no wrapping entry, neighbours of one type joined.
 */
#include <asm/e820.h>
#include <asm/page.h>
#include <lib/sort.h>
#include <lib/util.h>

/* What the sweep writes: n entries have at most 2n - 1 places where the type
 * changes. */
static struct e820_entry swept[2 * E820_MAX];
static unsigned int nr_swept;

/* The sweep's heap: indices into the map's entries, the most restrictive first. */
static u16 heap[E820_MAX];
static unsigned int heap_size;

/* The larger, the more restrictive; different for any two types. */
static u64 e820_rank(u32 type)
{
	/* LAB 2.1 BEGIN
	 * RAM is the weakest, then come the others by their numbers, 0 first; only
	 * unusable memory is stronger than any number.
	 * START WITH
	 *	return type;
	 */
	if (type == E820_RAM)
		return 0;
	if (type == 0)
		return E820_RAM;
	if (type == E820_UNUSABLE)
		return 1ULL << 32;
	return type;
	/* LAB 2.1 END */
}

static bool is_above(const struct e820_map *map, u16 a, u16 b)
{
	return e820_rank(map->entries[a].type) > e820_rank(map->entries[b].type);
}

static void heap_push(const struct e820_map *map, u16 index)
{
	unsigned int i = heap_size++;

	while (i > 0 && is_above(map, index, heap[(i - 1) / 2])) {
		heap[i] = heap[(i - 1) / 2];
		i = (i - 1) / 2;
	}
	heap[i] = index;
}

static void heap_pop(const struct e820_map *map)
{
	u16 moved = heap[--heap_size];
	unsigned int i = 0;

	for (;;) {
		unsigned int child = 2 * i + 1;

		if (child >= heap_size)
			break;
		if (child + 1 < heap_size &&
		    is_above(map, heap[child + 1], heap[child]))
			child++;
		if (!is_above(map, heap[child], moved))
			break;
		heap[i] = heap[child];
		i = child;
	}
	heap[i] = moved;
}

static int compare_addr(const void *a, const void *b)
{
	u64 x = ((const struct e820_entry *)a)->addr;
	u64 y = ((const struct e820_entry *)b)->addr;

	return (x > y) - (x < y);
}

static unsigned int tell(e820_fate_fn fate, const struct e820_entry *entry,
                         enum e820_fate what)
{
	if (fate)
		fate(entry, what);
	return 1;
}

/* Drop what is empty or not to be believed. */
static unsigned int drop_invalid(struct e820_map *map, e820_fate_fn fate)
{
	unsigned int i, told = 0, kept = 0;

	for (i = 0; i < map->nr; i++) {
		struct e820_entry entry = map->entries[i];

		/* LAB 2.1 BEGIN
		 * Drop an empty entry, and RAM that ends beyond 2^64; anything else
		 * that does so ends there. tell() of each, and count what it returns.
		 * START WITH
		 *	(void)fate;
		 */
		if (!entry.size) {
			told += tell(fate, &entry, E820_ZERO_LENGTH);
			continue;
		}
		if (e820_last(&entry) < entry.addr) {
			if (entry.type == E820_RAM) {
				told += tell(fate, &entry, E820_WRAPPED_RAM);
				continue;
			}
			told += tell(fate, &entry, E820_WRAPPED_REST);
			entry.size = 0 - entry.addr;
		}
		/* LAB 2.1 END */
		map->entries[kept++] = entry;
	}
	map->nr = kept;
	return told;
}

/* LAB 2.1 BEGIN
 * emit: append [first, last] to swept[], or lengthen the last piece there if that ends
 * right before it and has the same type. (But all 2^64 bytes have no size.)
 * START WITH
 * static void emit(u64 first, u64 last, u32 type)
 * {
 *	swept[nr_swept++] = (struct e820_entry){first, last - first + 1, type};
 * }
 */
static bool can_join(const struct e820_entry *a, const struct e820_entry *b)
{
	return a->type == b->type && a->addr + a->size == b->addr &&
	       a->size + b->size != 0;
}

static void emit(u64 first, u64 last, u32 type)
{
	struct e820_entry piece = {first, last - first + 1, type};

	if (nr_swept && can_join(&swept[nr_swept - 1], &piece))
		swept[nr_swept - 1].size += piece.size;
	else
		swept[nr_swept++] = piece;
}
/* LAB 2.1 END */

/* From valid entries in ascending order to disjoint ones in swept[]. */
static void sweep(const struct e820_map *map)
{
	nr_swept = 0;
	heap_size = 0;
	/* LAB 2.2 BEGIN
	 * emit() pieces from the lowest address to the highest: for each the type that
	 * wins among the entries that cover it, from where something begins or ends to
	 * where the next thing does.
	 * START WITH
	 *	(void)heap_push, (void)heap_pop;
	 *	for (unsigned int i = 0; i < map->nr; i++)
	 *		emit(map->entries[i].addr, e820_last(&map->entries[i]),
	 *		     map->entries[i].type);
	 */
	unsigned int next = 0;
	u64 pos = 0, last;

	for (;;) {
		while (heap_size && e820_last(&map->entries[heap[0]]) < pos)
			heap_pop(map);
		if (!heap_size) {
			if (next == map->nr)
				return;
			pos = map->entries[next].addr;
		}
		while (next < map->nr && map->entries[next].addr == pos)
			heap_push(map, (u16)next++);
		last = e820_last(&map->entries[heap[0]]);
		if (next < map->nr)
			last = min(last, map->entries[next].addr - 1);
		emit(pos, last, map->entries[heap[0]].type);
		if (last == UINT64_MAX)
			return;
		pos = last + 1;
	}
	/* LAB 2.2 END */
}

/* Drop up to `excess` pieces of swept[], from the top, that are RAM or are not. */
static unsigned int drop_pieces(bool ram, unsigned int excess, e820_fate_fn fate)
{
	unsigned int i, told = 0;

	for (i = nr_swept; i-- > 0 && told < excess;) {
		if ((swept[i].type == E820_RAM) != ram)
			continue;
		told += tell(fate, &swept[i], E820_NO_ROOM);
		swept[i].size = 0;
	}
	return told;
}

/* Make swept[] fit into a map. A hole is as safe as a reserved range is. */
static unsigned int drop_excess(e820_fate_fn fate)
{
	unsigned int excess, told;

	if (nr_swept <= E820_MAX)
		return 0;
	excess = nr_swept - E820_MAX;
	told = drop_pieces(false, excess, fate);
	return told + drop_pieces(true, excess - told, fate);
}

bool e820_add(struct e820_map *map, u64 addr, u64 size, u32 type)
{
	if (map->nr >= E820_MAX)
		return false;
	map->entries[map->nr++] = (struct e820_entry){addr, size, type};
	return true;
}

unsigned int e820_sanitize(struct e820_map *map, e820_fate_fn fate)
{
	unsigned int i, told;

	map->nr = min_t(unsigned int, map->nr, E820_MAX);
	told = drop_invalid(map, fate);
	sort(map->entries, map->nr, sizeof(map->entries[0]), compare_addr, NULL);
	sweep(map);
	told += drop_excess(fate);
	map->nr = 0;
	for (i = 0; i < nr_swept; i++) {
		if (swept[i].size)
			map->entries[map->nr++] = swept[i];
	}
	return told;
}

bool e820_add_compacting(struct e820_map *map, u64 addr, u64 size, u32 type)
{
	if (e820_add(map, addr, size, type))
		return true;
	e820_sanitize(map, e820_print_fate);
	if (e820_add(map, addr, size, type))
		return true;
	if (type != E820_RAM)
		e820_range_remove(map, addr, size, E820_RAM, true);
	return false;
}

/* What a change of [lo, hi] does to one entry: the inside gets its new type or,
 * with NULL, vanishes; what sticks out on either side stays. The inside comes
 * first: if the map is full, rather lose RAM than use what was taken out of it. */
static void cut_entry(struct e820_map *map, unsigned int index, u64 lo, u64 hi,
                      const u32 *new_type)
{
	struct e820_entry old = map->entries[index], pieces[3];
	unsigned int i, nr = 0;

	if (new_type)
		pieces[nr++] = (struct e820_entry){lo, hi - lo + 1, *new_type};
	if (old.addr < lo)
		pieces[nr++] = (struct e820_entry){old.addr, lo - old.addr, old.type};
	if (hi < e820_last(&old))
		pieces[nr++] =
		    (struct e820_entry){hi + 1, e820_last(&old) - hi, old.type};
	map->entries[index].size = 0;
	for (i = 0; i < nr; i++) {
		if (i == 0)
			map->entries[index] = pieces[i];
		else if (!e820_add(map, pieces[i].addr, pieces[i].size, pieces[i].type))
			e820_print_fate(&pieces[i], E820_NO_ROOM);
	}
}

/* With old_type NULL, every type; with new_type NULL, remove. */
static u64 change_range(struct e820_map *map, u64 start, u64 size, const u32 *old_type,
                        const u32 *new_type)
{
	u64 last = size - 1 > UINT64_MAX - start ? UINT64_MAX : start + (size - 1);
	unsigned int i, nr = map->nr;
	u64 changed = 0;

	if (!size)
		return 0;
	for (i = 0; i < nr; i++) {
		const struct e820_entry *entry = &map->entries[i];
		u64 lo = max(entry->addr, start);
		u64 hi = min(e820_last(entry), last);

		if (lo > hi || (old_type && entry->type != *old_type))
			continue;
		changed += hi - lo + 1;
		cut_entry(map, i, lo, hi, new_type);
	}
	e820_sanitize(map, NULL);
	return changed;
}

u64 e820_range_update(struct e820_map *map, u64 start, u64 size, u32 old_type,
                      u32 new_type)
{
	return change_range(map, start, size, &old_type, &new_type);
}

u64 e820_range_remove(struct e820_map *map, u64 start, u64 size, u32 old_type,
                      bool check_type)
{
	return change_range(map, start, size, check_type ? &old_type : NULL, NULL);
}

unsigned long e820_end_of_ram_pfn(const struct e820_map *map, unsigned long limit_pfn)
{
	unsigned long start, end, highest = 0;
	unsigned int i;

	for_each_ram_range(map, limit_pfn, i, start, end) highest = end;
	return highest;
}

u64 e820_ram_above(const struct e820_map *map, unsigned long limit_pfn)
{
	u64 limit = PFN_PHYS(limit_pfn), bytes = 0;
	unsigned int i;

	for (i = 0; i < map->nr; i++) {
		const struct e820_entry *entry = &map->entries[i];

		if (entry->type == E820_RAM && e820_last(entry) >= limit)
			bytes += e820_last(entry) - max(entry->addr, limit) + 1;
	}
	return bytes;
}

u64 e820_ram_bytes(const struct e820_map *map)
{
	return e820_ram_above(map, 0);
}

bool e820_all_of_type(const struct e820_map *map, u64 start, u64 end, u32 type)
{
	unsigned int i;

	for (i = 0; i < map->nr && start < end; i++) {
		const struct e820_entry *entry = &map->entries[i];

		if (e820_last(entry) < start)
			continue;
		if (entry->addr > start || entry->type != type)
			return false;
		if (e820_last(entry) >= end - 1)
			return true;
		start = e820_last(entry) + 1;
	}
	return start >= end;
}

bool e820_next_ram(const struct e820_map *map, unsigned long limit_pfn, unsigned int *i,
                   unsigned long *start_pfn, unsigned long *end_pfn)
{
	while (*i < map->nr) {
		const struct e820_entry *entry = &map->entries[(*i)++];
		u64 start, end, last = e820_last(entry);

		/* LAB 2.3 BEGIN
		 * The first of the frames that lie in the entry with all their bytes
		 * and below limit_pfn, and the one behind the last of them.
		 * START WITH
		 *	(void)limit_pfn;
		 *	start = entry->addr >> PAGE_SHIFT;
		 *	end = last >> PAGE_SHIFT;
		 */
		start = (entry->addr >> PAGE_SHIFT) + !IS_ALIGNED(entry->addr, PAGE_SIZE);
		end = (last >> PAGE_SHIFT) + IS_ALIGNED(last + 1, PAGE_SIZE);
		end = min(end, (u64)limit_pfn);
		/* LAB 2.3 END */
		if (entry->type != E820_RAM || start >= end)
			continue;
		*start_pfn = (unsigned long)start;
		*end_pfn = (unsigned long)end;
		return true;
	}
	return false;
}
