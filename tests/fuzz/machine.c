/*
 * What the code under fuzz needs below it: a printk that formats every message
 * (its arguments are part of what is tried) and keeps none, and a panic that
 * ends the input.
 */
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <lib/bug.h>
#include <lib/printk.h>

#include "fuzz.h"

#define MESSAGE_MAX 1024

static jmp_buf *panic_jump;

int k896_vsnprintf(char *buf, size_t size, const char *fmt, va_list args);

int printk(const char *fmt, ...)
{
	char message[MESSAGE_MAX];
	va_list args;
	int len;

	va_start(args, fmt);
	len = k896_vsnprintf(message, sizeof(message), fmt, args);
	va_end(args);
	return len;
}

void panic(const char *fmt, ...)
{
	if (panic_jump)
		longjmp(*panic_jump, 1);
	fprintf(stderr, "panic: %s\n", fmt);
	abort();
}

void bug_at(const char *file, int line, const char *what)
{
	property_broken(what, file, line);
}

void warn_at(const char *file, int line, const char *what)
{
	property_broken(what, file, line);
}

void property_broken(const char *what, const char *file, int line)
{
	fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, what);
	abort();
}

bool survives(void (*fn)(void *), void *arg)
{
	jmp_buf jump;
	volatile bool survived = false;

	panic_jump = &jump;
	if (!setjmp(jump)) {
		fn(arg);
		survived = true;
	}
	panic_jump = NULL;
	return survived;
}
