/*
 * Single bits: in a word, and in an array of words (bit n of the array is bit
 * n % BITS_PER_LONG of word n / BITS_PER_LONG).
 *
 * set_bit() and its like are atomic and full barriers, as between CPUs or
 * against an interrupt; those with two underscores are plain and want a lock or
 * a single owner.
 */
#ifndef LIB_BITOPS_H
#define LIB_BITOPS_H

#include <lib/types.h>

#define BITS_PER_LONG     32
#define BITS_PER_BYTE     8
#define BITS_TO_LONGS(nr) (((nr) + BITS_PER_LONG - 1) / BITS_PER_LONG)

#define BIT_WORD(nr) ((nr) / BITS_PER_LONG)
#define BIT_MASK(nr) (1UL << ((nr) % BITS_PER_LONG))

_Static_assert(sizeof(unsigned long) * BITS_PER_BYTE == BITS_PER_LONG, "i386");

static inline void set_bit(unsigned long nr, volatile unsigned long *addr)
{
	__atomic_fetch_or(&addr[BIT_WORD(nr)], BIT_MASK(nr), __ATOMIC_SEQ_CST);
}

static inline void clear_bit(unsigned long nr, volatile unsigned long *addr)
{
	__atomic_fetch_and(&addr[BIT_WORD(nr)], ~BIT_MASK(nr), __ATOMIC_SEQ_CST);
}

static inline void change_bit(unsigned long nr, volatile unsigned long *addr)
{
	__atomic_fetch_xor(&addr[BIT_WORD(nr)], BIT_MASK(nr), __ATOMIC_SEQ_CST);
}

static inline bool test_bit(unsigned long nr, const volatile unsigned long *addr)
{
	return (addr[BIT_WORD(nr)] & BIT_MASK(nr)) != 0;
}

/* These return the bit's value before. */
static inline bool test_and_set_bit(unsigned long nr, volatile unsigned long *addr)
{
	unsigned long old =
	    __atomic_fetch_or(&addr[BIT_WORD(nr)], BIT_MASK(nr), __ATOMIC_SEQ_CST);

	return (old & BIT_MASK(nr)) != 0;
}

static inline bool test_and_clear_bit(unsigned long nr, volatile unsigned long *addr)
{
	unsigned long old =
	    __atomic_fetch_and(&addr[BIT_WORD(nr)], ~BIT_MASK(nr), __ATOMIC_SEQ_CST);

	return (old & BIT_MASK(nr)) != 0;
}

static inline void __set_bit(unsigned long nr, unsigned long *addr)
{
	addr[BIT_WORD(nr)] |= BIT_MASK(nr);
}

static inline void __clear_bit(unsigned long nr, unsigned long *addr)
{
	addr[BIT_WORD(nr)] &= ~BIT_MASK(nr);
}

static inline void __change_bit(unsigned long nr, unsigned long *addr)
{
	addr[BIT_WORD(nr)] ^= BIT_MASK(nr);
}

static inline bool __test_and_set_bit(unsigned long nr, unsigned long *addr)
{
	bool old = test_bit(nr, addr);

	__set_bit(nr, addr);
	return old;
}

static inline bool __test_and_clear_bit(unsigned long nr, unsigned long *addr)
{
	bool old = test_bit(nr, addr);

	__clear_bit(nr, addr);
	return old;
}

/* The number of the lowest (highest) set bit, from 0. word must not be 0. */
static inline unsigned int __ffs(unsigned long word)
{
	return (unsigned int)__builtin_ctzl(word);
}

static inline unsigned int __fls(unsigned long word)
{
	return BITS_PER_LONG - 1 - (unsigned int)__builtin_clzl(word);
}

/* The same counted from 1; 0 if no bit is set. */
static inline unsigned int ffs(unsigned long word)
{
	return word ? __ffs(word) + 1 : 0;
}

static inline unsigned int fls(unsigned long word)
{
	return word ? __fls(word) + 1 : 0;
}

static inline unsigned int fls64(u64 word)
{
	unsigned long high = (unsigned long)(word >> BITS_PER_LONG);

	return high ? fls(high) + BITS_PER_LONG : fls((unsigned long)word);
}

/* The number of set bits, by adding neighbours in ever wider fields (Warren,
 * Hacker's Delight, 5-1): the compiler's builtin would call libgcc. */
static inline unsigned int hweight_long(unsigned long word)
{
	word -= (word >> 1) & 0x55555555UL;
	word = (word & 0x33333333UL) + ((word >> 2) & 0x33333333UL);
	word = (word + (word >> 4)) & 0x0F0F0F0FUL;
	return (unsigned int)((word * 0x01010101UL) >> 24);
}

/* The logarithm to base 2, rounded down. n must not be 0. */
static inline unsigned int ilog2(u64 n)
{
	return fls64(n) - 1;
}

/* The nearest power of two that is not above (not below) n, which is not 0; for
 * roundup at most 1UL << 31. */
static inline unsigned long rounddown_pow_of_two(unsigned long n)
{
	return 1UL << __fls(n);
}

static inline unsigned long roundup_pow_of_two(unsigned long n)
{
	return 1UL << fls(n - 1);
}

/*
 * The number of the first set (or zero) bit in [offset, size) of the array, or
 * size if there is none. Words are looked at whole; bits from size on are not
 * seen. find_last_bit: the highest one in [0, size).
 */
unsigned long find_next_bit(const unsigned long *addr, unsigned long size,
                            unsigned long offset);
unsigned long find_next_zero_bit(const unsigned long *addr, unsigned long size,
                                 unsigned long offset);
unsigned long find_last_bit(const unsigned long *addr, unsigned long size);

static inline unsigned long find_first_bit(const unsigned long *addr,
                                           unsigned long size)
{
	return find_next_bit(addr, size, 0);
}

static inline unsigned long find_first_zero_bit(const unsigned long *addr,
                                                unsigned long size)
{
	return find_next_zero_bit(addr, size, 0);
}

#define for_each_set_bit(bit, addr, size)                                              \
	for ((bit) = find_first_bit((addr), (size)); (bit) < (size);                   \
	     (bit) = find_next_bit((addr), (size), (bit) + 1))

#endif
