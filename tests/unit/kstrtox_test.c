/* Text to number: what is accepted, what is refused, what is too large. */
#include "ktest.h"

#include <lib/errno.h>
#include <lib/kstrtox.h>
#include <lib/util.h>

#define UNTOUCHED 0x5EEDULL

static const struct {
	const char *text;
	unsigned int base;
	int result;
	u64 value;
} numbers[] = {
    {"0", 0, 0, 0},
    {"0", 10, 0, 0},
    {"42", 0, 0, 42},
    {"+42", 0, 0, 42},
    {"42\n", 0, 0, 42},
    {"0x2a", 0, 0, 42},
    {"0X2A", 0, 0, 42},
    {"052", 0, 0, 42},
    {"52", 8, 0, 42},
    {"2a", 16, 0, 42},
    {"0x2a", 16, 0, 42},
    {"101010", 2, 0, 42},
    {"0000000000000000000000000042", 10, 0, 42},
    {"18446744073709551615", 0, 0, ~0ULL},
    {"0xffffffffffffffff", 0, 0, ~0ULL},
    {"01777777777777777777777", 0, 0, ~0ULL},
    {"18446744073709551616", 0, -ERANGE, UNTOUCHED},
    {"18446744073709551620", 0, -ERANGE, UNTOUCHED},
    {"0x10000000000000000", 0, -ERANGE, UNTOUCHED},
    {"99999999999999999999999999", 10, -ERANGE, UNTOUCHED},
    {"99999999999999999999999999z", 10, -EINVAL, UNTOUCHED},
    {"", 0, -EINVAL, UNTOUCHED},
    {"\n", 0, -EINVAL, UNTOUCHED},
    {"+", 0, -EINVAL, UNTOUCHED},
    {"-1", 0, -EINVAL, UNTOUCHED},
    {"++1", 0, -EINVAL, UNTOUCHED},
    {" 1", 0, -EINVAL, UNTOUCHED},
    {"1 ", 0, -EINVAL, UNTOUCHED},
    {"1\n\n", 0, -EINVAL, UNTOUCHED},
    {"0x", 0, -EINVAL, UNTOUCHED},
    {"0xg", 0, -EINVAL, UNTOUCHED},
    {"08", 0, -EINVAL, UNTOUCHED},
    {"2a", 10, -EINVAL, UNTOUCHED},
    {"12", 2, -EINVAL, UNTOUCHED},
    {"0x2a", 10, -EINVAL, UNTOUCHED},
    {"banana", 0, -EINVAL, UNTOUCHED},
};

TEST(kstrtox, whole_texts_become_numbers_or_errors)
{
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		u64 value = UNTOUCHED;
		bool ok = true;

		ok &= EXPECT_EQ(kstrtoull(numbers[i].text, numbers[i].base, &value),
		                numbers[i].result);
		ok &= EXPECT_EQ(value, numbers[i].value);
		if (!ok)
			ktest_printf("text \"%s\"", numbers[i].text);
	}
}

TEST(kstrtox, unsigned_long_ends_at_32_bits)
{
	unsigned long value = UNTOUCHED;

	EXPECT_EQ(kstrtoul("4294967296", 0, &value), -ERANGE);
	EXPECT_EQ(kstrtoul("x", 0, &value), -EINVAL);
	EXPECT_EQ(value, UNTOUCHED);
	EXPECT_EQ(kstrtoul("4294967295", 0, &value), 0);
	EXPECT_EQ(value, 0xFFFFFFFFUL);
}

static const struct {
	const char *text;
	bool ok;
	u64 value;
	size_t used;
} sizes[] = {
    {"0", true, 0, 1},
    {"512", true, 512, 3},
    {"4k", true, 4096, 2},
    {"4K", true, 4096, 2},
    {"512M", true, 512ULL << 20, 4},
    {"4g", true, 4ULL << 30, 2},
    {"1T", true, 1ULL << 40, 2},
    {"1p", true, 1ULL << 50, 2},
    {"15E", true, 15ULL << 60, 3},
    {"0x10M", true, 16ULL << 20, 5},
    {"010K", true, 8192, 4},
    {"64M@1G", true, 64ULL << 20, 3},
    {"1MB", true, 1ULL << 20, 2},
    {"1MM", true, 1ULL << 20, 2},
    {"7 M", true, 7, 1},
    {"0xK", true, 0, 1},
    {"0x1E", true, 0x1E, 4}, /* a digit, not the suffix */
    {"18446744073709551615", true, ~0ULL, 20},
    {"16E", false, ~0ULL, 3},
    {"18446744073709551615K", false, ~0ULL, 21},
    {"18446744073709551616", false, ~0ULL, 20},
    {"99999999999999999999G@1", false, ~0ULL, 21},
    {"", false, 0, 0},
    {"K", false, 0, 0},
    {"-1M", false, 0, 0},
    {"+1M", false, 0, 0},
    {" 1M", false, 0, 0},
    {"banana", false, 0, 0},
};

TEST(kstrtox, memory_sizes_take_a_suffix)
{
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		const char *text = sizes[i].text;
		const char *end = NULL;
		u64 value = UNTOUCHED;
		bool ok = true;

		ok &= EXPECT_EQ(memparse_checked(text, &value, &end), sizes[i].ok);
		ok &= EXPECT_EQ(value, sizes[i].ok ? sizes[i].value : UNTOUCHED);
		ok &= EXPECT_EQ(end, sizes[i].ok ? text + sizes[i].used : NULL);
		if (!ok)
			ktest_printf("text \"%s\"", text);
	}
}

TEST(kstrtox, memparse_saturates_and_tells_where_it_stopped)
{
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		char *end = NULL;
		bool ok = true;

		ok &= EXPECT_EQ(memparse(sizes[i].text, &end), sizes[i].value);
		ok &= EXPECT_EQ(end, sizes[i].text + sizes[i].used);
		if (!ok)
			ktest_printf("text \"%s\"", sizes[i].text);
	}
	EXPECT_EQ(memparse("3k", NULL), 3072);
}
