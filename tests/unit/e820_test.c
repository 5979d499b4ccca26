/*
 * Sanitising the memory map, as a table: what goes in, and what has to come out,
 * derived by hand. Addresses are short on purpose; the map knows no pages.
 */
#include "ktest.h"

#include <asm/e820.h>
#include <lib/string.h>
#include <lib/util.h>

#define CASE_MAX 10
#define R        E820_RAM
#define X        E820_RESERVED
#define A        E820_ACPI
#define N        E820_NVS
#define U        E820_UNUSABLE
#define TOP      (~0ULL) /* the last byte of all */
#define HALF     (1ULL << 63)

/* One entry; `used` marks the end of a list, since an entry can be empty. */
struct span {
	u64 addr;
	u64 size;
	u32 type;
	bool used;
};

#define S(addr_, size_, type_)                                                         \
	{                                                                              \
		addr_, size_, type_, true                                              \
	}

struct e820_case {
	const char *name;
	struct span in[CASE_MAX];
	struct span out[CASE_MAX];
	unsigned int told; /* entries of which the caller has to hear */
};

static struct e820_map map;
static unsigned int fates_told;

static void count_fate(const struct e820_entry *entry, enum e820_fate fate)
{
	(void)entry;
	(void)fate;
	fates_told++;
}

static void run_case(const struct e820_case *c)
{
	unsigned int i, told;

	map.nr = 0;
	for (i = 0; i < CASE_MAX && c->in[i].used; i++)
		e820_add(&map, c->in[i].addr, c->in[i].size, c->in[i].type);
	fates_told = 0;
	told = e820_sanitize(&map, count_fate);
	EXPECT_EQ(told, c->told);
	EXPECT_EQ(fates_told, c->told);
	for (i = 0; i < CASE_MAX && c->out[i].used; i++) {
		if (!EXPECT(i < map.nr))
			return;
		EXPECT_EQ(map.entries[i].addr, c->out[i].addr);
		EXPECT_EQ(map.entries[i].size, c->out[i].size);
		EXPECT_EQ(map.entries[i].type, c->out[i].type);
	}
	EXPECT_EQ(map.nr, i);
	EXPECT_EQ(e820_check(&map), 0);
}

static void run_cases(const struct e820_case *cases, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++) {
		run_case(&cases[i]);
		if (ktest_failed()) {
			ktest_printf("in the case: %s\n", cases[i].name);
			return;
		}
	}
}

static const struct e820_case kept[] = {
    {"an empty map stays empty", {}, {}, 0},
    {"one entry stays as it is", {S(0x1000, 0x2000, R)}, {S(0x1000, 0x2000, R)}, 0},
    {"a single byte is a range", {S(7, 1, R)}, {S(7, 1, R)}, 0},
    {"unaligned ends are kept to the byte",
     {S(0x3ff, 0x402, R)},
     {S(0x3ff, 0x402, R)},
     0},
    {"two entries are sorted",
     {S(200, 10, R), S(100, 10, R)},
     {S(100, 10, R), S(200, 10, R)},
     0},
    {"five entries in descending order are sorted",
     {S(50, 5, U), S(40, 5, N), S(30, 5, A), S(20, 5, X), S(10, 5, R)},
     {S(10, 5, R), S(20, 5, X), S(30, 5, A), S(40, 5, N), S(50, 5, U)},
     0},
    {"beyond 64 GiB everything is kept",
     {S(0xfd00000000, 0x300000000, X), S(0x100000000, 0xf40000000, R)},
     {S(0x100000000, 0xf40000000, R), S(0xfd00000000, 0x300000000, X)},
     0},
    {"QEMU's pc with 128 MiB passes unchanged",
     {S(0, 0x9fc00, R), S(0x9fc00, 0x400, X), S(0xf0000, 0x10000, X),
      S(0x100000, 0x7ee0000, R), S(0x7fe0000, 0x20000, X), S(0xfffc0000, 0x40000, X)},
     {S(0, 0x9fc00, R), S(0x9fc00, 0x400, X), S(0xf0000, 0x10000, X),
      S(0x100000, 0x7ee0000, R), S(0x7fe0000, 0x20000, X), S(0xfffc0000, 0x40000, X)},
     0},
};
TEST(e820, entries_that_do_not_overlap_are_sorted_and_kept)
{
	run_cases(kept, ARRAY_SIZE(kept));
}

static const struct e820_case joined[] = {
    {"neighbours of one type are joined",
     {S(0, 10, R), S(10, 10, R)},
     {S(0, 20, R)},
     0},
    {"neighbours of one type are joined in whatever order they come",
     {S(20, 10, X), S(0, 10, X), S(10, 10, X)},
     {S(0, 30, X)},
     0},
    {"equal entries become one", {S(5, 5, R), S(5, 5, R)}, {S(5, 5, R)}, 0},
    {"overlapping entries of one type become one",
     {S(0, 10, R), S(5, 10, R)},
     {S(0, 15, R)},
     0},
    {"an entry inside one of its own type vanishes",
     {S(0, 30, X), S(10, 10, X)},
     {S(0, 30, X)},
     0},
    {"pieces of one type meet again over a covered border",
     {S(0, 10, R), S(10, 10, X), S(5, 10, X)},
     {S(0, 5, R), S(5, 15, X)},
     0},
};
TEST(e820, what_touches_or_overlaps_and_is_of_one_type_becomes_one)
{
	run_cases(joined, ARRAY_SIZE(joined));
}

static const struct e820_case apart[] = {
    {"neighbours of different types stay apart",
     {S(0, 10, R), S(10, 10, X)},
     {S(0, 10, R), S(10, 10, X)},
     0},
    {"a gap of one byte keeps entries apart",
     {S(0, 10, R), S(11, 10, R)},
     {S(0, 10, R), S(11, 10, R)},
     0},
    {"unknown types keep their numbers apart",
     {S(0, 10, 20), S(10, 10, 21)},
     {S(0, 10, 20), S(10, 10, 21)},
     0},
};
TEST(e820, what_does_not_touch_or_is_of_another_type_stays_apart)
{
	run_cases(apart, ARRAY_SIZE(apart));
}

static const struct e820_case cut[] = {
    {"reserved cuts the end of RAM",
     {S(0, 10, R), S(5, 10, X)},
     {S(0, 5, R), S(5, 10, X)},
     0},
    {"reserved inside RAM splits it",
     {S(0, 30, R), S(10, 10, X)},
     {S(0, 10, R), S(10, 10, X), S(20, 10, R)},
     0},
    {"RAM under equal reserved vanishes", {S(3, 4, R), S(3, 4, X)}, {S(3, 4, X)}, 0},
    {"RAM that starts with reserved keeps its rest",
     {S(0, 20, R), S(0, 10, X)},
     {S(0, 10, X), S(10, 10, R)},
     0},
    {"RAM that ends with reserved keeps its start",
     {S(0, 20, R), S(10, 10, X)},
     {S(0, 10, R), S(10, 10, X)},
     0},
    {"RAM that shows between two reserved ranges is kept",
     {S(0, 30, R), S(0, 10, X), S(20, 10, X)},
     {S(0, 10, X), S(10, 10, R), S(20, 10, X)},
     0},
    {"a range across 4 GiB is cut there to the byte",
     {S(0xfffff000, 0x2000, R), S(0xfffff000, 0x1000, X)},
     {S(0xfffff000, 0x1000, X), S(0x100000000, 0x1000, R)},
     0},
};
TEST(e820, the_stronger_of_two_cuts_the_other)
{
	run_cases(cut, ARRAY_SIZE(cut));
}

static const struct e820_case covered[] = {
    {"reserved cuts the start of RAM",
     {S(5, 10, R), S(0, 10, X)},
     {S(0, 10, X), S(10, 5, R)},
     0},
    {"RAM inside reserved vanishes", {S(0, 30, X), S(10, 10, R)}, {S(0, 30, X)}, 0},
    {"reserved does not win over ACPI data",
     {S(0, 20, A), S(5, 5, X)},
     {S(0, 20, A)},
     0},
    {"type 0 yields to reserved", {S(0, 20, X), S(5, 5, 0)}, {S(0, 20, X)}, 0},
    {"a restrictive range over three joins what it covers",
     {S(0, 10, R), S(20, 10, R), S(40, 10, R), S(5, 40, X)},
     {S(0, 5, R), S(5, 40, X), S(45, 5, R)},
     0},
};
TEST(e820, what_is_covered_leaves_no_trace)
{
	run_cases(covered, ARRAY_SIZE(covered));
}

static const struct e820_case layers[] = {
    {"a staircase of five types shows each step",
     {S(0, 50, R), S(10, 40, X), S(20, 30, A), S(30, 20, N), S(40, 10, U)},
     {S(0, 10, R), S(10, 10, X), S(20, 10, A), S(30, 10, N), S(40, 10, U)},
     0},
    {"a pyramid of three types comes down on the other side",
     {S(0, 50, R), S(10, 30, X), S(20, 10, U)},
     {S(0, 10, R), S(10, 10, X), S(20, 10, U), S(30, 10, X), S(40, 10, R)},
     0},
    {"a shorter restrictive range ends before a longer weak one",
     {S(0, 10, U), S(0, 20, X), S(0, 30, R)},
     {S(0, 10, U), S(10, 10, X), S(20, 10, R)},
     0},
};
TEST(e820, three_and_more_layers_come_apart)
{
	run_cases(layers, ARRAY_SIZE(layers));
}

static const struct e820_case strength[] = {
    {"ACPI data wins over reserved",
     {S(0, 20, X), S(5, 5, A)},
     {S(0, 5, X), S(5, 5, A), S(10, 10, X)},
     0},
    {"ACPI NVS wins over ACPI data",
     {S(0, 20, A), S(5, 5, N)},
     {S(0, 5, A), S(5, 5, N), S(10, 10, A)},
     0},
    {"unusable wins over ACPI NVS",
     {S(0, 20, N), S(5, 5, U)},
     {S(0, 5, N), S(5, 5, U), S(10, 10, N)},
     0},
};
TEST(e820, types_win_in_their_order)
{
	run_cases(strength, ARRAY_SIZE(strength));
}

static const struct e820_case unnamed[] = {
    {"an unknown type wins over RAM",
     {S(0, 20, R), S(5, 5, 20)},
     {S(0, 5, R), S(5, 5, 20), S(10, 10, R)},
     0},
    {"type 0 is not RAM and wins over it",
     {S(0, 20, R), S(5, 5, 0)},
     {S(0, 5, R), S(5, 5, 0), S(10, 10, R)},
     0},
    {"an unknown type wins over ACPI NVS",
     {S(0, 20, N), S(15, 10, 20)},
     {S(0, 15, N), S(15, 10, 20)},
     0},
    {"unusable wins over every unknown type",
     {S(0, 20, 0xffffffff), S(15, 10, U)},
     {S(0, 15, 0xffffffff), S(15, 10, U)},
     0},
};
TEST(e820, a_type_without_a_name_is_restrictive)
{
	run_cases(unnamed, ARRAY_SIZE(unnamed));
}

static const struct e820_case empty[] = {
    {"an empty entry is dropped", {S(5, 0, R)}, {}, 1},
    {"an empty entry does not split what it lies in",
     {S(0, 10, R), S(5, 0, X)},
     {S(0, 10, R)},
     1},
    {"an empty entry at 2^64 - 1 is dropped",
     {S(TOP, 0, X), S(0, 1, R)},
     {S(0, 1, R)},
     1},
};
TEST(e820, an_empty_entry_is_dropped)
{
	run_cases(empty, ARRAY_SIZE(empty));
}

static const struct e820_case wrapped_ram[] = {
    {"RAM that wraps is dropped", {S(0x1000, TOP, R)}, {}, 1},
    {"RAM that wraps by one byte is dropped, its neighbour stays",
     {S(TOP, 2, R), S(0, 10, R)},
     {S(0, 10, R)},
     1},
};
TEST(e820, ram_that_wraps_is_dropped)
{
	run_cases(wrapped_ram, ARRAY_SIZE(wrapped_ram));
}

static const struct e820_case wrapped_rest[] = {
    {"reserved that wraps ends at 2^64", {S(TOP - 9, 11, X)}, {S(TOP - 9, 10, X)}, 1},
    {"reserved that wraps still cuts RAM",
     {S(100, TOP, X), S(0, 200, R)},
     {S(0, 100, R), S(100, 0 - 100ULL, X)},
     1},
};
TEST(e820, what_else_wraps_ends_at_2_64)
{
	run_cases(wrapped_rest, ARRAY_SIZE(wrapped_rest));
}

static const struct e820_case exact[] = {
    {"RAM may end at 2^64 exactly",
     {S(0 - 0x1000ULL, 0x1000, R)},
     {S(0 - 0x1000ULL, 0x1000, R)},
     0},
    {"so may what is reserved", {S(TOP, 1, X)}, {S(TOP, 1, X)}, 0},
};
TEST(e820, an_entry_may_end_at_2_64_exactly)
{
	run_cases(exact, ARRAY_SIZE(exact));
}

static const struct e820_case at_the_end[] = {
    {"ranges that end at 2^64 are cut like others",
     {S(HALF, HALF, R), S(0 - 16ULL, 16, X)},
     {S(HALF, HALF - 16, R), S(0 - 16ULL, 16, X)},
     0},
};
TEST(e820, ranges_that_end_at_2_64_are_cut_like_others)
{
	run_cases(at_the_end, ARRAY_SIZE(at_the_end));
}

static const struct e820_case all_but_one[] = {
    {"all but the first byte is one entry",
     {S(1, HALF - 1, X), S(HALF, HALF, X)},
     {S(1, TOP, X)},
     0},
};
TEST(e820, all_but_the_first_byte_become_one_entry)
{
	run_cases(all_but_one, ARRAY_SIZE(all_but_one));
}

static const struct e820_case all[] = {
    {"all 2^64 bytes stay two entries, having no size",
     {S(0, HALF, X), S(HALF, HALF, X)},
     {S(0, HALF, X), S(HALF, HALF, X)},
     0},
};
TEST(e820, all_2_64_bytes_stay_two_entries)
{
	run_cases(all, ARRAY_SIZE(all));
}

TEST(e820, a_full_map_refuses_another_entry_and_stays_as_it_is)
{
	unsigned int i;

	map.nr = 0;
	for (i = 0; i < E820_MAX; i++)
		ASSERT(e820_add(&map, i * 2, 1, R));
	EXPECT(!e820_add(&map, 5000, 1, R));
	EXPECT_EQ(map.nr, E820_MAX);
	EXPECT_EQ(map.entries[E820_MAX - 1].addr, 2 * (E820_MAX - 1));
}

TEST(e820, a_map_that_claims_more_entries_than_it_has_is_cut)
{
	map.nr = 0;
	e820_add(&map, 0, 10, R);
	memset(&map.entries[1], 0, sizeof(map) - offsetof(struct e820_map, entries[1]));
	map.nr = 0xffffffff;
	EXPECT_EQ(e820_sanitize(&map, NULL), E820_MAX - 1);
	EXPECT_EQ(map.nr, 1);
}

/* One RAM range with 1023 holes in it becomes 2047 pieces, 1023 too many; they
 * all can be taken from what is not RAM. */
TEST(e820, a_result_that_is_too_long_loses_what_is_not_ram_first)
{
	const unsigned int holes = E820_MAX - 1;
	unsigned int i;

	map.nr = 0;
	e820_add(&map, 0, 10 * (holes + 1), R);
	for (i = 0; i < holes; i++)
		e820_add(&map, 10 * i + 5, 1, X);
	fates_told = 0;
	EXPECT_EQ(e820_sanitize(&map, count_fate), holes);
	EXPECT_EQ(fates_told, holes);
	ASSERT_EQ(map.nr, E820_MAX);
	for (i = 0; i < E820_MAX; i++)
		ASSERT_EQ(map.entries[i].type, R);
	EXPECT_EQ(e820_ram_bytes(&map), 10 * (holes + 1) - holes);
	EXPECT_EQ(e820_check(&map), 0);
}

/* 1024 RAM ranges; the first is split in two by unusable memory. */
TEST(e820, a_result_that_is_too_long_keeps_ram_out_of_what_was_cut)
{
	unsigned int i;

	map.nr = 0;
	for (i = 0; i < E820_MAX - 1; i++)
		e820_add(&map, 10 * i, 5, R);
	e820_add(&map, 2, 1, U);
	EXPECT_EQ(e820_sanitize(&map, NULL), 1);
	EXPECT_EQ(map.nr, E820_MAX);
	EXPECT_EQ(map.entries[0].size, 2);
	EXPECT_EQ(map.entries[1].addr, 3);
	EXPECT_EQ(map.entries[1].type, R);
}

TEST(e820, a_full_map_makes_room_for_a_loader_by_joining)
{
	unsigned int i;

	map.nr = 0;
	for (i = 0; i < 5 * E820_MAX; i++)
		ASSERT(e820_add_compacting(&map, i * 0x1000ULL, 0x1000, R));
	e820_sanitize(&map, NULL);
	ASSERT_EQ(map.nr, 1);
	EXPECT_EQ(map.entries[0].size, 5 * E820_MAX * 0x1000ULL);
}

TEST(e820, what_has_no_room_is_cut_out_of_the_ram_that_it_covers)
{
	unsigned int i;

	map.nr = 0;
	for (i = 0; i < E820_MAX; i++)
		e820_add(&map, i * 0x2000ULL, 0x1000, R);
	EXPECT(!e820_add_compacting(&map, 0x2000, 0x1000, X));
	EXPECT_EQ(map.nr, E820_MAX - 1);
	EXPECT_EQ(map.entries[1].addr, 0x4000);
	EXPECT_EQ(e820_ram_bytes(&map), (E820_MAX - 1) * 0x1000ULL);
}

TEST(e820, types_are_named_as_linux_names_them)
{
	char word[E820_WORD_MAX];

	EXPECT_STR(e820_type_name(R), "System RAM");
	EXPECT_STR(e820_type_name(X), "Reserved");
	EXPECT_STR(e820_type_name(A), "ACPI Tables");
	EXPECT_STR(e820_type_name(N), "ACPI Non-volatile Storage");
	EXPECT_STR(e820_type_name(U), "Unusable memory");
	EXPECT_STR(e820_type_name(20), "Unknown E820 type");
	EXPECT_STR(e820_type_word(R, word, sizeof(word)), "usable");
	EXPECT_STR(e820_type_word(X, word, sizeof(word)), "reserved");
	EXPECT_STR(e820_type_word(A, word, sizeof(word)), "ACPI data");
	EXPECT_STR(e820_type_word(N, word, sizeof(word)), "ACPI NVS");
	EXPECT_STR(e820_type_word(U, word, sizeof(word)), "unusable");
	EXPECT_STR(e820_type_word(7, word, sizeof(word)), "persistent (type 7)");
	EXPECT_STR(e820_type_word(0xffffffff, word, sizeof(word)), "type 4294967295");
}
