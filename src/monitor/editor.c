/*
 * The line editor. Each byte goes through the decoder of escape sequences (the
 * VT100's keys), which names an action; an action changes line, cursor and
 * window and draws what changed. The three frequent ones (typing or deleting at
 * the end, moving within the window) draw themselves; all others redraw the row:
 * "\r", prompt, text, blanks over what was longer before, "\b" back to the
 * cursor.
 *
 * Invariants (editor_check): line[len] is 0 and all before it printable;
 * window <= cursor <= len; the cursor lies at most visible_columns() right of
 * the window's start; shown is what the row displays behind the prompt.
 */
#include <lib/ctype.h>
#include <lib/string.h>
#include <lib/util.h>
#include <lib/vsprintf.h>
#include <monitor/editor.h>

#define CTRL(c) ((c)&0x1f)

#define KEY_BACKSPACE 0x7f
#define KEY_ESC       0x1b

#define PARAMETER_MAX 999

/* Candidates that a second Tab prints before it only counts. */
#define LIST_MAX 200

static void emit(struct editor *ed, const char *text)
{
	ed->ops->emit(text, strlen(text));
}

static void bell(struct editor *ed)
{
	emit(ed, "\a");
}

static size_t visible_columns(const struct editor *ed)
{
	return EDITOR_COLUMNS - 1 - strlen(ed->prompt);
}

static bool cursor_is_visible(const struct editor *ed)
{
	return ed->cursor >= ed->window &&
	       ed->cursor - ed->window <= visible_columns(ed);
}

/* Put the cursor into the middle of the row when it left the window, or stands
 * at its left edge, where one could not see what one deletes. */
static void place_window(struct editor *ed)
{
	size_t half = visible_columns(ed) / 2;

	if (cursor_is_visible(ed) && ed->cursor != ed->window)
		return;
	ed->window = ed->cursor > half ? ed->cursor - half : 0;
}

static void redraw(struct editor *ed)
{
	/* "\r", the prompt, at most a row of text and blanks, all of it back */
	char row[3 * EDITOR_COLUMNS + 2];
	size_t text, blanks, back;
	size_t at;

	place_window(ed);
	text = min(ed->len - ed->window, visible_columns(ed));
	blanks = ed->shown > text ? ed->shown - text : 0;
	back = text + blanks - (ed->cursor - ed->window);

	at = (size_t)scnprintf(row, sizeof(row), "\r%s", ed->prompt);
	memcpy(row + at, ed->line + ed->window, text);
	at += text;
	memset(row + at, ' ', blanks);
	at += blanks;
	memset(row + at, '\b', back);
	at += back;
	ed->shown = text;
	ed->ops->emit(row, at);
}

/* Put bytes in at the cursor; the caller made sure that they fit. */
static void insert(struct editor *ed, const char *text, size_t count)
{
	bool at_end = ed->cursor == ed->len;

	memmove(ed->line + ed->cursor + count, ed->line + ed->cursor,
	        ed->len - ed->cursor + 1);
	memcpy(ed->line + ed->cursor, text, count);
	ed->len += count;
	ed->cursor += count;
	if (!at_end || !cursor_is_visible(ed)) {
		redraw(ed);
		return;
	}
	ed->shown += count;
	ed->ops->emit(text, count);
}

static void type(struct editor *ed, u8 byte)
{
	char c = (char)byte;

	if (!isprint(byte)) {
		bell(ed);
		return;
	}
	if (ed->len == MONITOR_LINE_MAX) {
		ed->too_long = true;
		bell(ed);
		return;
	}
	insert(ed, &c, 1);
}

/* Take [from, to) out of the line; the cursor ends at from. */
static void delete_range(struct editor *ed, size_t from, size_t to)
{
	if (from == to) {
		bell(ed);
		return;
	}
	memmove(ed->line + from, ed->line + to, ed->len - to + 1);
	ed->len -= to - from;
	ed->cursor = from;
	ed->too_long = false;
	redraw(ed);
}

static void move_to(struct editor *ed, size_t cursor)
{
	ed->cursor = cursor;
	redraw(ed);
}

static void move_left(struct editor *ed)
{
	if (ed->cursor == 0) {
		bell(ed);
		return;
	}
	ed->cursor--;
	if (ed->cursor > ed->window || ed->window == 0)
		emit(ed, "\b");
	else
		redraw(ed);
}

static void move_right(struct editor *ed)
{
	if (ed->cursor == ed->len) {
		bell(ed);
		return;
	}
	ed->cursor++;
	if (cursor_is_visible(ed))
		ed->ops->emit(&ed->line[ed->cursor - 1], 1);
	else
		redraw(ed);
}

/* --- history --- */

static size_t history_depth(const struct editor *ed)
{
	return min(ed->history_count, (size_t)EDITOR_HISTORY);
}

static const char *history_line(const struct editor *ed, size_t back)
{
	return ed->history[(ed->history_count - back) % EDITOR_HISTORY];
}

/* Show the line that lies `back` lines back; 0 is the own one. */
static void history_show(struct editor *ed, size_t back)
{
	if (ed->history_back == 0)
		strlcpy(ed->draft, ed->line, sizeof(ed->draft));
	ed->history_back = back;
	strlcpy(ed->line, back ? history_line(ed, back) : ed->draft, sizeof(ed->line));
	ed->len = strlen(ed->line);
	ed->cursor = ed->len;
	ed->window = 0;
	ed->too_long = false;
	redraw(ed);
}

static void history_older(struct editor *ed)
{
	if (ed->history_back == history_depth(ed))
		bell(ed);
	else
		history_show(ed, ed->history_back + 1);
}

static void history_newer(struct editor *ed)
{
	if (ed->history_back == 0)
		bell(ed);
	else
		history_show(ed, ed->history_back - 1);
}

void editor_remember(struct editor *ed)
{
	if (ed->len == 0)
		return;
	if (ed->history_count > 0 && strcmp(history_line(ed, 1), ed->line) == 0)
		return;
	strlcpy(ed->history[ed->history_count % EDITOR_HISTORY], ed->line,
	        sizeof(ed->history[0]));
	ed->history_count++;
}

/* --- completion --- */

struct listing {
	struct editor *ed;
	size_t column;
};

static void list_one(struct completion *c, const char *candidate)
{
	struct listing *l = c->private;
	size_t len = strlen(candidate);

	if (c->matches > LIST_MAX)
		return;
	if (l->column + len + 2 >= EDITOR_COLUMNS) {
		emit(l->ed, "\n");
		l->column = 0;
	}
	emit(l->ed, candidate);
	emit(l->ed, "  ");
	l->column += len + 2;
}

static void list_candidates(struct editor *ed, size_t word_start)
{
	struct listing l = {.ed = ed};
	struct completion c;
	char more[32];

	completion_init(&c, ed->line + word_start, ed->cursor - word_start);
	c.list = list_one;
	c.private = &l;
	emit(ed, "\n");
	ed->ops->complete(ed, word_start, &c);
	if (c.matches > LIST_MAX) {
		scnprintf(more, sizeof(more), "(%zu more)", c.matches - LIST_MAX);
		emit(ed, more);
	}
	emit(ed, "\n");
	ed->shown = 0;
	redraw(ed);
}

static size_t word_start_at(const char *line, size_t at)
{
	while (at > 0 && line[at - 1] != ' ')
		at--;
	return at;
}

/* Put in what all candidates share; a single one gets a blank behind it. */
static bool insert_common(struct editor *ed, struct completion *c)
{
	size_t count = c->common_len - c->word_len;

	if (c->matches == 1 && c->common_len < COMPLETION_MAX) {
		c->common[c->common_len] = ' ';
		count++;
	}
	if (count == 0 || count > MONITOR_LINE_MAX - ed->len)
		return false;
	insert(ed, c->common + c->word_len, count);
	return true;
}

static void complete(struct editor *ed, bool second_tab)
{
	size_t word_start = word_start_at(ed->line, ed->cursor);
	struct completion c;

	completion_init(&c, ed->line + word_start, ed->cursor - word_start);
	if (ed->ops->complete)
		ed->ops->complete(ed, word_start, &c);
	/* a word beyond COMPLETION_MAX is not in c.common: nothing to add */
	if (c.matches == 0 || c.common_len < c.word_len) {
		bell(ed);
		return;
	}
	if (insert_common(ed, &c))
		return;
	ed->last_tab = true;
	if (second_tab && c.matches > 1)
		list_candidates(ed, word_start);
	else
		bell(ed);
}

/* --- bytes --- */

static void clear_screen(struct editor *ed)
{
	emit(ed, "\033[H\033[2J");
	ed->shown = 0;
	redraw(ed);
}

/* The key behind ESC [ letter and ESC O letter. */
static void letter_key(struct editor *ed, u8 letter)
{
	switch (letter) {
	case 'A':
		history_older(ed);
		break;
	case 'B':
		history_newer(ed);
		break;
	case 'C':
		move_right(ed);
		break;
	case 'D':
		move_left(ed);
		break;
	case 'F':
		move_to(ed, ed->len);
		break;
	case 'H':
		move_to(ed, 0);
		break;
	default:
		break; /* a key that we have no use for */
	}
}

/* The key behind ESC [ number ~, as VT220 and rxvt number them. */
static void number_key(struct editor *ed, unsigned int number)
{
	switch (number) {
	case 1:
	case 7:
		move_to(ed, 0);
		break;
	case 4:
	case 8:
		move_to(ed, ed->len);
		break;
	case 3:
		delete_range(ed, ed->cursor, min(ed->cursor + 1, ed->len));
		break;
	default:
		break;
	}
}

/* Does an escape sequence take this byte? Control bytes end it and count. */
static bool escape_takes(struct editor *ed, u8 byte)
{
	enum editor_escape state = ed->escape;

	if (state == EDITOR_PLAIN)
		return false;
	ed->escape = EDITOR_PLAIN;
	if (byte < ' ')
		return false;
	if (state == EDITOR_ESC) {
		ed->parameter = 0;
		if (byte == '[')
			ed->escape = EDITOR_CSI;
		else if (byte == 'O')
			ed->escape = EDITOR_SS3;
	} else if (state == EDITOR_SS3 || isalpha(byte)) {
		letter_key(ed, byte);
	} else if (byte == '~') {
		number_key(ed, ed->parameter);
	} else if (byte < 0x40) {
		ed->escape = EDITOR_CSI;
		ed->parameter = isdigit(byte) ? ed->parameter * 10 + (byte - '0') : 0;
		ed->parameter = min(ed->parameter, PARAMETER_MAX + 0U);
	}
	return true;
}

static enum editor_result finish(struct editor *ed)
{
	emit(ed, "\n");
	return ed->too_long ? EDITOR_TOO_LONG : EDITOR_LINE;
}

/* Keys that end the line, or EDITOR_MORE. */
static enum editor_result ending_key(struct editor *ed, u8 byte)
{
	switch (byte) {
	case '\r':
	case '\n':
		return finish(ed);
	case CTRL('C'):
		/* at the edge of the row it would wrap */
		if (ed->cursor - ed->window + 2 <= visible_columns(ed))
			emit(ed, "^C");
		emit(ed, "\n");
		return EDITOR_CANCEL;
	case CTRL('A'):
		return ed->len == 0 ? EDITOR_SCRIPTED : EDITOR_MORE;
	default:
		return EDITOR_MORE;
	}
}

static void editing_key(struct editor *ed, u8 byte, bool second_tab)
{
	switch (byte) {
	case CTRL('A'):
		move_to(ed, 0);
		break;
	case CTRL('E'):
		move_to(ed, ed->len);
		break;
	case CTRL('K'):
		delete_range(ed, ed->cursor, ed->len);
		break;
	case CTRL('L'):
		clear_screen(ed);
		break;
	case CTRL('U'):
		delete_range(ed, 0, ed->cursor);
		break;
	case '\b':
	case KEY_BACKSPACE:
		delete_range(ed, ed->cursor ? ed->cursor - 1 : 0, ed->cursor);
		break;
	case '\t':
		complete(ed, second_tab);
		break;
	case KEY_ESC:
		ed->escape = EDITOR_ESC;
		break;
	default:
		type(ed, byte);
	}
}

enum editor_result editor_feed(struct editor *ed, u8 byte)
{
	bool second_tab = ed->last_tab;
	bool line_feed_of_crlf = ed->last_cr && byte == '\n';
	enum editor_result result;

	ed->last_tab = false;
	ed->last_cr = byte == '\r';
	if (line_feed_of_crlf || escape_takes(ed, byte))
		return EDITOR_MORE;

	result = ending_key(ed, byte);
	if (result == EDITOR_MORE)
		editing_key(ed, byte, second_tab);
	return result;
}

void editor_init(struct editor *ed, const struct editor_ops *ops, const char *prompt)
{
	memset(ed, 0, sizeof(*ed));
	ed->ops = ops;
	ed->prompt = prompt;
}

void editor_start(struct editor *ed)
{
	ed->line[0] = '\0';
	ed->len = 0;
	ed->cursor = 0;
	ed->window = 0;
	ed->shown = 0;
	ed->too_long = false;
	ed->escape = EDITOR_PLAIN;
	ed->history_back = 0;
	redraw(ed);
}

unsigned int editor_check(const struct editor *ed)
{
	unsigned int broken = 0;

	if (ed->len > MONITOR_LINE_MAX)
		return 1; /* nothing else can be looked at */
	broken += strnlen(ed->line, sizeof(ed->line)) != ed->len;
	for (size_t i = 0; i < ed->len; i++)
		broken += !isprint((u8)ed->line[i]);
	broken += ed->cursor > ed->len;
	broken += !cursor_is_visible(ed);
	broken += ed->shown != min(ed->len - ed->window, visible_columns(ed));
	broken += ed->history_back > history_depth(ed);
	broken += ed->parameter > PARAMETER_MAX;
	return broken;
}
