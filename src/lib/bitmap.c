/*
 * Bitmaps: ranges of bits, with whole words in the middle and a mask at each
 * end. Invariant: no function writes a bit outside of the range that it was
 * given, except zero and fill, which own the last word's unused bits.
 */
#include <lib/bitmap.h>
#include <lib/string.h>
#include <lib/util.h>

#define ALL_ONES (~0UL)

void bitmap_zero(unsigned long *map, unsigned long nbits)
{
	memset(map, 0, BITS_TO_LONGS(nbits) * sizeof(*map));
}

void bitmap_fill(unsigned long *map, unsigned long nbits)
{
	memset(map, (int)(u8)ALL_ONES, BITS_TO_LONGS(nbits) * sizeof(*map));
}

/* The bits of the word that holds `start` which are in [start, end). */
static unsigned long mask_in_word(unsigned long start, unsigned long end)
{
	unsigned long first = start % BITS_PER_LONG;
	unsigned long nr = min(end - start, BITS_PER_LONG - first);

	return ALL_ONES >> (BITS_PER_LONG - nr) << first;
}

/* Make every bit of [start, start + nr) one bit of `pattern`. */
static void write_range(unsigned long *map, unsigned long start, unsigned long nr,
                        unsigned long pattern)
{
	unsigned long end = start + nr;
	unsigned long words;

	if (nr && start % BITS_PER_LONG) {
		unsigned long mask = mask_in_word(start, end);
		unsigned long *word = &map[BIT_WORD(start)];

		*word = (*word & ~mask) | (pattern & mask);
		start = min(end, (unsigned long)ALIGN(start, BITS_PER_LONG));
	}
	words = (end - start) / BITS_PER_LONG;
	memset(&map[BIT_WORD(start)], (int)(u8)pattern, words * sizeof(*map));
	start += words * BITS_PER_LONG;
	if (start < end) {
		unsigned long mask = mask_in_word(start, end);
		unsigned long *word = &map[BIT_WORD(start)];

		*word = (*word & ~mask) | (pattern & mask);
	}
}

void bitmap_set(unsigned long *map, unsigned long start, unsigned long nr)
{
	write_range(map, start, nr, ALL_ONES);
}

void bitmap_clear(unsigned long *map, unsigned long start, unsigned long nr)
{
	write_range(map, start, nr, 0);
}

unsigned long bitmap_weight(const unsigned long *map, unsigned long nbits)
{
	unsigned long whole = nbits / BITS_PER_LONG;
	unsigned long weight = 0;

	for (unsigned long i = 0; i < whole; i++)
		weight += hweight_long(map[i]);
	if (nbits % BITS_PER_LONG)
		weight +=
		    hweight_long(map[whole] & mask_in_word(0, nbits % BITS_PER_LONG));
	return weight;
}

bool bitmap_empty(const unsigned long *map, unsigned long nbits)
{
	return find_first_bit(map, nbits) == nbits;
}

bool bitmap_full(const unsigned long *map, unsigned long nbits)
{
	return find_first_zero_bit(map, nbits) == nbits;
}

/* The lowest number >= start that is a multiple of mask + 1 after adding offset;
 * wraps to below start if there is none. */
static unsigned long align_start(unsigned long start, unsigned long mask,
                                 unsigned long offset)
{
	return ((start + offset + mask) & ~mask) - offset;
}

unsigned long bitmap_find_next_zero_area_off(const unsigned long *map,
                                             unsigned long nbits, unsigned long from,
                                             unsigned long nr, unsigned long align_mask,
                                             unsigned long align_offset)
{
	for (;;) {
		unsigned long zero = find_next_zero_bit(map, nbits, from);
		unsigned long start = align_start(zero, align_mask, align_offset);
		unsigned long used;

		if (start < zero || start >= nbits || nr > nbits - start)
			return nbits;
		used = find_next_bit(map, start + nr, start);
		if (used >= start + nr)
			return start;
		from = used + 1;
	}
}
