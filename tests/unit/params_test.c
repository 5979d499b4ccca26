/* Boot parameters: each form of a word, what is reported, and sizes. */
#include "ktest.h"
#include "said.h"

#include <lib/errno.h>
#include <lib/params.h>
#include <lib/string.h>
#include <lib/util.h>

#define TEXT_MAX 64
#define NO_VALUE "(no value)"

static char seen_a[TEXT_MAX], seen_b[TEXT_MAX], seen_unknown[TEXT_MAX];
static char seen_malformed[TEXT_MAX], seen_expected[TEXT_MAX];
static unsigned int calls_a, calls_b;

static int param_a(const char *value)
{
	calls_a++;
	strlcpy(seen_a, value ? value : NO_VALUE, sizeof(seen_a));
	return 0;
}

static int param_b(const char *value)
{
	calls_b++;
	strlcpy(seen_b, value ? value : NO_VALUE, sizeof(seen_b));
	return 0;
}

static int param_strict(const char *value)
{
	u64 size;

	return parse_size(value, &size) ? 0 : -EINVAL;
}

static void unknown(const char *word)
{
	strlcpy(seen_unknown, word, sizeof(seen_unknown));
}

static void malformed(const struct kernel_param *param, const char *word)
{
	strlcpy(seen_malformed, word, sizeof(seen_malformed));
	strlcpy(seen_expected, param->expected, sizeof(seen_expected));
}

static const struct kernel_param a = {"a", param_a, "a=ANYTHING"};
static const struct kernel_param long_name = {"long-name_x", param_b, "long-name_x"};
static const struct kernel_param strict = {"strict", param_strict, "strict=SIZE[KMG]"};
static const struct kernel_param twice1 = {"twice", param_a, "twice"};
static const struct kernel_param twice2 = {"twice", param_b, "twice"};
static const struct kernel_param *const table[] = {&a, &long_name, &strict, &twice1,
                                                   &twice2};

static unsigned int parse(const char *cmdline)
{
	static const struct param_set set = {table, table + ARRAY_SIZE(table), unknown,
	                                     malformed};

	calls_a = 0;
	calls_b = 0;
	seen_a[0] = seen_b[0] = seen_unknown[0] = '\0';
	seen_malformed[0] = seen_expected[0] = '\0';
	return parse_params_with(&set, cmdline);
}

TEST(params, an_empty_line_calls_nobody)
{
	EXPECT_EQ(parse(""), 0);
	EXPECT_EQ(parse(" \t\n "), 0);
	EXPECT_EQ(calls_a + calls_b, 0);
}

TEST(params, a_value_is_what_follows_the_first_equals_sign)
{
	EXPECT_EQ(parse("a=1"), 0);
	EXPECT_STR(seen_a, "1");
	parse("a=b=c");
	EXPECT_STR(seen_a, "b=c");
	parse("a=");
	EXPECT_STR(seen_a, "");
}

TEST(params, a_name_alone_has_no_value)
{
	parse("a");
	EXPECT_STR(seen_a, NO_VALUE);
}

TEST(params, any_white_space_separates_words)
{
	EXPECT_EQ(parse("\t a=1\n\tlong-name_x=2   a=3  "), 0);
	EXPECT_EQ(calls_a, 2);
	EXPECT_STR(seen_a, "3");
	EXPECT_STR(seen_b, "2");
}

TEST(params, quotes_around_the_value_protect_spaces)
{
	EXPECT_EQ(parse("a=\"two words\" long-name_x"), 0);
	EXPECT_STR(seen_a, "two words");
	EXPECT_EQ(calls_b, 1);
}

TEST(params, quotes_around_the_whole_word_protect_spaces)
{
	EXPECT_EQ(parse("\"a=two words\""), 0);
	EXPECT_STR(seen_a, "two words");
}

TEST(params, quotes_inside_a_value_protect_and_stay)
{
	EXPECT_EQ(parse("a=x\"y z\"w"), 0);
	EXPECT_STR(seen_a, "x\"y z\"w");
}

TEST(params, a_quote_that_is_not_closed_lasts_to_the_end)
{
	EXPECT_EQ(parse("a=\"1 a=2"), 0);
	EXPECT_EQ(calls_a, 1);
	EXPECT_STR(seen_a, "1 a=2");
	EXPECT_EQ(parse("a=\""), 0);
	EXPECT_STR(seen_a, "");
}

TEST(params, dash_and_underscore_are_the_same_in_a_name)
{
	EXPECT_EQ(parse("long_name-x long-name-x=1 long_name_x=2"), 0);
	EXPECT_EQ(calls_b, 3);
}

TEST(params, dash_and_underscore_differ_in_a_value)
{
	parse("a=x-y_z");
	EXPECT_STR(seen_a, "x-y_z");
}

TEST(params, a_longer_or_shorter_name_is_another_name)
{
	EXPECT_EQ(parse("aa long-name A"), 3);
	EXPECT_EQ(calls_a + calls_b, 0);
}

TEST(params, an_unknown_word_is_reported_as_it_was_typed)
{
	EXPECT_EQ(parse("a=1 wibble=3"), 1);
	EXPECT_STR(seen_unknown, "wibble=3");
	EXPECT_EQ(parse("=5"), 1);
	EXPECT_STR(seen_unknown, "=5");
	EXPECT_EQ(parse("\"\""), 1);
	EXPECT_STR(seen_unknown, "\"\"");
}

TEST(params, a_malformed_word_is_reported_with_what_was_expected)
{
	EXPECT_EQ(parse("strict=banana a=1"), 1);
	EXPECT_STR(seen_malformed, "strict=banana");
	EXPECT_STR(seen_expected, "strict=SIZE[KMG]");
	EXPECT_STR(seen_a, "1");
	EXPECT_EQ(parse("strict"), 1);
	EXPECT_EQ(parse("strict=0x10M"), 0);
}

TEST(params, what_follows_two_dashes_is_not_for_the_kernel)
{
	EXPECT_EQ(parse("a=1 -- a=2 wibble"), 0);
	EXPECT_STR(seen_a, "1");
	EXPECT_EQ(parse("--a=1"), 1);
}

TEST(params, a_name_that_is_registered_twice_calls_both)
{
	EXPECT_EQ(parse("twice=x"), 0);
	EXPECT_STR(seen_a, "x");
	EXPECT_STR(seen_b, "x");
}

TEST(params, a_word_longer_than_any_command_line_is_cut_and_harms_nobody)
{
	static char line[COMMAND_LINE_SIZE + 100];

	memset(line, 'a', sizeof(line) - 1);
	EXPECT_EQ(parse(line), 1);
}

TEST(params, the_kernels_own_voice_names_the_word)
{
	said_nothing_yet();
	EXPECT_EQ(parse_params("wibble=3 no-such_thing"), 2);
	EXPECT(said("Unknown boot parameter \"wibble=3\": ignored"));
	EXPECT(said("Unknown boot parameter \"no-such_thing\": ignored"));
}

TEST(params, a_size_has_a_number_and_at_most_one_suffix)
{
	static const struct {
		const char *text;
		u64 size;
	} good[] = {
	    {"0", 0},
	    {"4096", 4096},
	    {"1k", 1024},
	    {"1K", 1024},
	    {"512M", 512ULL << 20},
	    {"4g", 4ULL << 30},
	    {"2T", 2ULL << 40},
	    {"1P", 1ULL << 50},
	    {"15E", 15ULL << 60},
	    {"0x100000", 1ULL << 20},
	    {"0x9fc00", 0x9fc00},
	    {"010", 8},
	    {"18446744073709551615", ~0ULL},
	};
	unsigned int i;
	u64 size;

	for (i = 0; i < ARRAY_SIZE(good); i++) {
		size = 1;
		EXPECT(parse_size(good[i].text, &size));
		EXPECT_EQ(size, good[i].size);
	}
}

TEST(params, what_is_not_a_size_is_refused_and_changes_nothing)
{
	static const char *const bad[] = {
	    NULL,
	    "",
	    "banana",
	    "M",
	    "-1",
	    "+1",
	    " 1",
	    "1 ",
	    "1MB",
	    "1.5G",
	    "1,2",
	    "16E",
	    "0x",
	    "08",
	    "1@2",
	    "18446744073709551616",
	    "0x10000000000000000",
	};
	unsigned int i;
	u64 size = 77;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		if (!EXPECT(!parse_size(bad[i], &size)))
			ktest_printf("accepted: %s\n", bad[i]);
	}
	EXPECT_EQ(size, 77);
}

/* Any bytes at all: words are found, nothing is read or written beyond. */
TEST(params, random_lines_are_parsed_without_harm)
{
	static const char letters[] = "a=\"- \tstric_lo-nge1K";
	u64 state = ktest_seed();
	unsigned int i, round, len;
	char line[40];

	for (round = 0; round < 2000; round++) {
		len = ktest_random_below(&state, sizeof(line));
		for (i = 0; i < len; i++)
			line[i] =
			    letters[ktest_random_below(&state, sizeof(letters) - 1)];
		line[len] = '\0';
		parse(line);
		EXPECT(strlen(seen_unknown) <= len);
	}
}
