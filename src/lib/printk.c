/*
 * printk: text becomes one record a line in a ring (lib/logring.c) and goes to
 * the consoles that are on. Nothing here takes a lock: each call works in a
 * buffer on its own stack with preemption off, the ring takes care of interrupts
 * and traps that break into a call, and all that those can spoil is the order of
 * characters on a console.
 *
 * A line is stored when its text is known, not when it ends: what KERN_CONT adds
 * is a record of its own, and printk_read() joins them. Unlike in Linux the
 * records keep no priority beyond the level and no keys.
 */
#include <lib/logring.h>
#include <lib/math64.h>
#include <lib/preempt.h>
#include <lib/printk.h>
#include <lib/string.h>
#include <lib/util.h>
#include <lib/vsprintf.h>

#define LEVEL_DEFAULT      4 /* KERN_WARNING */
#define LEVEL_PREFIX_LEN   3 /* "<6>" */
#define LOG_BUF_SIZE       (64 * 1024)
#define CUT_MARK           "..."
#define STAMP_SIZE         32
#define USEC_PER_SEC       1000000
#define CONSOLE_LEVEL_INIT 7 /* all but debug */

/* Beside the ring's position in printk_read()'s: tells position 0 from a start. */
#define READ_BEGUN (1ULL << 32)

static char log_buf[LOG_BUF_SIZE] __aligned(LOG_RECORD_ALIGN);
static struct logring log = LOGRING_INIT(log_buf);

/* Preemption is off where these are used; interrupts come through, see above. */
static struct console *consoles;
static bool consoles_selected; /* console_select has had its first success */
static bool in_mid_line;       /* what the consoles show last has no newline */
static u8 last_level = LEVEL_DEFAULT;
static bool last_line_open; /* the last record has no newline */

int console_loglevel = CONSOLE_LEVEL_INIT;
u64 (*printk_clock_us)(void);

static void write_to(struct console *only, const char *text, size_t len)
{
	struct console *con;

	if (len == 0)
		return;
	for (con = consoles; con; con = con->next) {
		if (con->enabled && (!only || con == only))
			con->write(text, len);
	}
	in_mid_line = text[len - 1] != '\n';
}

static int format_stamp(char *buf, size_t size, u64 time_us)
{
	u32 usec;
	u64 sec = div_u64_rem(time_us, USEC_PER_SEC, &usec);

	return scnprintf(buf, size, "[%5lu.%06lu] ", (unsigned long)sec,
	                 (unsigned long)usec);
}

/* On one console, or on all with NULL. */
static void show(struct console *only, const struct log_record *rec, const char *text)
{
	char stamp[STAMP_SIZE];

	if (rec->level >= console_loglevel)
		return;
	if (!(rec->flags & LOG_CONT)) {
		if (in_mid_line)
			write_to(only, "\n", 1);
		write_to(only, stamp,
		         (size_t)format_stamp(stamp, sizeof(stamp), rec->time_us));
	}
	write_to(only, text, rec->len);
	if (rec->flags & LOG_NEWLINE)
		write_to(only, "\n", 1);
}

/* Takes "<6>" off the text. Returns the level's character, or 0 for none. */
static char take_level(char **text)
{
	char *s = *text;
	bool known;

	if (s[0] != '<' || s[1] == '\0' || s[2] != '>')
		return '\0';
	known = (s[1] >= '0' && s[1] <= '7') || s[1] == 'c';
	if (!known)
		return '\0';
	*text += LEVEL_PREFIX_LEN;
	return s[1];
}

/* One line, or the piece of one, with its newline or without. */
static void emit_line(const char *text, size_t len, u8 flags)
{
	struct log_record rec = {
	    .time_us = printk_clock_us ? printk_clock_us() : 0,
	    .len = (u16)len,
	    .level = last_level,
	    .flags = flags,
	};

	logring_append(&log, &rec, text);
	last_line_open = !(flags & LOG_NEWLINE);
	show(NULL, &rec, text);
}

static void emit(char *text)
{
	char level = take_level(&text);
	u8 flags = 0;

	if (level == 'c')
		flags = last_line_open ? LOG_CONT : 0;
	else
		last_level = level ? (u8)(level - '0') : LEVEL_DEFAULT;

	while (*text) {
		char *end = strchr(text, '\n');
		size_t len = end ? (size_t)(end - text) : strlen(text);

		emit_line(text, len, end ? flags | LOG_NEWLINE : flags);
		text += len + (end ? 1 : 0);
		flags = 0;
	}
}

int vprintk(const char *fmt, va_list args)
{
	char text[LOG_TEXT_MAX + 1];
	int len = vsnprintf(text, sizeof(text), fmt, args);

	if (len > LOG_TEXT_MAX) {
		len = LOG_TEXT_MAX;
		memcpy(text + len - strlen(CUT_MARK "\n"), CUT_MARK "\n",
		       strlen(CUT_MARK "\n"));
	}
	preempt_disable();
	emit(text);
	preempt_enable();
	return len;
}

int printk(const char *fmt, ...)
{
	va_list args;
	int len;

	va_start(args, fmt);
	len = vprintk(fmt, args);
	va_end(args);
	return len;
}

static void replay(struct console *con)
{
	char text[LOG_TEXT_MAX + 1];
	struct log_record rec;
	unsigned long pos = log.tail;

	while (logring_read(&log, &pos, &rec, text)) {
		preempt_disable(); /* one record at a time, between others' */
		show(con, &rec, text);
		preempt_enable();
	}
}

void register_console(struct console *con)
{
	struct console **link = &consoles;

	preempt_disable();
	while (*link)
		link = &(*link)->next;
	con->next = NULL;
	*link = con;
	preempt_enable();
	if (con->enabled)
		replay(con);
}

void unregister_console(struct console *con)
{
	struct console **link = &consoles;

	preempt_disable();
	while (*link && *link != con)
		link = &(*link)->next;
	if (*link)
		*link = con->next;
	preempt_enable();
}

static bool name_is(const struct console *con, const char *name)
{
	size_t len = strcspn(name, ",");

	return strlen(con->name) == len && strncmp(con->name, name, len) == 0;
}

bool console_select(const char *name)
{
	struct console *con = consoles;

	while (con && !name_is(con, name))
		con = con->next;
	if (!con)
		return false;

	for (struct console *other = consoles; other; other = other->next) {
		if (!consoles_selected)
			other->enabled = false;
	}
	con->enabled = true;
	consoles_selected = true;
	return true;
}

void console_write(const char *text, size_t len)
{
	preempt_disable();
	write_to(NULL, text, len);
	preempt_enable();
}

int console_printf(const char *fmt, ...)
{
	char text[LOG_TEXT_MAX + 1];
	va_list args;
	int len;

	va_start(args, fmt);
	len = vscnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	console_write(text, (size_t)len);
	return len;
}

int printk_read(u64 *pos, char *buf, size_t size)
{
	char text[LOG_TEXT_MAX + 1];
	unsigned long at = *pos ? (unsigned long)*pos : log.tail;
	struct log_record rec;
	int len;

	if (!logring_read(&log, &at, &rec, text))
		return -1;
	len = format_stamp(buf, size, rec.time_us);
	do {
		*pos = at | READ_BEGUN;
		len += scnprintf(buf + len, size - (size_t)len, "%s", text);
	} while (!(rec.flags & LOG_NEWLINE) && logring_read(&log, &at, &rec, text) &&
	         (rec.flags & LOG_CONT));
	return len;
}
