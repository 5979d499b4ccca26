/*
 * The host's end of lib/bug.h: say what happened, show the stack, and abort, so
 * that a debugger or a fuzzer stops on the spot. A test that expects the bug has
 * put its hook before all that.
 */
#include <stdio.h>
#include <stdlib.h>

#include <lib/bug.h>

void __sanitizer_print_stack_trace(void);

static __noreturn void die(void)
{
	__sanitizer_print_stack_trace();
	abort();
}

void panic(const char *fmt, ...)
{
	va_list args;

	if (bug_hook)
		bug_hook();
	fflush(stdout);
	fputs("Kernel panic - not syncing: ", stderr);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
	die();
}

void bug_at(const char *file, int line, const char *what)
{
	if (bug_hook)
		bug_hook();
	fflush(stdout);
	fprintf(stderr, "kernel BUG at %s:%d! %s\n", file, line, what);
	die();
}

void warn_at(const char *file, int line, const char *what)
{
	if (warn_hook && warn_hook(file, line, what))
		return;
	fflush(stdout);
	fprintf(stderr, "WARNING: at %s:%d %s\n", file, line, what);
	__sanitizer_print_stack_trace();
}
