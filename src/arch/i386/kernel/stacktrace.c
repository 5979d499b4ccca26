/*
 * The chain of callers. Every C function of the kernel begins with pushing the
 * caller's frame pointer below the return address, so the frames are a linked
 * list. It ends with 0 (boot put it there), or with what cannot be a frame.
 */
#include <asm/stacktrace.h>
#include <asm/uaccess.h>
#include <lib/compiler.h>

noinline unsigned int save_stack_trace(unsigned long *entries, unsigned int max,
                                       unsigned int skip)
{
	struct stack_frame frame = *(struct stack_frame *)__builtin_frame_address(0);
	unsigned int nr = 0;

	while (nr < max && frame.ebp) {
		unsigned long above = frame.ebp;

		if (copy_from_kernel_nofault(&frame, (void *)above, sizeof(frame)) ||
		    !frame.eip)
			break;
		if (skip)
			skip--;
		else
			entries[nr++] = frame.eip;
		if (frame.ebp <= above) /* callers lie above */
			break;
	}
	return nr;
}
