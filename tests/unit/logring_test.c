/* The log's ring: whole records, oldest out first, whoever breaks in. */
#include "ktest.h"

#include <lib/kstrtox.h>
#include <lib/logring.h>
#include <lib/string.h>
#include <lib/util.h>
#include <lib/vsprintf.h>

#define RING_SIZE  4096
#define OPERATIONS 5000

static char buffer[RING_SIZE] __aligned(LOG_RECORD_ALIGN);
static struct logring ring;
static char text[LOG_TEXT_MAX + 1];

static void reset(void)
{
	memset(&ring, 0, sizeof(ring));
	ring.buf = buffer;
	ring.size = sizeof(buffer);
}

static void append(const char *what, u64 time_us)
{
	struct log_record rec = {
	    .time_us = time_us,
	    .len = (u16)strlen(what),
	    .level = 6,
	    .flags = LOG_NEWLINE,
	};

	logring_append(&ring, &rec, what);
}

/* The text at *pos, or "end". */
static const char *next(unsigned long *pos)
{
	struct log_record rec;

	return logring_read(&ring, pos, &rec, text) ? text : "end";
}

TEST(logring, an_empty_ring_has_nothing_to_read)
{
	unsigned long pos = 0;

	reset();
	EXPECT_STR(next(&pos), "end");
	EXPECT_EQ(logring_check(&ring), 0);
}

TEST(logring, records_come_back_in_order_with_what_they_had)
{
	unsigned long pos = 0;
	struct log_record rec;

	reset();
	append("first", 1);
	append("", 2);
	append("exactly sixteen.", 1ULL << 40);
	EXPECT_STR(next(&pos), "first");
	EXPECT_STR(next(&pos), "");
	ASSERT(logring_read(&ring, &pos, &rec, text));
	EXPECT_STR(text, "exactly sixteen.");
	EXPECT_EQ(rec.time_us, 1ULL << 40);
	EXPECT_EQ(rec.len, 16);
	EXPECT_EQ(rec.level, 6);
	EXPECT_EQ(rec.flags, LOG_NEWLINE);
	EXPECT_STR(next(&pos), "end");
	append("later", 3);
	EXPECT_STR(next(&pos), "later");
}

TEST(logring, a_reader_that_was_overtaken_goes_on_with_the_oldest)
{
	unsigned long pos = 0;
	char line[32];

	reset();
	append("first", 0);
	EXPECT_STR(next(&pos), "first");
	/* 32 bytes each: the ring holds 128 of them */
	for (int i = 0; i < 1000; i++) {
		snprintf(line, sizeof(line), "line %3d", i);
		append(line, 0);
	}
	EXPECT_STR(next(&pos), "line 872");
	EXPECT_STR(next(&pos), "line 873");
}

#define NUMBER_LEN 8
#define LARGEST    (sizeof(struct log_record) + LOG_TEXT_MAX + 1)

/* The number, then letters up to len. */
static const char *numbered_text(u32 number, u32 len)
{
	static char line[LOG_TEXT_MAX + 1];

	snprintf(line, sizeof(line), "%08u", number);
	memset(line + NUMBER_LEN, 'a' + (int)(number % 26), len - NUMBER_LEN);
	line[len] = '\0';
	return line;
}

static u32 lengths[OPERATIONS];

static u32 size_of_record(u32 number)
{
	u32 size = (u32)sizeof(struct log_record) + lengths[number];

	return (u32)ALIGN(size, LOG_RECORD_ALIGN);
}

/* The ring holds consecutive records up to the last one, and as many as it can:
 * with the one before them and padding for two, it would overflow. */
static void check_whole_log(u32 last)
{
	unsigned long pos = ring.tail;
	unsigned long first;
	size_t bytes = 0;
	u32 number;

	ASSERT(strcmp(next(&pos), "end") != 0);
	text[NUMBER_LEN] = '\0';
	ASSERT_EQ(kstrtoul(text, 10, &first), 0);
	number = (u32)first;
	if (number > 0)
		bytes = size_of_record(number - 1);
	pos = ring.tail;
	for (u32 i = number; i <= last; i++) {
		ASSERT_STR(next(&pos), numbered_text(i, lengths[i]));
		bytes += size_of_record(i);
	}
	EXPECT_STR(next(&pos), "end");
	EXPECT(number == 0 || bytes + 2 * LARGEST > RING_SIZE);
}

TEST(logring, random_records_fall_out_whole_and_in_order)
{
	u64 state = ktest_seed();

	reset();
	ring.head = 0UL - 3 * RING_SIZE; /* positions wrap on the way */
	ring.tail = ring.head;
	for (u32 i = 0; i < OPERATIONS && !ktest_failed(); i++) {
		lengths[i] = NUMBER_LEN + ktest_random_below(&state, i % 3 ? 60 : 1015);
		append(numbered_text(i, lengths[i]), i);
		ASSERT_EQ(logring_check(&ring), 0);
		if (i % 16 == 0)
			check_whole_log(i);
	}
}

TEST(logring, a_record_of_the_largest_size_fits_anywhere)
{
	static char largest[LOG_TEXT_MAX + 1];

	memset(largest, 'x', LOG_TEXT_MAX);
	reset();
	for (int i = 0; i < 300; i++) {
		unsigned long pos = ring.tail;
		const char *last = "";

		append(largest, 0);
		append("small one", 0);
		ASSERT_EQ(logring_check(&ring), 0);
		while (pos != ring.head)
			last = next(&pos);
		ASSERT_STR(last, "small one");
	}
}

TEST(logring, who_breaks_into_a_store_is_stored_behind_it)
{
	unsigned long pos = 0;

	reset();
	append("before", 0);
	ring.busy = true; /* as a trap finds it in the middle of a store */
	append("trap", 1);
	append("trap again", 2);
	EXPECT_STR(next(&pos), "before");
	EXPECT_STR(next(&pos), "end");
	ring.busy = false; /* the store that was broken into is the next one */
	append("outer", 0);
	EXPECT_STR(next(&pos), "outer");
	EXPECT_STR(next(&pos), "trap");
	EXPECT_STR(next(&pos), "trap again");
	EXPECT_STR(next(&pos), "end");
	EXPECT_EQ(ring.pending_len, 0);
	EXPECT_EQ(ring.lost, 0);
	EXPECT_EQ(logring_check(&ring), 0);
}

TEST(logring, too_much_from_within_is_counted_as_lost)
{
	unsigned long pos = 0;
	unsigned long nr = 0;

	reset();
	ring.busy = true;
	/* 32 bytes each, of 4096 */
	for (int i = 0; i < 200; i++)
		append("from a trap", 0);
	EXPECT_EQ(ring.lost, 200 - 128);
	ring.busy = false;
	append("outer", 0);
	while (pos != ring.head) {
		next(&pos);
		nr++;
	}
	EXPECT_EQ(logring_check(&ring), 0);
	/* the outer one has fallen out: 129 records of 32 bytes, room for 128 */
	EXPECT_EQ(nr, 128);
}

TEST(logring, the_checker_sees_a_damaged_header)
{
	reset();
	append("one", 0);
	append("two", 0);
	EXPECT_EQ(logring_check(&ring), 0);
	((struct log_record *)(void *)buffer)->size = 8;
	EXPECT(logring_check(&ring) > 0);
	((struct log_record *)(void *)buffer)->size = 4096;
	EXPECT(logring_check(&ring) > 0);
}
