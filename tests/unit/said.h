/*
 * What the code under test printed, for cases whose subject is the message:
 *
 *	said_nothing_yet();
 *	parse_params("mem=banana");
 *	EXPECT(said("mem=banana"));
 */
#ifndef SAID_H
#define SAID_H

#include <lib/printk.h>
#include <lib/string.h>

#define SAID_LINE_MAX 1200

static u64 said_mark;

static inline void said_nothing_yet(void)
{
	static char line[SAID_LINE_MAX];

	while (printk_read(&said_mark, line, sizeof(line)) >= 0)
		;
}

/* How many lines with that text there were since said_nothing_yet(). */
static inline unsigned int times_said(const char *text)
{
	static char line[SAID_LINE_MAX];
	unsigned int times = 0;
	u64 pos = said_mark;

	while (printk_read(&pos, line, sizeof(line)) >= 0)
		times += strstr(line, text) != NULL;
	return times;
}

static inline bool said(const char *text)
{
	return times_said(text) > 0;
}

#endif
