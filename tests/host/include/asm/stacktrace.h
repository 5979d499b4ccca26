/*
 * The host's stand-in for <asm/stacktrace.h>. The C library's own frames may have
 * no frame pointers, so a chain is cut long before main.
 */
#ifndef ASM_STACKTRACE_H
#define ASM_STACKTRACE_H

#define HOST_TRACE_MAX 4U

/* Inline: the frame is that of the function that calls this. */
static __attribute__((always_inline)) inline unsigned int
save_stack_trace(unsigned long *entries, unsigned int max, unsigned int skip)
{
	const unsigned long *frame = __builtin_frame_address(0);
	unsigned int nr = 0;

	while (nr < max && nr < HOST_TRACE_MAX) {
		if (skip)
			skip--;
		else
			entries[nr++] = frame[1];
		frame = (const unsigned long *)frame[0];
	}
	return nr;
}

#endif
