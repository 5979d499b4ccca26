/*
 * The line editor: a state machine that takes the bytes a terminal sends, one
 * at a time, and emits what the terminal shall show. It knows neither consoles
 * nor commands, and draws with nothing but text, "\r" and "\b", so that it looks
 * the same on a serial terminal and on the VGA screen. A line longer than the
 * screen is wide is shown through a window that moves.
 *
 * Keys: Left Right Home End, Ctrl-A (start, in a line that is not
 * empty), Ctrl-E (end), Backspace Delete, Ctrl-U (delete to
 * the start), Ctrl-K (to the end), Ctrl-L (clear the screen), Up Down (history),
 * Tab (complete), Ctrl-C (give the line up).
 */
#ifndef MONITOR_EDITOR_H
#define MONITOR_EDITOR_H

#include <lib/types.h>
#include <monitor/completion.h>
#include <monitor/monitor.h>

/* Columns of the narrowest console; the last one stays empty, because writing
 * it makes some terminals wrap. */
#define EDITOR_COLUMNS 80
/* Lines that the history remembers. */
#define EDITOR_HISTORY 32

struct editor;

struct editor_ops {
	/* Show text. */
	void (*emit)(const char *text, size_t len);
	/* Offer every candidate for the word that ends at the cursor, by
	 * completion_offer(). word_start is its index in ed->line. May be NULL. */
	void (*complete)(struct editor *ed, size_t word_start, struct completion *c);
};

enum editor_result {
	EDITOR_MORE,     /* the line goes on */
	EDITOR_LINE,     /* Enter: the line is in ed->line */
	EDITOR_TOO_LONG, /* Enter, but bytes had been refused: do not run it */
	EDITOR_CANCEL,   /* Ctrl-C: start anew */
	EDITOR_SCRIPTED, /* Ctrl-A on an empty line */
};

enum editor_escape { EDITOR_PLAIN, EDITOR_ESC, EDITOR_CSI, EDITOR_SS3 };

/* All fields are the editor's; ed->line, ed->len may be read. */
struct editor {
	const struct editor_ops *ops;
	const char *prompt; /* shorter than EDITOR_COLUMNS / 2 */
	char line[MONITOR_LINE_MAX + 1];
	size_t len;    /* bytes in line; line[len] is 0 */
	size_t cursor; /* 0 .. len */
	size_t window; /* index of the first byte shown; <= cursor */
	size_t shown;  /* bytes of the line on the screen now */
	bool too_long; /* a byte was refused since the last deletion */
	bool last_tab; /* the byte before was a Tab that added nothing */
	bool last_cr;  /* the byte before was "\r": its "\n" is no line */
	enum editor_escape escape;
	unsigned int parameter; /* of ESC [ n ~ */
	char history[EDITOR_HISTORY][MONITOR_LINE_MAX + 1];
	size_t history_count; /* lines ever remembered; the ring holds the last */
	size_t history_back;  /* 0: own line; n: the n-th line back is shown */
	char draft[MONITOR_LINE_MAX + 1]; /* own line while history is shown */
};

/* prompt and ops must live as long as the editor. */
void editor_init(struct editor *ed, const struct editor_ops *ops, const char *prompt);

/* Begin a line: forgets the last one (not the history), emits the prompt. */
void editor_start(struct editor *ed);

/* Take one byte. After anything but EDITOR_MORE, editor_start() goes on. */
enum editor_result editor_feed(struct editor *ed, u8 byte);

/* The line is remembered, unless empty or equal to the last one. */
void editor_remember(struct editor *ed);

/* The number of broken invariants; 0 unless the editor itself is wrong. */
unsigned int editor_check(const struct editor *ed);

#endif
