/*
 * Searching arrays of bits, a word at a time: a word in which no bit of interest
 * is left costs one comparison. The search for zeros is the one for ones in the
 * words' complement.
 */
#include <lib/bitops.h>

#define ALL_ONES (~0UL)

/* The first set bit of addr XOR invert in [offset, size), or size. */
static unsigned long find_next(const unsigned long *addr, unsigned long size,
                               unsigned long offset, unsigned long invert)
{
	unsigned long base;
	unsigned long word;
	unsigned long bit;

	if (offset >= size)
		return size;
	base = offset - offset % BITS_PER_LONG;
	word = (addr[BIT_WORD(offset)] ^ invert) & (ALL_ONES << offset % BITS_PER_LONG);
	while (!word) {
		if (size - base <= BITS_PER_LONG)
			return size;
		base += BITS_PER_LONG;
		word = addr[BIT_WORD(base)] ^ invert;
	}
	bit = base + __ffs(word);
	return bit < size ? bit : size;
}

unsigned long find_next_bit(const unsigned long *addr, unsigned long size,
                            unsigned long offset)
{
	return find_next(addr, size, offset, 0);
}

unsigned long find_next_zero_bit(const unsigned long *addr, unsigned long size,
                                 unsigned long offset)
{
	return find_next(addr, size, offset, ALL_ONES);
}

unsigned long find_last_bit(const unsigned long *addr, unsigned long size)
{
	unsigned long nr = BITS_TO_LONGS(size);
	unsigned long used = size % BITS_PER_LONG;
	unsigned long mask = used ? ALL_ONES >> (BITS_PER_LONG - used) : ALL_ONES;

	while (nr--) {
		unsigned long word = addr[nr] & mask;

		if (word)
			return nr * BITS_PER_LONG + __fls(word);
		mask = ALL_ONES;
	}
	return size;
}
