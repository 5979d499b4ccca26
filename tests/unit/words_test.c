/*
 * The monitor's words: cutting a line, distance, completion.
 */
#include "ktest.h"

#include <lib/string.h>
#include <lib/util.h>
#include <monitor/completion.h>
#include <monitor/words.h>

/* --- words --- */

static char text[128];
static char *words[8];

static int split(const char *line)
{
	strlcpy(text, line, sizeof(text));
	return words_split(text, words, ARRAY_SIZE(words));
}

TEST(words, an_empty_line_has_no_words)
{
	EXPECT_EQ(split(""), 0);
	EXPECT_EQ(split("  \t "), 0);
	EXPECT(words[0] == NULL);
}

TEST(words, blanks_and_tabs_separate_words)
{
	ASSERT_EQ(split("  x\tc0100000   4 "), 3);
	EXPECT_STR(words[0], "x");
	EXPECT_STR(words[1], "c0100000");
	EXPECT_STR(words[2], "4");
	EXPECT(words[3] == NULL);
}

TEST(words, double_quotes_keep_blanks_and_may_give_an_empty_word)
{
	ASSERT_EQ(split("echo \"a  b\" \"\" c\"d e\"f"), 4);
	EXPECT_STR(words[1], "a  b");
	EXPECT_STR(words[2], "");
	EXPECT_STR(words[3], "cd ef");
}

TEST(words, a_backslash_escapes_quote_and_backslash_within_quotes_only)
{
	ASSERT_EQ(split("\"a\\\"b\\\\c\\d\" e\\f"), 2);
	EXPECT_STR(words[0], "a\"b\\c\\d");
	EXPECT_STR(words[1], "e\\f");
}

TEST(words, an_open_quote_is_an_error)
{
	EXPECT_EQ(split("echo \"a b"), WORDS_OPEN_QUOTE);
	EXPECT_EQ(split("\""), WORDS_OPEN_QUOTE);
}

TEST(words, one_word_more_than_fits_is_an_error)
{
	EXPECT_EQ(split("1 2 3 4 5 6 7"), 7);
	EXPECT_EQ(split("1 2 3 4 5 6 7 8"), WORDS_TOO_MANY);
}

TEST(words, the_distance_counts_single_changes)
{
	EXPECT_EQ(words_distance("", ""), 0);
	EXPECT_EQ(words_distance("help", "help"), 0);
	EXPECT_EQ(words_distance("", "abc"), 3);
	EXPECT_EQ(words_distance("hlep", "help"), 2);
	EXPECT_EQ(words_distance("poweof", "poweroff"), 2);
	EXPECT_EQ(words_distance("kitten", "sitting"), 3);
	EXPECT_EQ(words_distance("sitting", "kitten"), 3);
}

TEST(words, overlong_words_are_far_from_everything)
{
	EXPECT_EQ(words_distance("abcdefghijklmnopqrstuvwxyz012345", "a"),
	          WORDS_DISTANCE_MAX + 1);
}

/* --- completion --- */

TEST(completion, keeps_what_all_matching_candidates_share)
{
	struct completion c;

	completion_init(&c, "po", 2);
	completion_offer(&c, "poweroff");
	completion_offer(&c, "reboot");
	EXPECT_EQ(c.matches, 1);
	EXPECT_STR(c.common, "poweroff");
	completion_offer(&c, "power");
	EXPECT_EQ(c.matches, 2);
	EXPECT_STR(c.common, "power");
	completion_offer(&c, "pot");
	EXPECT_STR(c.common, "po");
}

TEST(completion, nothing_matches_an_unknown_beginning)
{
	struct completion c;

	completion_init(&c, "zz", 2);
	completion_offer(&c, "help");
	EXPECT_EQ(c.matches, 0);
	EXPECT_EQ(c.common_len, 0);
}
