/*
 * The small macros that every kernel has. All of them evaluate each argument
 * once, except the ones whose names are in capitals.
 */
#ifndef LIB_UTIL_H
#define LIB_UTIL_H

#include <lib/types.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#define BIT(n)    (1UL << (n))
#define BITULL(n) (1ULL << (n))

#define KiB(n) ((n) * 1024ULL)
#define MiB(n) (KiB(n) * 1024)
#define GiB(n) (MiB(n) * 1024)

#define min(a, b)                                                              \
	({                                                                     \
		__typeof__(a) _a = (a);                                        \
		__typeof__(b) _b = (b);                                        \
		(void)(&_a == &_b);                                            \
		_a < _b ? _a : _b;                                             \
	})
#define max(a, b)                                                              \
	({                                                                     \
		__typeof__(a) _a = (a);                                        \
		__typeof__(b) _b = (b);                                        \
		(void)(&_a == &_b);                                            \
		_a > _b ? _a : _b;                                             \
	})
#define min_t(type, a, b) min((type)(a), (type)(b))
#define max_t(type, a, b) max((type)(a), (type)(b))
#define clamp(v, lo, hi)  min(max(v, lo), hi)

/* a must be a power of two; the result has the type of x */
#define ALIGN(x, a)      (((x) + ((__typeof__(x))(a) - 1)) & ~((__typeof__(x))(a) - 1))
#define ALIGN_DOWN(x, a) ((x) & ~((__typeof__(x))(a) - 1))
#define IS_ALIGNED(x, a) (((x) & ((__typeof__(x))(a) - 1)) == 0)

#define DIV_ROUND_UP(n, d) (((n) + (d) - 1) / (d))

#define is_power_of_2(n) ((n) != 0 && ((n) & ((n) - 1)) == 0)

#define container_of(ptr, type, member)                                        \
	({                                                                     \
		const __typeof__(((type *)0)->member) *_p = (ptr);             \
		(type *)((uintptr_t)_p - offsetof(type, member));              \
	})

#define swap(a, b)                                                             \
	do {                                                                   \
		__typeof__(a) _t = (a);                                        \
		(a) = (b);                                                     \
		(b) = _t;                                                      \
	} while (0)

#define static_assert _Static_assert

#endif
