/*
 * Arrays of bits as sets: whole ranges at once. Bits are numbered as in
 * lib/bitops.h; nothing here is atomic. nbits counts the bits of the map that
 * mean something; those above it, up to the end of the last word, are neither
 * changed (except by zero and fill) nor counted.
 */
#ifndef LIB_BITMAP_H
#define LIB_BITMAP_H

#include <lib/bitops.h>
#include <lib/types.h>

#define DECLARE_BITMAP(name, nbits) unsigned long name[BITS_TO_LONGS(nbits)]

/* Clear (set) the whole map, the unused bits of the last word included. */
void bitmap_zero(unsigned long *map, unsigned long nbits);
void bitmap_fill(unsigned long *map, unsigned long nbits);

/* Set (clear) the bits [start, start + nr). */
void bitmap_set(unsigned long *map, unsigned long start, unsigned long nr);
void bitmap_clear(unsigned long *map, unsigned long start, unsigned long nr);

/* How many of the first nbits are set. */
unsigned long bitmap_weight(const unsigned long *map, unsigned long nbits);

bool bitmap_empty(const unsigned long *map, unsigned long nbits);
bool bitmap_full(const unsigned long *map, unsigned long nbits);

/*
 * First fit: the lowest start >= `from` such that start + align_offset is a
 * multiple of align_mask + 1 (a power of two) and all of [start, start + nr) is
 * zero and below nbits. Returns nbits if there is no such place.
 */
unsigned long bitmap_find_next_zero_area_off(const unsigned long *map,
                                             unsigned long nbits, unsigned long from,
                                             unsigned long nr, unsigned long align_mask,
                                             unsigned long align_offset);

static inline unsigned long bitmap_find_next_zero_area(const unsigned long *map,
                                                       unsigned long nbits,
                                                       unsigned long from,
                                                       unsigned long nr,
                                                       unsigned long align_mask)
{
	return bitmap_find_next_zero_area_off(map, nbits, from, nr, align_mask, 0);
}

#endif
