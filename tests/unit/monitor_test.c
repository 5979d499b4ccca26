/*
 * The monitor's line editor, with a small terminal on its other end whose screen
 * is what a person would see. Expected screens are written by hand.
 */
#include "ktest.h"

#include <lib/string.h>
#include <lib/util.h>
#include <monitor/editor.h>

/* --- a terminal --- */

#define TERMINAL_ROW_MAX EDITOR_COLUMNS

/* One row is enough to see what an editor of one row does. */
static struct {
	char row[TERMINAL_ROW_MAX + 1];
	size_t column;
	unsigned int bells, newlines;
	int escape;  /* 0 none, 1 ESC, 2 ESC [ */
	bool broken; /* it wrapped or left the row */
} terminal;

static void terminal_blank(void)
{
	memset(terminal.row, ' ', TERMINAL_ROW_MAX);
	terminal.row[TERMINAL_ROW_MAX] = '\0';
	terminal.column = 0;
}

static bool terminal_escape(char c)
{
	if (terminal.escape == 1)
		terminal.escape = c == '[' ? 2 : 0;
	else if (terminal.escape == 2 && c == 'J')
		terminal_blank();
	if (terminal.escape == 2 && c >= '@' && c != '[')
		terminal.escape = 0;
	return true;
}

static void terminal_put(char c)
{
	if (terminal.escape && terminal_escape(c))
		return;
	switch (c) {
	case '\033':
		terminal.escape = 1;
		break;
	case '\r':
		terminal.column = 0;
		break;
	case '\n':
		terminal.newlines++;
		terminal_blank();
		break;
	case '\a':
		terminal.bells++;
		break;
	case '\b':
		terminal.broken |= terminal.column == 0;
		terminal.column--;
		break;
	default:
		/* the last column stays empty: some terminals wrap there */
		if (c < ' ' || terminal.column + 1 >= TERMINAL_ROW_MAX)
			terminal.broken = true;
		else
			terminal.row[terminal.column++] = c;
	}
}

static void terminal_write(const char *bytes, size_t len)
{
	for (size_t i = 0; i < len && !terminal.broken; i++)
		terminal_put(bytes[i]);
}

/* The row without the blanks at its end. */
static const char *screen(void)
{
	static char row[TERMINAL_ROW_MAX + 1];
	size_t len = TERMINAL_ROW_MAX;

	while (len > 0 && terminal.row[len - 1] == ' ')
		len--;
	memcpy(row, terminal.row, len);
	row[len] = '\0';
	return row;
}

/* --- the editor --- */

#define PROMPT     "k896> "
#define PROMPT_LEN 6

#define UP     "\033[A"
#define DOWN   "\033[B"
#define RIGHT  "\033[C"
#define LEFT   "\033[D"
#define HOME   "\033[H"
#define END    "\033[4~"
#define DELETE "\033[3~"

static struct editor editor;
static enum editor_result last_result;

static void offer_three(struct editor *ed, size_t word_start, struct completion *c)
{
	(void)ed;
	(void)word_start;
	completion_offer(c, "poweroff");
	completion_offer(c, "power");
	completion_offer(c, "reboot");
}

static const struct editor_ops ops = {terminal_write, offer_three};

static void begin(void)
{
	memset(&terminal, 0, sizeof(terminal));
	terminal_blank();
	editor_init(&editor, &ops, PROMPT);
	editor_start(&editor);
}

static void type(const char *bytes)
{
	for (; *bytes; bytes++)
		last_result = editor_feed(&editor, (u8)*bytes);
}

static void enter(const char *line)
{
	type(line);
	type("\r");
	editor_remember(&editor);
	editor_start(&editor);
}

/* Does the terminal show what the editor means? */
static bool screen_agrees(void)
{
	size_t visible =
	    min(editor.len - editor.window, (size_t)(EDITOR_COLUMNS - 1 - PROMPT_LEN));

	if (terminal.broken || memcmp(terminal.row, PROMPT, PROMPT_LEN) != 0)
		return false;
	if (memcmp(terminal.row + PROMPT_LEN, editor.line + editor.window, visible) !=
	    0)
		return false;
	for (size_t i = PROMPT_LEN + visible; i < TERMINAL_ROW_MAX; i++) {
		if (terminal.row[i] != ' ')
			return false;
	}
	return terminal.column == PROMPT_LEN + editor.cursor - editor.window;
}

TEST(editor, typed_bytes_appear_behind_the_prompt)
{
	begin();
	type("help x");
	EXPECT_STR(screen(), "k896> help x");
	EXPECT_STR(editor.line, "help x");
	EXPECT_EQ(last_result, EDITOR_MORE);
	type("\r");
	EXPECT_EQ(last_result, EDITOR_LINE);
	EXPECT_STR(editor.line, "help x");
}

TEST(editor, return_and_line_feed_together_end_one_line)
{
	begin();
	type("ls\r");
	EXPECT_EQ(last_result, EDITOR_LINE);
	editor_start(&editor);
	type("\n");
	EXPECT_EQ(last_result, EDITOR_MORE);
	type("\n");
	EXPECT_EQ(last_result, EDITOR_LINE);
}

TEST(editor, text_goes_in_where_the_cursor_stands)
{
	begin();
	type("cat" LEFT LEFT "h" RIGHT "e");
	EXPECT_STR(editor.line, "chaet");
	EXPECT_STR(screen(), "k896> chaet");
	EXPECT_EQ(terminal.column, PROMPT_LEN + 4);
}

TEST(editor, home_and_end_move_and_delete_takes_what_is_under_the_cursor)
{
	begin();
	type("xyz" HOME DELETE END "\177");
	EXPECT_STR(editor.line, "y");
	EXPECT_STR(screen(), "k896> y");
	type("\001ab\005c");
	EXPECT_STR(editor.line, "abyc");
}

TEST(editor, ctrl_u_and_ctrl_k_delete_to_the_ends)
{
	begin();
	type("one two" LEFT LEFT LEFT "\025");
	EXPECT_STR(editor.line, "two");
	type(RIGHT "\013");
	EXPECT_STR(editor.line, "t");
	EXPECT_STR(screen(), "k896> t");
}

TEST(editor, keys_that_can_do_nothing_ring_the_bell)
{
	begin();
	type(LEFT RIGHT "\177" DELETE "\025\013" UP DOWN);
	EXPECT_EQ(terminal.bells, 8);
	EXPECT_EQ(editor.len, 0);
}

TEST(editor, ctrl_c_gives_the_line_up)
{
	begin();
	type("half a li\003");
	EXPECT_EQ(last_result, EDITOR_CANCEL);
	editor_start(&editor);
	EXPECT_EQ(editor.len, 0);
	EXPECT_STR(screen(), "k896>");
}

TEST(editor, ctrl_a_asks_for_scripted_mode_on_an_empty_line_only)
{
	begin();
	type("a\001");
	EXPECT_EQ(last_result, EDITOR_MORE);
	type(DELETE "\001");
	EXPECT_EQ(last_result, EDITOR_SCRIPTED);
}

TEST(editor, ctrl_l_clears_and_shows_the_line_again)
{
	begin();
	type("free\014");
	EXPECT_STR(screen(), "k896> free");
	EXPECT(screen_agrees());
}

TEST(editor, history_goes_back_and_forth_and_keeps_the_draft)
{
	begin();
	enter("one");
	enter("two");
	enter("two");
	type("dra");
	type(UP);
	EXPECT_STR(editor.line, "two");
	type(UP);
	EXPECT_STR(editor.line, "one");
	type(UP);
	EXPECT_STR(editor.line, "one");
	type(DOWN DOWN);
	EXPECT_STR(editor.line, "dra");
	EXPECT_STR(screen(), "k896> dra");
}

TEST(editor, history_remembers_32_lines)
{
	char line[2] = "?";

	begin();
	for (char c = '0'; c < '0' + 40; c++) {
		line[0] = c;
		enter(line);
	}
	for (int i = 0; i < 40; i++)
		type(UP);
	EXPECT_EQ(editor.line[0], '0' + 8);
	EXPECT_EQ(editor_check(&editor), 0);
}

TEST(editor, tab_completes_as_far_as_candidates_agree_and_lists_them)
{
	begin();
	type("p\t");
	EXPECT_STR(editor.line, "power");
	type("\t");
	EXPECT_EQ(terminal.newlines, 0);
	type("\t");
	EXPECT_EQ(terminal.newlines, 2);
	EXPECT_STR(screen(), "k896> power");
	type("o\t");
	EXPECT_STR(editor.line, "poweroff ");
	type("r\t");
	EXPECT_STR(editor.line, "poweroff reboot ");
	EXPECT(screen_agrees());
}

TEST(editor, tab_without_a_match_rings)
{
	begin();
	type("zz\t");
	EXPECT_EQ(terminal.bells, 1);
	EXPECT_STR(editor.line, "zz");
}

TEST(editor, a_line_of_1023_bytes_is_taken_and_one_more_is_refused)
{
	begin();
	for (int i = 0; i < MONITOR_LINE_MAX; i++)
		type("a");
	EXPECT_EQ(editor.len, MONITOR_LINE_MAX);
	EXPECT(screen_agrees());
	type("\r");
	EXPECT_EQ(last_result, EDITOR_LINE);

	begin();
	for (int i = 0; i < MONITOR_LINE_MAX + 1; i++)
		type("a");
	EXPECT_EQ(editor.len, MONITOR_LINE_MAX);
	EXPECT_EQ(terminal.bells, 1);
	type("\r");
	EXPECT_EQ(last_result, EDITOR_TOO_LONG);
}

TEST(editor, a_refused_byte_is_forgiven_by_a_deletion)
{
	begin();
	for (int i = 0; i < MONITOR_LINE_MAX + 1; i++)
		type("a");
	type("\177\r");
	EXPECT_EQ(last_result, EDITOR_LINE);
	EXPECT_EQ(editor.len, MONITOR_LINE_MAX - 1);
}

TEST(editor, a_line_wider_than_the_screen_scrolls_sideways)
{
	begin();
	for (int i = 0; i < 100; i++)
		type(i % 10 ? "." : "0");
	EXPECT(screen_agrees());
	EXPECT(editor.window > 0);
	type(HOME);
	EXPECT_EQ(editor.window, 0);
	EXPECT(screen_agrees());
	for (int i = 0; i < 100; i++)
		type(RIGHT);
	EXPECT_EQ(editor.cursor, 100);
	EXPECT(screen_agrees());
}

TEST(editor, ctrl_c_at_the_edge_of_the_row_does_not_wrap)
{
	for (int len = 0; len < 100; len++) {
		begin();
		for (int i = 0; i < len; i++)
			type("a");
		type("\003");
		EXPECT_EQ(last_result, EDITOR_CANCEL);
		EXPECT_EQ(terminal.newlines, 1);
		if (!EXPECT(!terminal.broken))
			return;
	}
}

TEST(editor, unknown_escape_sequences_do_nothing)
{
	begin();
	type("a\033[5~\033[1;5C\033OP\033x\033[999999999999999999~b");
	EXPECT_STR(editor.line, "ab");
	EXPECT_EQ(editor_check(&editor), 0);
	type("\033[\003");
	EXPECT_EQ(last_result, EDITOR_CANCEL);
}

/* Bytes that a terminal sends, keys among them more often than by chance. */
static u8 random_byte(u64 *state)
{
	static const u8 keys[] = "\033[ABCDFH3~\b\177\t\025\013\014\005\001";

	if (ktest_random_below(state, 3) == 0)
		return keys[ktest_random_below(state, sizeof(keys) - 1)];
	if (ktest_random_below(state, 2) == 0)
		return (u8)('a' + ktest_random_below(state, 26));
	return (u8)ktest_random_below(state, 256);
}

TEST(editor, survives_100000_hostile_bytes)
{
	u64 state = ktest_seed();

	begin();
	for (int i = 0; i < 100000 && !ktest_failed(); i++) {
		enum editor_result result;

		/* lines end rarely, so that some get long */
		u8 byte = random_byte(&state);

		if ((byte == '\r' || byte == '\n' || byte == 3) &&
		    ktest_random_below(&state, 16) != 0)
			continue;
		result = editor_feed(&editor, byte);
		if (result != EDITOR_MORE) {
			editor_remember(&editor);
			editor_start(&editor);
		}
		if (!EXPECT_EQ(editor_check(&editor), 0) || !EXPECT(screen_agrees()))
			ktest_printf("after byte %d (%02x)", i, byte);
	}
}

TEST(editor, survives_hostile_bytes_in_a_full_line)
{
	u64 state = ktest_seed();

	begin();
	for (int i = 0; i < 20000 && !ktest_failed(); i++) {
		u8 byte = random_byte(&state);

		if (editor.len < MONITOR_LINE_MAX - 3)
			byte = 'f';
		else if (byte < ' ' && byte != '\b' && byte != 033 && byte != '\t')
			continue;
		editor_feed(&editor, byte);
		EXPECT_EQ(editor_check(&editor), 0);
		EXPECT(screen_agrees());
	}
	EXPECT(editor.len >= MONITOR_LINE_MAX - 4);
}
