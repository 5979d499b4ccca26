/*
 * Text to number. One routine turns digits into a value and says where they end
 * and whether 64 bits held them; the others judge what stands around them.
 */
#include <lib/ctype.h>
#include <lib/errno.h>
#include <lib/kstrtox.h>
#include <lib/math64.h>

#define U64_MAX (~0ULL)

#define BASE_MAX 16

static unsigned int digit_value(char c)
{
	if (isdigit(c))
		return (unsigned int)(c - '0');
	if (isxdigit(c))
		return (unsigned int)(tolower(c) - 'a') + 10;
	return BASE_MAX;
}

/* Behind a 0x if that belongs to the number; settles base 0. */
static const char *skip_prefix(const char *s, unsigned int *base)
{
	bool hex =
	    s[0] == '0' && (s[1] == 'x' || s[1] == 'X') && digit_value(s[2]) < BASE_MAX;

	if (*base == 0 && hex)
		*base = 16;
	else if (*base == 0)
		*base = s[0] == '0' ? 8 : 10;
	return hex && *base == 16 ? s + 2 : s;
}

/*
 * Digits of `base` (0: as C) at s. Returns 0 and the value, -EINVAL if there is
 * none, -ERANGE if it does not fit (*value is U64_MAX then). *end: behind them.
 */
static int parse_digits(const char *s, unsigned int base, u64 *value, const char **end)
{
	const char *start = s = skip_prefix(s, &base);
	u64 most = div_u64(U64_MAX, base);
	int err = 0;

	*value = 0;
	for (; digit_value(*s) < base; s++) {
		u64 digit = digit_value(*s);

		if (*value > most || *value * base > U64_MAX - digit)
			err = -ERANGE;
		*value = err ? U64_MAX : *value * base + digit;
	}
	*end = s;
	return s == start ? -EINVAL : err;
}

int kstrtoull(const char *s, unsigned int base, u64 *res)
{
	const char *end;
	u64 value;
	int err;

	if (*s == '+')
		s++;
	err = parse_digits(s, base, &value, &end);
	if (*end == '\n')
		end++;
	if (err == -EINVAL || *end)
		return -EINVAL;
	if (err)
		return err;
	*res = value;
	return 0;
}

int kstrtoul(const char *s, unsigned int base, unsigned long *res)
{
	u64 value;
	int err = kstrtoull(s, base, &value);

	if (err)
		return err;
	if (value != (unsigned long)value)
		return -ERANGE;
	*res = (unsigned long)value;
	return 0;
}

/* The power of two that a suffix stands for; 0 if it is none. */
static unsigned int suffix_shift(char c)
{
	switch (toupper(c)) {
	case 'K':
		return 10;
	case 'M':
		return 20;
	case 'G':
		return 30;
	case 'T':
		return 40;
	case 'P':
		return 50;
	case 'E':
		return 60;
	default:
		return 0;
	}
}

/* As parse_digits(), with the suffix. */
static int parse_memory_size(const char *s, u64 *value, const char **end)
{
	int err = parse_digits(s, 0, value, end);
	unsigned int shift;

	if (err == -EINVAL)
		return err;
	shift = suffix_shift(**end);
	if (shift)
		(*end)++;
	if (err || *value > U64_MAX >> shift) {
		*value = U64_MAX;
		return -ERANGE;
	}
	*value <<= shift;
	return 0;
}

bool memparse_checked(const char *s, u64 *out, const char **end)
{
	const char *behind;
	u64 value;

	if (parse_memory_size(s, &value, &behind) != 0)
		return false;
	*out = value;
	if (end)
		*end = behind;
	return true;
}

u64 memparse(const char *s, char **end)
{
	const char *behind;
	u64 value;

	if (parse_memory_size(s, &value, &behind) == -EINVAL)
		behind = s;
	if (end)
		*end = (char *)(uintptr_t)behind;
	return value;
}
