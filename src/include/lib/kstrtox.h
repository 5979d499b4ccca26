/*
 * Text to number, for what people and firmware wrote: nothing is accepted that
 * would be silently cut. None of these sleeps.
 */
#ifndef LIB_KSTRTOX_H
#define LIB_KSTRTOX_H

#include <lib/compiler.h>
#include <lib/types.h>

/*
 * The whole of s, an optional '+' before it and an optional newline behind it,
 * as a number in `base` (2..16), or with base 0 as C spells them: 0x1f, 017, 15.
 * In base 16 the 0x may be there or not. Returns 0, -EINVAL if that is not a
 * number, -ERANGE if it does not fit; *res changes only with 0.
 */
int __must_check kstrtoull(const char *s, unsigned int base, u64 *res);
int __must_check kstrtoul(const char *s, unsigned int base, unsigned long *res);

/*
 * A number as C spells it with an optional suffix K M G T P E (powers of 1024,
 * either case), as in mem=512M. Returns false if s does not start with a digit
 * or the result has more than 64 bits. *end, unless end is NULL, is what stands
 * behind the last character used; *out and *end change only with true.
 */
bool __must_check memparse_checked(const char *s, u64 *out, const char **end);

/*
 * Linux's form of the same: 0 and *end = s without digits; the largest u64 on
 * overflow, *end behind the number. end may be NULL.
 */
u64 memparse(const char *s, char **end);

#endif
