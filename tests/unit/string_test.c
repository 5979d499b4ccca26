/* Memory and string functions, against a byte-by-byte model and by hand. */
#include "ktest.h"

#include <lib/string.h>
#include <lib/util.h>

#define AREA    160
#define LEN_MAX 67 /* several words and every remainder */
#define OFFSETS 5

static u8 area[AREA];
static u8 model[AREA];

static void fill_with_numbers(u8 *mem)
{
	for (unsigned int i = 0; i < AREA; i++)
		mem[i] = (u8)(i + 1);
}

/* What memmove means, one byte at a time through a copy. */
static void model_move(u8 *mem, size_t to, size_t from, size_t len)
{
	static u8 copy[AREA];
	size_t i;

	for (i = 0; i < len; i++)
		copy[i] = mem[from + i];
	for (i = 0; i < len; i++)
		mem[to + i] = copy[i];
}

static bool same_as_model(void)
{
	for (unsigned int i = 0; i < AREA; i++) {
		if (area[i] != model[i])
			return false;
	}
	return true;
}

static void check_move(size_t to, size_t from, size_t len)
{
	fill_with_numbers(area);
	fill_with_numbers(model);
	model_move(model, to, from, len);
	EXPECT(memmove(area + to, area + from, len) == area + to);
	if (!EXPECT(same_as_model()))
		ktest_printf("to %zu, from %zu, len %zu", to, from, len);
}

TEST(string, memcpy_copies_every_length_at_every_alignment)
{
	for (size_t len = 0; len <= LEN_MAX; len++) {
		for (size_t off = 0; off < OFFSETS * OFFSETS; off++) {
			size_t to = off / OFFSETS;
			size_t from = AREA / 2 + off % OFFSETS;

			fill_with_numbers(area);
			fill_with_numbers(model);
			model_move(model, to, from, len);
			ASSERT(memcpy(area + to, area + from, len) == area + to);
			ASSERT(same_as_model());
		}
	}
}

TEST(string, memset_fills_exactly_its_range)
{
	for (size_t len = 0; len <= LEN_MAX; len++) {
		for (size_t start = 0; start < OFFSETS; start++) {
			fill_with_numbers(area);
			fill_with_numbers(model);
			for (size_t i = 0; i < len; i++)
				model[start + i] = 0xA5;
			ASSERT(memset(area + start, 0x1A5, len) == area + start);
			ASSERT(same_as_model());
		}
	}
}

TEST(string, memmove_survives_overlap_both_ways)
{
	for (size_t len = 0; len <= LEN_MAX; len++) {
		for (size_t shift = 0; shift < 9; shift++) {
			check_move(shift, 0, len);
			check_move(0, shift, len);
			check_move(3 + shift, 3, len);
		}
		if (ktest_failed())
			return;
	}
}

TEST(string, memcmp_orders_bytes_as_unsigned)
{
	EXPECT_EQ(memcmp("abc", "abc", 3), 0);
	EXPECT_EQ(memcmp("abc", "abd", 2), 0);
	EXPECT(memcmp("abc", "abd", 3) < 0);
	EXPECT(memcmp("\xff", "\x01", 1) > 0);
	EXPECT_EQ(memcmp("a", "b", 0), 0);
}

TEST(string, memchr_finds_the_first_byte_within_its_range)
{
	static const char text[] = "hello";

	EXPECT_EQ(memchr(text, 'l', 5), text + 2);
	EXPECT_EQ(memchr(text, 'o', 4), NULL);
	EXPECT_EQ(memchr(text, '\0', 6), text + 5);
	EXPECT_EQ(memchr(text, 'h', 0), NULL);
}

TEST(string, memchr_inv_finds_the_first_other_byte)
{
	static const char text[] = "aaab";

	EXPECT_EQ(memchr_inv(text, 'a', 4), text + 3);
	EXPECT_EQ(memchr_inv(text, 'a', 3), NULL);
}

TEST(string, lengths_stop_at_the_nul_or_the_limit)
{
	EXPECT_EQ(strlen(""), 0);
	EXPECT_EQ(strlen("seven c"), 7);
	EXPECT_EQ(strnlen("seven c", 3), 3);
	EXPECT_EQ(strnlen("abc", 100), 3);
	EXPECT_EQ(strnlen("abc", 0), 0);
}

TEST(string, comparison_is_of_unsigned_bytes_and_ends_at_the_nul)
{
	EXPECT_EQ(strcmp("", ""), 0);
	EXPECT_EQ(strcmp("mem", "mem"), 0);
	EXPECT(strcmp("mem", "memmap") < 0);
	EXPECT(strcmp("memmap", "mem") > 0);
	EXPECT(strcmp("\x80", "\x7f") > 0);
	EXPECT_EQ(strncmp("memmap", "mem=", 3), 0);
	EXPECT(strncmp("memmap", "mem=", 4) > 0);
	EXPECT_EQ(strncmp("a\0b", "a\0c", 3), 0);
	EXPECT_EQ(strncmp("a", "b", 0), 0);
}

TEST(string, strchr_and_strrchr_find_the_nul_too)
{
	static const char path[] = "/proc/iomem";

	EXPECT_EQ(strchr(path, '/'), path);
	EXPECT_EQ(strrchr(path, '/'), path + 5);
	EXPECT_EQ(strchr(path, 'z'), NULL);
	EXPECT_EQ(strrchr(path, 'z'), NULL);
	EXPECT_EQ(strchr(path, '\0'), path + 11);
	EXPECT_EQ(strrchr(path, '\0'), path + 11);
}

TEST(string, strstr_finds_the_first_occurrence)
{
	static const char text[] = "aaab aab";

	EXPECT_EQ(strstr(text, "aab"), text + 1);
	EXPECT_EQ(strstr(text, ""), text);
	EXPECT_EQ(strstr(text, "b"), text + 3);
	EXPECT_EQ(strstr(text, "aabb"), NULL);
	EXPECT_EQ(strstr("", "a"), NULL);
	EXPECT_EQ(strstr(text, text), text);
}

TEST(string, spans_count_the_bytes_of_a_set)
{
	EXPECT_EQ(strcspn("ttyS0,115200", ","), 5);
	EXPECT_EQ(strcspn("abc", ",;"), 3);
	EXPECT_EQ(strcspn("abc", ""), 3);
	EXPECT_EQ(strspn("  \tx", " \t"), 3);
	EXPECT_EQ(strspn("xyz", ""), 0);
}

TEST(string, strlcpy_cuts_ends_and_tells_the_whole_length)
{
	char buf[4] = {'?', '?', '?', '?'};

	EXPECT_EQ(strlcpy(buf, "ab", sizeof(buf)), 2);
	EXPECT_STR(buf, "ab");
	EXPECT_EQ(strlcpy(buf, "abcdef", sizeof(buf)), 6);
	EXPECT_STR(buf, "abc");
	EXPECT_EQ(strlcpy(buf, "xyz", 0), 3);
	EXPECT_STR(buf, "abc");
	EXPECT_EQ(strlcpy(buf, "xyz", 1), 3);
	EXPECT_STR(buf, "");
}

TEST(string, a_prefix_may_be_empty_or_the_whole)
{
	EXPECT(str_has_prefix("memmap", "mem"));
	EXPECT(str_has_prefix("mem", "mem"));
	EXPECT(str_has_prefix("mem", ""));
	EXPECT(!str_has_prefix("me", "mem"));
}
