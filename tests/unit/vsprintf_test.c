/* printf's formatting; the expected texts follow ISO C11, 7.21.6.1. */
#include "ktest.h"

#include <lib/string.h>
#include <lib/vsprintf.h>

/* Not declared with __printf: the compiler would object to the odd ones. */
static const char *format(const char *fmt, ...)
{
	static char text[256];
	va_list args;
	int len;

	memset(text, '?', sizeof(text));
	va_start(args, fmt);
	len = vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (len != (int)strlen(text))
		return "vsnprintf returned another length than it wrote";
	return text;
}

TEST(vsprintf, plain_text_and_percent_signs_pass)
{
	EXPECT_STR(format(""), "");
	EXPECT_STR(format("plain"), "plain");
	EXPECT_STR(format("100%%"), "100%");
	EXPECT_STR(format("%%%d%%", 7), "%7%");
}

TEST(vsprintf, integers_of_every_length)
{
	EXPECT_STR(format("%d %i", 42, -42), "42 -42");
	EXPECT_STR(format("%u", 4294967295U), "4294967295");
	EXPECT_STR(format("%hhd %hhu", 0x180, 0x1FF), "-128 255");
	EXPECT_STR(format("%hd %hu", 0x18000, 0x1FFFF), "-32768 65535");
	EXPECT_STR(format("%ld %lu", -1L, ~0UL), "-1 4294967295");
	EXPECT_STR(format("%lld", -9223372036854775807LL - 1), "-9223372036854775808");
	EXPECT_STR(format("%llu", ~0ULL), "18446744073709551615");
	EXPECT_STR(format("%zu %zd", (size_t)3000000000U, (size_t)5), "3000000000 5");
	EXPECT_STR(format("%td", (ptrdiff_t)-3), "-3");
	EXPECT_STR(format("%jd %ju", (intmax_t)-1, (uintmax_t)1 << 40),
	           "-1 1099511627776");
	EXPECT_STR(format("%d", -2147483647 - 1), "-2147483648");
}

TEST(vsprintf, an_argument_behind_a_long_one_is_found)
{
	EXPECT_STR(format("%llx %d %llx %s", 0x123456789ABCULL, 1, ~0ULL, "end"),
	           "123456789abc 1 ffffffffffffffff end");
}

TEST(vsprintf, bases_and_their_prefixes)
{
	EXPECT_STR(format("%x %X %o", 0xBEEF, 0xBEEF, 8), "beef BEEF 10");
	EXPECT_STR(format("%#x %#X %#o", 0xBEEF, 0xBEEF, 8), "0xbeef 0XBEEF 010");
	EXPECT_STR(format("%#x %#o", 0, 0), "0 0");
	EXPECT_STR(format("%llo", ~0ULL), "1777777777777777777777");
	EXPECT_STR(format("%#.3o %#.2o", 8, 8), "010 010");
	EXPECT_STR(format("%#.0o|%#.0x", 0, 0), "0|");
}

TEST(vsprintf, signs)
{
	EXPECT_STR(format("%+d %+d %+d", 1, 0, -1), "+1 +0 -1");
	EXPECT_STR(format("% d % d", 1, -1), " 1 -1");
	EXPECT_STR(format("%+ d", 1), "+1");
	EXPECT_STR(format("%+u % x", 1, 1), "1 1");
}

TEST(vsprintf, width_pads_with_spaces_or_zeros)
{
	EXPECT_STR(format("[%5d] [%-5d] [%05d]", 42, 42, 42),
	           "[   42] [42   ] [00042]");
	EXPECT_STR(format("[%5d] [%-5d] [%05d]", -42, -42, -42),
	           "[  -42] [-42  ] [-0042]");
	EXPECT_STR(format("[%-05d]", 42), "[42   ]");
	EXPECT_STR(format("[%2d] [%02d] [%0d]", 12345, 12345, 0),
	           "[12345] [12345] [0]");
	EXPECT_STR(format("[%#10x] [%#010x] [%-#10x]", 0xAB, 0xAB, 0xAB),
	           "[      0xab] [0x000000ab] [0xab      ]");
	EXPECT_STR(format("[%+05d]", 7), "[+0007]");
	EXPECT_STR(format("[%05x]", 0), "[00000]");
}

TEST(vsprintf, precision_is_the_least_number_of_digits)
{
	EXPECT_STR(format("[%.3d] [%.3d]", 7, -7), "[007] [-007]");
	EXPECT_STR(format("[%8.3d] [%-8.3d] [%08.3d]", 7, 7, 7),
	           "[     007] [007     ] [     007]");
	EXPECT_STR(format("[%.0d] [%.d] [%3.0d]", 0, 0, 0), "[] [] [   ]");
	EXPECT_STR(format("[%.0d]", 5), "[5]");
	EXPECT_STR(format("[%.40x]", 1), "[0000000000000000000000000000000000000001]");
}

TEST(vsprintf, width_and_precision_come_from_arguments)
{
	EXPECT_STR(format("[%*d] [%-*d] [%*d]", 4, 1, 4, 2, -4, 3),
	           "[   1] [2   ] [3   ]");
	EXPECT_STR(format("[%.*s] [%.*s]", 2, "abcd", -1, "abcd"), "[ab] [abcd]");
	EXPECT_STR(format("[%*.*x]", 6, 4, 0xA), "[  000a]");
}

TEST(vsprintf, strings_and_characters)
{
	static const char no_nul[3] = {'a', 'b', 'c'};

	EXPECT_STR(format("[%s] [%5s] [%-5s]", "ab", "ab", "ab"),
	           "[ab] [   ab] [ab   ]");
	EXPECT_STR(format("[%.3s] [%5.1s]", no_nul, "xyz"), "[abc] [    x]");
	EXPECT_STR(format("[%s]", (const char *)NULL), "[(null)]");
	EXPECT_STR(format("[%c] [%3c] [%-3c]", 'a', 'b', 'c'), "[a] [  b] [c  ]");
}

TEST(vsprintf, pointers_have_eight_digits)
{
	EXPECT_STR(format("%p", (void *)0xC0100000UL), "c0100000");
	EXPECT_STR(format("%p", (void *)NULL), "00000000");
	EXPECT_STR(format("[%10p] [%-10p]", (void *)0x1UL, (void *)0x1UL),
	           "[  00000001] [00000001  ]");
}

TEST(vsprintf, a_physical_address_is_printed_whole)
{
	phys_addr_t high = 0xFFFFFF000ULL;
	phys_addr_t zero = 0;

	EXPECT_STR(format("%pa-%pa", &zero, &high),
	           "0x0000000000000000-0x0000000ffffff000");
}

static const char *answer_with_a_symbol(unsigned long addr, char *buf, size_t size)
{
	snprintf(buf, size, "start_kernel+0x%lx/0x80", addr - 0xC0100000UL);
	return buf;
}

static const char *answer_with_the_address(unsigned long addr, char *buf, size_t size)
{
	snprintf(buf, size, "0x%lx", addr);
	return buf;
}

TEST(vsprintf, a_symbol_is_what_the_hook_says)
{
	const char *(*before)(unsigned long, char *, size_t) = vsnprintf_symbol;

	vsnprintf_symbol = answer_with_a_symbol;
	EXPECT_STR(format("[<%p>] %pS!", (void *)0xC0100012UL, (void *)0xC0100012UL),
	           "[<c0100012>] start_kernel+0x12/0x80!");
	EXPECT_STR(format("[%26pS]", (void *)0xC0100012UL),
	           "[    start_kernel+0x12/0x80]");
	vsnprintf_symbol = answer_with_the_address;
	EXPECT_STR(format("%pS", (void *)0xC0100012UL), "0xc0100012");
	vsnprintf_symbol = before;
}

TEST(vsprintf, an_unknown_conversion_is_copied)
{
	EXPECT_STR(format("%y %d", 5), "%y 5");
	EXPECT_STR(format("50%"), "50%");
	EXPECT_STR(format("%5"), "%5");
	EXPECT_STR(format("%-08.3lly", 5), "%-08.3lly");
}

TEST(vsprintf, output_is_cut_at_the_buffers_end)
{
	char buf[8];

	memset(buf, '?', sizeof(buf));
	EXPECT_EQ(snprintf(buf, 5, "%s", "abcdefgh"), 8);
	EXPECT_STR(buf, "abcd");
	EXPECT_EQ(buf[5], '?');
	EXPECT_EQ(snprintf(buf, 5, "%s", "abcd"), 4);
	EXPECT_STR(buf, "abcd");
	EXPECT_EQ(snprintf(buf, 1, "abc"), 3);
	EXPECT_STR(buf, "");
	EXPECT_EQ(snprintf(NULL, 0, "%d", 12345), 5);
}

TEST(vsprintf, scnprintf_returns_what_it_wrote)
{
	char buf[8] = "x";

	EXPECT_EQ(scnprintf(buf, sizeof(buf), "%s", "abc"), 3);
	EXPECT_EQ(scnprintf(buf, sizeof(buf), "%s", "abcdefghij"), 7);
	EXPECT_STR(buf, "abcdefg");
	EXPECT_EQ(scnprintf(buf, 0, "abc"), 0);
	EXPECT_STR(buf, "abcdefg");
}

TEST(vsprintf, an_absurd_width_does_no_harm)
{
	char buf[8];

	EXPECT_EQ(snprintf(buf, sizeof(buf), "%20000d", 1), 20000);
	EXPECT_STR(buf, "       ");
	EXPECT(strlen(format("%*d", -200, 1)) == 200);
}
