/*
 * The sink that reporters write into.
 */
#include "ktest.h"

#include <lib/string.h>
#include <proc/proc.h>

static char text[16];
static struct seq_buffer buffer;

TEST(seq_file, pieces_are_joined)
{
	seq_buffer_init(&buffer, text, sizeof(text));
	EXPECT_STR(text, "");
	seq_puts(&buffer.seq, "a=");
	seq_printf(&buffer.seq, "%3d", 7);
	seq_putc(&buffer.seq, '\n');
	seq_write(&buffer.seq, "xyz", 2);
	EXPECT_STR(text, "a=  7\nxy");
	EXPECT_EQ(buffer.seq.count, 8);
	EXPECT(!seq_stopped(&buffer.seq));
}

TEST(seq_file, a_full_buffer_is_cut_and_stops_the_writer)
{
	seq_buffer_init(&buffer, text, sizeof(text));
	seq_puts(&buffer.seq, "0123456789abcde");
	EXPECT(!seq_stopped(&buffer.seq));
	seq_putc(&buffer.seq, 'f');
	EXPECT(seq_stopped(&buffer.seq));
	EXPECT_STR(text, "0123456789abcde");

	seq_buffer_init(&buffer, text, sizeof(text));
	seq_puts(&buffer.seq, "012345678");
	seq_puts(&buffer.seq, "9abcdefghi");
	EXPECT_STR(text, "0123456789abcde");
	EXPECT_EQ(buffer.seq.count, 15);
	seq_puts(&buffer.seq, "more");
	EXPECT_STR(text, "0123456789abcde");
}

TEST(seq_file, one_printf_is_cut_at_its_limit)
{
	static char large[2 * SEQ_PRINTF_MAX];

	seq_buffer_init(&buffer, large, sizeof(large));
	seq_printf(&buffer.seq, "%*s", SEQ_PRINTF_MAX + 100, "x");
	EXPECT_EQ(strlen(large), SEQ_PRINTF_MAX);
}
