/*
 * printf's formatting, as lib/vsprintf.h describes it.
 *
 * A conversion is parsed into a struct spec, its text is made (a number's digits
 * from the last to the first in a small buffer), and one function lays out sign,
 * prefix, zeros, digits and spaces. All output goes through put(), which counts
 * every byte and stores those that fit, so nothing else knows the buffer's end.
 *
 * Unlike Linux's, the only extensions of %p are %pS and %pa, and a plain %p
 * prints the address: this kernel keeps no secrets from who studies it.
 */
#include <lib/ctype.h>
#include <lib/math64.h>
#include <lib/string.h>
#include <lib/util.h>
#include <lib/vsprintf.h>

#define DIGITS_MAX     22 /* of 64 bits in octal */
#define SYMBOL_SIZE    128
#define POINTER_DIGITS (2 * (int)sizeof(void *))
#define PHYS_DIGITS    (2 * (int)sizeof(phys_addr_t))

struct output {
	char *buf;
	size_t size;
	size_t len; /* of the whole text, stored or not */
};

enum length {
	LENGTH_INT,
	LENGTH_CHAR,
	LENGTH_SHORT,
	LENGTH_LONG,
	LENGTH_LONG_LONG,
	LENGTH_SIZE,
	LENGTH_PTRDIFF,
	LENGTH_INTMAX,
};

struct spec {
	bool left;     /* - */
	bool plus;     /* + */
	bool space;    /* ' ' */
	bool prefix;   /* # */
	bool zero;     /* 0 */
	int width;     /* at least so many characters */
	int precision; /* -1: none given */
	enum length length;
	unsigned int base;
	bool upper;
};

static void put(struct output *out, char c)
{
	if (out->len < out->size)
		out->buf[out->len] = c;
	out->len++;
}

static void put_many(struct output *out, char c, int nr)
{
	while (nr-- > 0)
		put(out, c);
}

static void put_text(struct output *out, const char *text, int len)
{
	while (len-- > 0)
		put(out, *text++);
}

/* `body` of len characters, with spaces on one side up to the width. */
static void put_padded(struct output *out, const struct spec *spec, const char *body,
                       int len)
{
	if (!spec->left)
		put_many(out, ' ', spec->width - len);
	put_text(out, body, len);
	if (spec->left)
		put_many(out, ' ', spec->width - len);
}

/* The digits of value without leading zeros ("" for 0), right-aligned in
 * digits[DIGITS_MAX]. Returns how many. */
static int make_digits(char *digits, u64 value, const struct spec *spec)
{
	const char *alphabet = spec->upper ? "0123456789ABCDEF" : "0123456789abcdef";
	int nr = 0;

	while (value) {
		u32 digit;

		value = div_u64_rem(value, spec->base, &digit);
		digits[DIGITS_MAX - ++nr] = alphabet[digit];
	}
	return nr;
}

/* `sign` is '-', '+', ' ' or NUL for none. */
static void put_number(struct output *out, const struct spec *spec, u64 value,
                       char sign)
{
	char digits[DIGITS_MAX];
	int nr = make_digits(digits, value, spec);
	bool hex_prefix = spec->prefix && spec->base == 16 && value;
	int before = (sign ? 1 : 0) + (hex_prefix ? 2 : 0);
	int precision = spec->precision;
	int zeros;

	if (precision < 0)
		precision =
		    spec->zero && !spec->left ? max(spec->width - before, 1) : 1;
	if (spec->prefix && spec->base == 8 && precision <= nr)
		precision = nr + 1;
	zeros = precision > nr ? precision - nr : 0;

	if (!spec->left)
		put_many(out, ' ', spec->width - before - zeros - nr);
	if (sign)
		put(out, sign);
	if (hex_prefix)
		put_text(out, spec->upper ? "0X" : "0x", 2);
	put_many(out, '0', zeros);
	put_text(out, digits + DIGITS_MAX - nr, nr);
	if (spec->left)
		put_many(out, ' ', spec->width - before - zeros - nr);
}

static s64 signed_argument(enum length length, va_list *args)
{
	switch (length) {
	case LENGTH_CHAR:
		return (signed char)va_arg(*args, int);
	case LENGTH_SHORT:
		return (short)va_arg(*args, int);
	case LENGTH_LONG:
		return va_arg(*args, long);
	case LENGTH_LONG_LONG:
	case LENGTH_INTMAX:
		return va_arg(*args, long long);
	case LENGTH_SIZE:
	case LENGTH_PTRDIFF:
		return va_arg(*args, ptrdiff_t);
	default:
		return va_arg(*args, int);
	}
}

static u64 unsigned_argument(enum length length, va_list *args)
{
	switch (length) {
	case LENGTH_CHAR:
		return (unsigned char)va_arg(*args, unsigned int);
	case LENGTH_SHORT:
		return (unsigned short)va_arg(*args, unsigned int);
	case LENGTH_LONG:
		return va_arg(*args, unsigned long);
	case LENGTH_LONG_LONG:
	case LENGTH_INTMAX:
		return va_arg(*args, unsigned long long);
	case LENGTH_SIZE:
	case LENGTH_PTRDIFF:
		return va_arg(*args, size_t);
	default:
		return va_arg(*args, unsigned int);
	}
}

static void put_signed(struct output *out, const struct spec *spec, s64 value)
{
	char sign = '\0';

	if (value < 0)
		sign = '-';
	else if (spec->plus)
		sign = '+';
	else if (spec->space)
		sign = ' ';
	put_number(out, spec, value < 0 ? 0 - (u64)value : (u64)value, sign);
}

static void put_string(struct output *out, const struct spec *spec, const char *text)
{
	size_t max = spec->precision < 0 ? (size_t)INT32_MAX : (size_t)spec->precision;

	if (!text)
		text = "(null)";
	put_padded(out, spec, text, (int)strnlen(text, max));
}

static const char *address_as_symbol(unsigned long addr, char *buf, size_t size)
{
	snprintf(buf, size, "0x%lx", addr);
	return buf;
}

const char *(*vsnprintf_symbol)(unsigned long addr, char *buf,
                                size_t size) = address_as_symbol;

/* %p and its extensions; returns where the format goes on. */
static const char *put_pointer(struct output *out, struct spec *spec, const char *fmt,
                               const void *ptr)
{
	char symbol[SYMBOL_SIZE];

	spec->base = 16;
	if (*fmt == 'S') {
		spec->precision = -1;
		put_string(
		    out, spec,
		    vsnprintf_symbol((unsigned long)ptr, symbol, sizeof(symbol)));
		return fmt + 1;
	}
	if (*fmt == 'a' && ptr) {
		put_text(out, "0x", 2);
		spec->precision = PHYS_DIGITS;
		put_number(out, spec, *(const phys_addr_t *)ptr, '\0');
		return fmt + 1;
	}
	spec->precision = POINTER_DIGITS;
	put_number(out, spec, (uintptr_t)ptr, '\0');
	return fmt;
}

static const char *parse_flags(const char *fmt, struct spec *spec)
{
	for (;; fmt++) {
		switch (*fmt) {
		case '-':
			spec->left = true;
			break;
		case '+':
			spec->plus = true;
			break;
		case ' ':
			spec->space = true;
			break;
		case '#':
			spec->prefix = true;
			break;
		case '0':
			spec->zero = true;
			break;
		default:
			return fmt;
		}
	}
}

/* A decimal number or * for an int argument; 0 if neither stands there. Stops
 * growing before it could overflow. */
static const char *parse_number(const char *fmt, int *number, va_list *args)
{
	*number = 0;
	if (*fmt == '*') {
		*number = va_arg(*args, int);
		return fmt + 1;
	}
	for (; isdigit(*fmt); fmt++) {
		if (*number < INT16_MAX)
			*number = *number * 10 + (*fmt - '0');
	}
	return fmt;
}

static const char *parse_length(const char *fmt, struct spec *spec)
{
	static const struct {
		char letter;
		enum length once;
		enum length twice;
	} lengths[] = {
	    {'h', LENGTH_SHORT, LENGTH_CHAR},    {'l', LENGTH_LONG, LENGTH_LONG_LONG},
	    {'z', LENGTH_SIZE, LENGTH_SIZE},     {'t', LENGTH_PTRDIFF, LENGTH_PTRDIFF},
	    {'j', LENGTH_INTMAX, LENGTH_INTMAX},
	};

	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		bool twice = lengths[i].once != lengths[i].twice;

		if (*fmt != lengths[i].letter)
			continue;
		if (twice && fmt[1] == *fmt) {
			spec->length = lengths[i].twice;
			return fmt + 2;
		}
		spec->length = lengths[i].once;
		return fmt + 1;
	}
	return fmt;
}

/* All between the % and the conversion's letter; returns where that stands. */
static const char *parse_spec(const char *fmt, struct spec *spec, va_list *args)
{
	memset(spec, 0, sizeof(*spec));
	spec->precision = -1;

	fmt = parse_flags(fmt, spec);
	fmt = parse_number(fmt, &spec->width, args);
	if (spec->width < 0) {
		spec->left = true;
		spec->width = spec->width > -INT16_MAX ? -spec->width : INT16_MAX;
	}
	if (*fmt == '.') {
		fmt = parse_number(fmt + 1, &spec->precision, args);
		if (spec->precision < 0)
			spec->precision = -1;
	}
	return parse_length(fmt, spec);
}

/* Returns the base of an unsigned conversion, or 0 if the letter is none. */
static unsigned int base_of(char conversion)
{
	switch (conversion) {
	case 'u':
		return 10;
	case 'o':
		return 8;
	case 'x':
	case 'X':
		return 16;
	default:
		return 0;
	}
}

/*
 * One conversion; `fmt` stands behind its %. Returns where the format goes on.
 * An unknown one is printed as it stands.
 */
static const char *put_conversion(struct output *out, const char *fmt, va_list *args)
{
	struct spec spec;
	const char *start = fmt;
	char letter;

	fmt = parse_spec(fmt, &spec, args);
	letter = *fmt;
	if (letter == '%') {
		put(out, '%');
	} else if (letter == 'c') {
		char c = (char)va_arg(*args, int);

		put_padded(out, &spec, &c, 1);
	} else if (letter == 's') {
		put_string(out, &spec, va_arg(*args, const char *));
	} else if (letter == 'p') {
		return put_pointer(out, &spec, fmt + 1, va_arg(*args, const void *));
	} else if (letter == 'd' || letter == 'i') {
		spec.base = 10;
		put_signed(out, &spec, signed_argument(spec.length, args));
	} else if (base_of(letter)) {
		spec.base = base_of(letter);
		spec.upper = letter == 'X';
		put_number(out, &spec, unsigned_argument(spec.length, args), '\0');
	} else {
		put(out, '%');
		return start;
	}
	return fmt + 1;
}

int vsnprintf(char *buf, size_t size, const char *fmt, va_list args)
{
	struct output out = {buf, size, 0};
	va_list ap;

	va_copy(ap, args);
	while (*fmt) {
		if (*fmt == '%')
			fmt = put_conversion(&out, fmt + 1, &ap);
		else
			put(&out, *fmt++);
	}
	va_end(ap);

	if (size)
		buf[out.len < size ? out.len : size - 1] = '\0';
	return (int)out.len;
}

int vscnprintf(char *buf, size_t size, const char *fmt, va_list args)
{
	int len = vsnprintf(buf, size, fmt, args);

	if (size == 0)
		return 0;
	return (size_t)len < size ? len : (int)size - 1;
}

int snprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list args;
	int len;

	va_start(args, fmt);
	len = vsnprintf(buf, size, fmt, args);
	va_end(args);
	return len;
}

int scnprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list args;
	int len;

	va_start(args, fmt);
	len = vscnprintf(buf, size, fmt, args);
	va_end(args);
	return len;
}
