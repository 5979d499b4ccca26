/*
 * What to do when the kernel itself is wrong. BUG_ON is for invariants that a
 * programmer broke; what the world got wrong (firmware, boot parameters, a
 * typed line) is an error, never a BUG.
 *
 * panic(), bug_at() and warn_at() are supplied by the build below: the machine
 * prints registers, page-table walk and backtrace (arch/i386/kernel/panic.c),
 * the host build prints and lets a test expect it (tests/host/panic.c).
 */
#ifndef LIB_BUG_H
#define LIB_BUG_H

#include <lib/compiler.h>
#include <lib/types.h>

/* Print "Kernel panic - not syncing: ...", everything a person needs, stop. */
__noreturn void panic(const char *fmt, ...) __printf(1, 2);

/* Stop with "kernel BUG at FILE:LINE!" and the condition's text. */
__noreturn void bug_at(const char *file, int line, const char *what);

/* Say "WARNING: at FILE:LINE" with a backtrace and go on. */
void warn_at(const char *file, int line, const char *what);

/*
 * For tests. Whoever implements the three above calls the hook before it prints
 * or changes anything. bug_hook leaves by a jump when a test expects the bug;
 * if it returns, the panic goes on. warn_hook returns true when the warning was
 * expected and shall not be printed. NULL: nobody asks.
 */
extern void (*bug_hook)(void);
extern bool (*warn_hook)(const char *file, int line, const char *what);

/* Asked by the report of a page fault in the kernel: prints what is known of the
 * address, if anything. NULL: nobody knows. */
extern void (*fault_hook)(unsigned long address);

#define BUG() bug_at(__FILE__, __LINE__, "BUG()")
#define BUG_ON(cond)                                                                   \
	do {                                                                           \
		if (__builtin_expect(!!(cond), 0))                                     \
			bug_at(__FILE__, __LINE__, #cond);                             \
	} while (0)

/* Evaluates to the condition, so that a caller can warn and refuse. */
#define WARN_ON(cond)                                                                  \
	({                                                                             \
		bool _c = !!(cond);                                                    \
		if (__builtin_expect(_c, 0))                                           \
			warn_at(__FILE__, __LINE__, #cond);                            \
		_c;                                                                    \
	})

#define BUILD_BUG_ON(cond) _Static_assert(!(cond), "BUILD_BUG_ON: " #cond)

#endif
